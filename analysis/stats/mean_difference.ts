/** Difference of two means, for quantities whose parts add up: medians and Hodges-Lehmann do not. */

import { correctedLag1, effectiveRuns, lag1Autocorrelation } from "./series.ts";
import { tQuantile } from "./special.ts";

export interface MeanDifference {
  /** Mean of b minus mean of a. */
  readonly difference: number;
  /** Null with fewer than 2 runs a side, or when neither side varies. */
  readonly interval: readonly [low: number, high: number] | null;
  /**
   * How many runs of each side hold nine tenths of its squares, that is of what the interval rests on: 1 or 2; null: more,
   * or the side makes less than a tenth of the interval's variance, or there is no interval.
   */
  readonly carriedBy: readonly [a: number | null, b: number | null];
}

const NO_INTERVAL = { interval: null, carriedBy: [null, null] } as const;

export const WELCH = "Welch, each end as far as Hall's correction for skewness, if that reaches further";
export const WELCH_DEPENDENT = `${WELCH}, with the effective runs of a first-order autoregression`;

/** Fewer runs have no lag 1. */
const SERIES_NEEDS = 4;

/**
 * Welch's interval (1947): each side has a variance of its own, degrees of freedom by Satterthwaite. Where neighbours
 * depend on each other, a side counts as so many runs as it has effective ones (Kendall's correction of lag 1).
 *
 * A part of the time may be nothing in most runs and much in a few, on one side only. There Welch's interval is too
 * narrow, and ends too early on the side of the spikes. Hall's transformation of the t statistic (1992, J. R. Stat.
 * Soc. B 54, 221; for two samples Zhou and Dinh 2005, Biostatistics 6, 187) removes its skewness. In few skewed runs
 * of both sides it is too narrow itself, so that each end is the farther one of the two.
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
  if (a.length < 2 || b.length < 2) return { difference, ...NO_INTERVAL };
  const [ofA, ofB] = [errorOf(a, isDependent), errorOf(b, isDependent)];
  const variance = ofA.variance + ofB.variance;
  if (!(variance > 0)) return { difference, ...NO_INTERVAL };
  const df = variance ** 2 / (ofA.variance ** 2 / ofA.df + ofB.variance ** 2 / ofB.df);
  const t = tQuantile((1 - confidence) / 2, df);
  const error = Math.sqrt(variance);
  const skewness = (ofB.third - ofA.third) / error ** 3;
  return {
    difference,
    interval: [
      difference - error * Math.max(t, skewed(t, skewness)),
      difference - error * Math.min(-t, skewed(-t, skewness)),
    ],
    carriedBy: [
      ofA.variance < CONTRIBUTES * variance ? null : carriersOf(a),
      ofB.variance < CONTRIBUTES * variance ? null : carriersOf(b),
    ],
  };
}

/** Below it the transformation is the identity, to the last digits. */
const NO_SKEWNESS = 1e-9;

/** The t statistic whose transformed value, without skewness, is `t`. */
function skewed(t: number, skewness: number): number {
  if (Math.abs(skewness) < NO_SKEWNESS) return t;
  return 3 / skewness * (Math.cbrt(1 + skewness * (t - skewness / 6)) - 1);
}

const CONTRIBUTES = 0.1;
const CARRIED = 0.9;

/** 1 or 2, when so many values hold that share of the squares. */
function carriersOf(values: Float64Array): number | null {
  const mean = meanOf(values);
  let [all, largest, second] = [0, 0, 0];
  for (const value of values) {
    const square = (value - mean) ** 2;
    all += square;
    second = Math.max(second, Math.min(largest, square));
    largest = Math.max(largest, square);
  }
  return largest >= CARRIED * all ? 1 : largest + second >= CARRIED * all ? 2 : null;
}

/** @param values at least one */
export function meanOf(values: Float64Array): number {
  const first = values[0]!;
  let sum = 0;
  for (const value of values) sum += value - first;
  return first + sum / values.length;
}

/** Variance of a mean, its degrees of freedom, and its third central moment. */
function errorOf(
  values: Float64Array,
  isDependent: boolean,
): { readonly variance: number; readonly df: number; readonly third: number } {
  const n = values.length;
  const mean = meanOf(values);
  let [squares, cubes] = [0, 0];
  for (const value of values) {
    squares += (value - mean) ** 2;
    cubes += (value - mean) ** 3;
  }
  const r = isDependent && n >= SERIES_NEEDS ? lag1Autocorrelation(values)?.r ?? 0 : 0;
  const runs = r === 0 ? n : effectiveRuns(n, correctedLag1(r, n));
  const third = n < 3 ? 0 : n * cubes / ((n - 1) * (n - 2)) / runs ** 2;
  return { variance: squares / (n - 1) / runs, df: Math.max(1, runs - 1), third };
}
