import { normalSurvival } from "./special.ts";

/** Checks of one series in the order of its runs: do neighbours depend on each other, does its level change? */

export interface Autocorrelation {
  /** Lag-1 autocorrelation, sum (x_i - m)(x_i+1 - m) / sum (x_i - m)^2, as R's `acf`. */
  readonly r: number;
  /** The standardised r; its expectation -1 / n and variance are those of a random order. */
  readonly z: number;
  /** Two-sided. */
  readonly p: number;
  readonly method: string;
}

/**
 * Lag-1 autocorrelation of a series, tested against all orders of its values being equally likely:
 * expectation and variance of r are those of the permutations (Wald and Wolfowitz 1943, for the series that
 * does not close to a ring), exact for these values; only the normal distribution is an approximation. Robust
 * against outliers and skewness when given ranks.
 *
 * @param runs in the order of the runs
 * @returns null when all values are equal
 * @throws RangeError for fewer than 4 runs
 */
export function lag1Autocorrelation(runs: Float64Array): Autocorrelation | null {
  const n = runs.length;
  if (n < 4) throw new RangeError(`lag-1 autocorrelation: ${n} runs, needs at least 4`);
  const first = runs[0]!;
  let mean = 0;
  let isConstant = true;
  for (let i = 0; i < n; i++) {
    mean += (runs[i]! - first) / n;
    if (runs[i] !== first) isConstant = false;
  }
  let products = 0;
  let squares = 0;
  let fourths = 0;
  let before = 0;
  for (let i = 0; i < n; i++) {
    const centred = runs[i]! - first - mean;
    const square = centred * centred;
    products += centred * before;
    squares += square;
    fourths += square * square;
    before = centred;
  }
  if (squares === 0 || isConstant) return null;
  const r = products / squares;
  const z = (r + 1 / n) / Math.sqrt(permutationVariance(n, fourths / squares / squares));
  return {
    r,
    z,
    p: Math.min(1, 2 * normalSurvival(Math.abs(z))),
    method: "lag-1 autocorrelation, permutation moments, normal approximation",
  };
}

/**
 * Variance of r over all orders. With S2 = sum c^2 = 1 and S4 = sum c^4 of the centred values, the sum over
 * distinct i, j of c_i^2 c_j^2 is 1 - S4, over distinct i, j, k of c_i c_j^2 c_k is 2 S4 - 1, and over four
 * distinct ones of their product 3 - 6 S4.
 */
function permutationVariance(n: number, s4: number): number {
  const same = (1 - s4) / n;
  const adjacent = (2 * (2 * s4 - 1)) / (n * (n - 1));
  const apart = (3 - 6 * s4) / (n * (n - 1));
  return same + adjacent + apart - 1 / (n * n);
}

/**
 * Cap on the estimated autocorrelation: however alike neighbours seem, a series keeps some effective runs.
 */
const LARGEST_LAG1 = 0.97;

/**
 * A positive lag-1 autocorrelation with Kendall's correction of its bias (1954), which is -(1 + 4 r) / n.
 *
 * @returns from 0 to LARGEST_LAG1
 */
export function correctedLag1(r: number, n: number): number {
  return Math.min(LARGEST_LAG1, Math.max(0, r + (1 + 4 * r) / n));
}

/**
 * How many independent runs have a mean as certain as that of `n` runs of a first-order autoregression with
 * r.
 */
export function effectiveRuns(n: number, r: number): number {
  return n * (1 - r) / (1 + r);
}
