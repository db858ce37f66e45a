/** Samples of a result file: which runs count, sorted once, summarised. */

import { once } from "../lazy.ts";
import type { Outliers, Pair, PValue, Summary } from "./summary.ts";
import { describe, percentile } from "./description.ts";
import type { Grouping } from "./grouping.ts";
import { type Bins, countsIn } from "./histogram.ts";
import type { ResultFile } from "../result/file.ts";
import type { Duration } from "../result/durations.ts";
import { type Ordered, ordered } from "../stats/ordered.ts";
import { quantileSorted } from "../stats/quantile.ts";
import { countBelow, countUpTo } from "../stats/rank.ts";

/** With fewer complete runs a side, nothing is tested. */
export const TEST_NEEDS = 4;
/** In interquartile ranges from the quartiles: beyond them lie outliers. */
const OUTLIER_FENCES = 1.5;
/** With fewer, the 95 % interval does not exist. */
export const INTERVAL_NEEDS = 6;
/** With fewer complete runs a side, every conclusion is thin. */
export const THIN_BELOW = 10;
/** From a larger share of runs that contradict themselves nothing is concluded. */
export const INTEGRITY_LIMIT = 0.05;
/** Smaller p-values underflow. */
const SMALLEST_P = 1e-307;

/** One duration of one file, ns, in the order of the runs: all complete runs in which it was observed. */
export interface Sample extends Ordered {
  /** Whether the parts of the series are boots of one VM, and its runs are nested in them; absent: they are not. */
  readonly nested?: true;
  /** Number of the run at an index of the series. */
  runAt(index: number): number;
}

/** A Sample, and where its runs are in the file. */
export interface FileSample extends Sample {
  /** Row of the file at an index of the series. */
  readonly rows: Uint32Array;
}

/** Whether the run of a row is complete; only complete runs are used. */
export function completeness(file: ResultFile): (row: number) => boolean {
  const status = file.texts.status.codes();
  const complete = file.texts.status.values.indexOf("complete");
  return (row) => status[row] === complete;
}

/** Rows of the complete runs, in the order of the file. */
export function completeRows(file: ResultFile): Uint32Array {
  return rowsThat(file, completeness(file));
}

/** Rows for which something is true, in the order of the file. */
export function rowsThat(file: ResultFile, isTrue: (row: number) => boolean): Uint32Array {
  const rows = new Uint32Array(file.rows);
  let n = 0;
  for (let row = 0; row < file.rows; row++) if (isTrue(row)) rows[n++] = row;
  return rows.subarray(0, n);
}

/**
 * The values of some rows, sorted ascending.
 *
 * @param values ns, row by row; NaN means "not observed" and is left out
 */
export function sortedAt(values: Float64Array, rows: ArrayLike<number>): Float64Array {
  const found = new Float64Array(rows.length);
  let n = 0;
  for (let i = 0; i < rows.length; i++) {
    const value = values[rows[i]!]!;
    if (!Number.isNaN(value)) found[n++] = value;
  }
  return found.subarray(0, n).sort();
}

/** The complete runs in which the duration was observed, in the order of their numbers. */
export function sampleOf(file: ResultFile, duration: Duration): FileSample {
  return sampleOfValues(file, file.durations[duration]);
}

/** @param values ns, row by row of the file; NaN means "not observed" */
export function sampleOfValues(file: ResultFile, values: Float64Array): FileSample {
  const rows = observedRows(file, values);
  const boots = bootsOf(file);
  const joints = boots === null ? jointsOf(file, rows) : bootJointsOf(file, boots, rows);
  return {
    ...ordered(valuesAt(values, rows)),
    ...joints.length === 0 ? {} : { joints },
    ...boots === null || joints.length === 0 ? {} : { nested: true as const },
    rows,
    runAt: (index) => file.run[rows[index]!]!,
  };
}

/**
 * Rows of the complete runs in which something was observed, in the order of the runs' numbers.
 *
 * @param values as sampleOfValues
 */
export function observedRows(file: ResultFile, values: Float64Array): Uint32Array {
  const isComplete = completeness(file);
  const byRun = rowsByRun(file.run);
  const rows = new Uint32Array(values.length);
  let n = 0;
  for (let i = 0; i < values.length; i++) {
    const row = byRun === null ? i : byRun[i]!;
    if (isComplete(row) && !Number.isNaN(values[row]!)) rows[n++] = row;
  }
  return rows.subarray(0, n);
}

/** The values of some rows, in their order. */
export function valuesAt(values: Float64Array, rows: Uint32Array): Float64Array {
  const found = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) found[i] = values[rows[i]!]!;
  return found;
}

/** The values of a sample in the order of the runs. */
export function valuesInOrder({ sorted, order }: Ordered): Float64Array {
  const series = new Float64Array(sorted.length);
  for (let k = 0; k < order.length; k++) series[order[k]!] = sorted[k]!;
  return series;
}

/** Where the runs of each further file begin; rows of one file stand together. */
function jointsOf({ parts = [] }: ResultFile, rows: Uint32Array): number[] {
  const joints: number[] = [];
  let end = 0;
  for (const part of parts) {
    end += part.rows;
    const at = rows.findIndex((row) => row >= end);
    if (at > 0 && at !== joints.at(-1)) joints.push(at);
  }
  return joints;
}

