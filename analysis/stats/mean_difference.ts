/** Difference of two means, for quantities whose parts add up: medians and Hodges-Lehmann do not. */

import { correctedLag1, effectiveRuns, lag1Autocorrelation } from "./series.ts";
import { tQuantile } from "./special.ts";

export interface MeanDifference {
  /** Mean of b minus mean of a. */
  readonly difference: number;
  /** Null with fewer than 2 runs a side, or when neither side varies. */
  readonly interval: readonly [low: number, high: number] | null;
}

export const WELCH = "Welch";
export const WELCH_DEPENDENT = `${WELCH}, with the effective runs of a first-order autoregression`;

/** Fewer runs have no lag 1. */
const SERIES_NEEDS = 4;

/**
 * Welch's interval (1947): each side has a variance of its own, degrees of freedom by Satterthwaite. Where neighbours
 * depend on each other, a side counts as so many runs as it has effective ones (Kendall's correction of lag 1).
 *
 * @param a at least one run, in the order of the runs, and `b` likewise
 * @param confidence in (0, 1)
 * @param isDependent whether the order of the runs matters
 * @throws RangeError for a side without runs, or a confidence outside that domain
 */
export function meanDifference(
  a: Float64Array,
  b: Float64Array,
  confidence: number,
  isDependent: boolean,
): MeanDifference {
  if (a.length === 0 || b.length === 0) {
    throw new RangeError(`difference of means: ${a.length} and ${b.length} runs, needs at least 1 a side`);
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`difference of means: confidence is ${confidence}, must lie in (0, 1)`);
  }
  const difference = meanOf(b) - meanOf(a);
  if (a.length < 2 || b.length < 2) return { difference, interval: null };
  const [ofA, ofB] = [errorOf(a, isDependent), errorOf(b, isDependent)];
  const variance = ofA.variance + ofB.variance;
  if (!(variance > 0)) return { difference, interval: null };
  const df = variance ** 2 / (ofA.variance ** 2 / ofA.df + ofB.variance ** 2 / ofB.df);
  const half = tQuantile((1 - confidence) / 2, df) * Math.sqrt(variance);
  return { difference, interval: [difference - half, difference + half] };
}

/** @param values at least one */
export function meanOf(values: Float64Array): number {
  const first = values[0]!;
  let sum = 0;
  for (const value of values) sum += value - first;
  return first + sum / values.length;
}

/** Variance of a mean and its degrees of freedom. */
function errorOf(values: Float64Array, isDependent: boolean): { variance: number; df: number } {
  const n = values.length;
  const mean = meanOf(values);
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  const r = isDependent && n >= SERIES_NEEDS ? lag1Autocorrelation(values)?.r ?? 0 : 0;
  const runs = r === 0 ? n : effectiveRuns(n, correctedLag1(r, n));
  return { variance: squares / (n - 1) / runs, df: Math.max(1, runs - 1) };
}
