/** The ratio of two spreads up to which two groups of runs count as one mechanism: what may be declared. */

const LARGEST = 1000;

export const SPREAD_RATIO = `a number above 1, up to ${LARGEST}, for example 2`;

export function isSpreadRatio(value: number): boolean {
  return value > 1 && value <= LARGEST;
}