/** The boot of each row, where some file of the side has runs of several; else null. */
function bootsOf({ texts: { boot } }: ResultFile): ArrayLike<number> | null {
  const boots = boot.values.filter((value) => value !== null);
  return boots.length < 2 ? null : boot.codes();
}

/** Where the runs of each further boot begin: of another file, or of another boot in one. */
function bootJointsOf(file: ResultFile, boots: ArrayLike<number>, rows: Uint32Array): number[] {
  const files = new Set(jointsOf(file, rows));
  const joints: number[] = [];
  for (let at = 1; at < rows.length; at++) {
    if (files.has(at) || boots[rows[at]!] !== boots[rows[at - 1]!]) joints.push(at);
  }
  return joints;
}

/** The duration in ns of all complete runs in which it was observed, sorted ascending. */
export function sortedSample(file: ResultFile, duration: Duration): Float64Array {
  return sampleOf(file, duration).sorted;
}

/**
 * A sample split into groups, ns, each sorted ascending.
 *
 * @param groupOf group of each row of the file, below `groups`
 */
export function samplesByGroup(
  { sorted, order, rows }: FileSample,
  groupOf: ArrayLike<number>,
  groups: number,
): Float64Array[] {
  const sizes = new Uint32Array(groups);
  for (let i = 0; i < rows.length; i++) sizes[groupOf[rows[i]!]!]!++;
  const samples = Array.from(sizes, (size) => new Float64Array(size));
  const next = new Uint32Array(groups);
  for (let k = 0; k < sorted.length; k++) {
    const group = groupOf[rows[order[k]!]!]!;
    samples[group]![next[group]!++] = sorted[k]!;
  }
  return samples;
}

/** The samples of a grouping by the name of the group, without groups that have no run. */
export function samplesByName(sample: FileSample, { groups, codes }: Grouping): Map<string, Float64Array> {
  const samples = samplesByGroup(sample, codes, groups.length);
  return new Map(
    groups.flatMap(({ name }, code): [string, Float64Array][] =>
      name === null || samples[code]!.length === 0 ? [] : [[name, samples[code]!]]
    ),
  );
}

/** Rows by the number of their run; null when they already are in that order, as `probe run` writes them. */
function rowsByRun(run: Float64Array): Uint32Array | null {
  for (let row = 1; row < run.length; row++) if (run[row]! < run[row - 1]!) return ordered(run).order;
  return null;
}

/** @param samples sorted ascending */
export function summarise(samples: Pair<Float64Array>, bins: Bins | null): Summary {
  const described = once(() => both(samples, describe));
  const histogram = once(() =>
    bins === null ? null : {
      low_ns: bins.low_ns,
      width_ns: bins.width_ns,
      counts: both(samples, (sorted) => countsIn(bins, sorted)),
    }
  );
  return {
    n: [samples[0].length, samples[1].length],
    get median_ns() {
      return both(described(), ({ median_ns }) => median_ns);
    },
    get iqr_ns() {
      return both(described(), ({ iqr_ns }) => iqr_ns);
    },
    get mad_ns() {
      return both(described(), ({ mad_ns }) => mad_ns);
    },
    p95_ns: both(samples, (sorted) => percentile(sorted, 0.95)),
    p99_ns: both(samples, (sorted) => percentile(sorted, 0.99)),
    outliers: both(samples, (sorted) => sorted.length < TEST_NEEDS ? null : outliersOf(sorted)),
    get histogram() {
      return histogram();
    },
    thin: samples.some((sorted) => sorted.length < THIN_BELOW),
  };
}

/** Tukey's fences, ns: values beyond them are outliers. null: too few values. @param sorted ascending */
export function fencesOf(sorted: Float64Array): { readonly low: number; readonly high: number } | null {
  if (sorted.length < TEST_NEEDS) return null;
  const [first, third] = [quantileSorted(sorted, 0.25), quantileSorted(sorted, 0.75)];
  const reach = OUTLIER_FENCES * (third - first);
  return { low: first - reach, high: third + reach };
}

function outliersOf(sorted: Float64Array): Outliers {
  const [first, third] = [quantileSorted(sorted, 0.25), quantileSorted(sorted, 0.75)];
  const range = third - first;
  const below = (fences: number) => countBelow(sorted, first - fences * range);
  const above = (fences: number) => sorted.length - countUpTo(sorted, third + fences * range);
  const [farBelow, farAbove] = [below(3), above(3)];
  return {
    far_below: farBelow,
    below: below(OUTLIER_FENCES) - farBelow,
    above: above(OUTLIER_FENCES) - farAbove,
    far_above: farAbove,
  };
}

export function both<T, R>(pair: Pair<T>, of: (value: T) => R): Pair<R> {
  return [of(pair[0]), of(pair[1])];
}

/** @param floor the smallest p that the method can give, or null */
export function cappedP(p: number, floor: number | null = null): PValue {
  if (p < SMALLEST_P) return { p: SMALLEST_P, p_capped: true };
  return { p, p_capped: floor !== null && p <= floor };
}
