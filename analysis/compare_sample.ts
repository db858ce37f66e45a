/** Samples of a result file: which runs count, sorted once, summarised. */

import type { Pair, PValue, Summary } from "./comparison.ts";
import type { ResultFile } from "./result_file.ts";
import type { Duration } from "./result_row.ts";
import { iqrSorted, madSorted, medianSorted, quantileSorted } from "./stats/quantile.ts";

/** Below this many values a spread is no estimate. */
const SPREAD_NEEDS = 2;
/** Smaller p-values underflow. */
const SMALLEST_P = 1e-307;

/** Code of `complete` in column status, by which runs are chosen. */
export function completeCode(file: ResultFile): number {
  return file.texts.status.values.indexOf("complete");
}

/** The duration in ns of all complete runs in which it was observed, sorted ascending. */
export function sortedSample(file: ResultFile, duration: Duration): Float64Array {
  const values = file.durations[duration];
  const status = file.texts.status.codes();
  const complete = completeCode(file);
  const chosen = new Float64Array(values.length);
  let n = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (status[i] === complete && !Number.isNaN(value)) chosen[n++] = value;
  }
  return chosen.subarray(0, n).sort();
}

export function summarise(samples: Pair<Float64Array>): Summary {
  return {
    n: [samples[0].length, samples[1].length],
    median_ns: both(samples, (sorted) => sorted.length === 0 ? null : medianSorted(sorted)),
    iqr_ns: both(samples, (sorted) => sorted.length < SPREAD_NEEDS ? null : iqrSorted(sorted)),
    mad_ns: both(samples, (sorted) => sorted.length < SPREAD_NEEDS ? null : madSorted(sorted)),
  };
}

/**
 * A percentile, where n lets one be bounded at all: the largest of n values lies above it with a probability of
 * 95 % when n >= ln(0.05) / ln(p).
 */
export function percentile(samples: Pair<Float64Array>, p: number): Pair<number | null> {
  const needed = Math.ceil(Math.log(0.05) / Math.log(p));
  return both(samples, (sorted) => sorted.length < needed ? null : quantileSorted(sorted, p));
}

export function both<T, R>(pair: Pair<T>, of: (value: T) => R): Pair<R> {
  return [of(pair[0]), of(pair[1])];
}

export function pValue(p: number): PValue {
  return p < SMALLEST_P ? { p: SMALLEST_P, p_capped: true } : { p, p_capped: false };
}
