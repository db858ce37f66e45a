/** Below it, 1 less the rate is 1 to a double, and there is no interval. */
const LEAST = 1e-12;

/** What to give for the error rate of a test. */
export const ERROR_RATE = `a number from ${LEAST} and below 0.5, such as 0.05`;

/** Whether a test can keep it and an interval has it. */
export function isErrorRate(value: number): boolean {
  return value >= LEAST && value < 0.5;
}
