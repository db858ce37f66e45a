/** With a smaller rate, 1 minus the rate is 1 as a double, and the interval is not defined. */
const LEAST = 1e-12;

/** Which values an error rate may have. */
export const ERROR_RATE = `a number from ${LEAST} and below 0.5, such as 0.05`;

/** Whether a test and an interval can use it. */
export function isErrorRate(value: number): boolean {
  return value >= LEAST && value < 0.5;
}
