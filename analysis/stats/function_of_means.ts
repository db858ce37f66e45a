/** Intervals of what is computed from means over runs, such as a share of a variance. */

import { type BootstrapInterval, percentileInterval } from "./bootstrap.ts";
import { Xoshiro128 } from "./random.ts";
import { DRAWN_WHOLE_UP_TO } from "./resample.ts";
import { normalQuantile } from "./special.ts";

const RESAMPLES = 999;

/** Step of the derivatives, in standard deviations of a column's mean. */
const STEP = 0.1;

const DELTA_METHOD = "delta method, normal";

/**
 * Confidence intervals of functions of the means of some columns, run by run: runs are resampled together, whatever
 * depends on whatever. Of more than DRAWN_WHOLE_UP_TO runs the functions are taken to be linear within the error of the
 * means (delta method), in one pass.
 *
 * @param columns of one length, at least 2, near 0 and of a size near 1, so that squares keep their digits
 * @param functions of the means, in the order of the columns; NaN where there is no value
 * @param confidence in (0, 1)
 */
export function intervalsOfMeans(
  columns: readonly Float64Array[],
  functions: (means: Float64Array) => readonly number[],
  confidence: number,
  seed?: number,
): BootstrapInterval[] {
  const n = columns[0]!.length;
  const means = Float64Array.from(columns, meanOf);
  const estimates = functions(means);
  return n > DRAWN_WHOLE_UP_TO
    ? linear(columns, means, estimates, functions, confidence)
    : resampled(columns, estimates, functions, confidence, Xoshiro128.seeded(seed));
}

function resampled(
  columns: readonly Float64Array[],
  estimates: readonly number[],
  functions: (means: Float64Array) => readonly number[],
  confidence: number,
  random: Xoshiro128,
): BootstrapInterval[] {
  const n = columns[0]!.length;
  const replicates = estimates.map(() => new Float64Array(RESAMPLES));
  const means = new Float64Array(columns.length);
  const counts = new Uint16Array(n);
  for (let i = 0; i < RESAMPLES; i++) {
    random.countIndexes(counts, n, n);
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c]!;
      let sum = 0;
      for (let run = 0; run < n; run++) sum += counts[run]! * column[run]!;
      means[c] = sum / n;
    }
    const values = functions(means);
    for (let f = 0; f < values.length; f++) replicates[f]![i] = values[f]!;
  }
  return estimates.map((estimate, f) => percentileInterval(estimate, replicates[f]!, confidence));
}

function linear(
  columns: readonly Float64Array[],
  means: Float64Array,
  estimates: readonly number[],
  functions: (means: Float64Array) => readonly number[],
  confidence: number,
): BootstrapInterval[] {
  const n = columns[0]!.length;
  const slopes = columns.map((column, c) => {
    let squares = 0;
    for (let i = 0; i < n; i++) squares += (column[i]! - means[c]!) ** 2;
    const step = STEP * Math.sqrt(squares / n / n);
    if (step === 0) return estimates.map(() => 0);
    const [above, below] = [step, -step].map((by) => functions(means.with(c, means[c]! + by)));
    return estimates.map((_, f) => (above![f]! - below![f]!) / (2 * step));
  });
  const z = -normalQuantile((1 - confidence) / 2);
  const influences = new Float64Array(n);
  return estimates.map((estimate, f): BootstrapInterval => {
    influences.fill(0);
    for (const [c, column] of columns.entries()) {
      const [slope, mean] = [slopes[c]![f]!, means[c]!];
      for (let i = 0; i < n; i++) influences[i]! += slope * (column[i]! - mean);
    }
    let squares = 0;
    for (let i = 0; i < n; i++) squares += influences[i]! * influences[i]!;
    const half = (z * Math.sqrt(squares)) / n;
    return {
      estimate,
      low: estimate - half,
      high: estimate + half,
      confidence,
      resamples: 0,
      method: DELTA_METHOD,
      notice: null,
    };
  });
}

function meanOf(column: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < column.length; i++) sum += column[i]!;
  return sum / column.length;
}
