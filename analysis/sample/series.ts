/**
 * One duration in the order of the runs: do neighbours depend on each other, does it jump, does it have
 * several modes?
 */

import { cappedP, type Sample, sampleOf, valuesInOrder } from "./sample.ts";
import type { PValue } from "./summary.ts";
import type { ResultFile } from "../result/file.ts";
import type { Duration } from "../result/durations.ts";
import { changePoint } from "../stats/change_point.ts";
import { dipTest } from "../stats/dip.ts";
import { ordered, partsOf } from "../stats/ordered.ts";
import { centredRanks } from "../stats/rank.ts";
import { correctedLag1, effectiveRuns, lag1Autocorrelation } from "../stats/series.ts";
import { normalSurvival } from "../stats/special.ts";

/**
 * One side's runs in their order: the checks before the tests. null: too few runs, or all values are equal.
 */
export interface SeriesCheck {
  /** Correlation between the ranks of neighbouring runs; `z` is r standardised, p two-sided. */
  readonly lag1: PValue & { readonly r: number; readonly z: number; readonly method: string } | null;
  /** `after_run` is the number of the last run before the level changes, if it does. */
  readonly change_point: PValue & { readonly after_run: number; readonly method: string } | null;
  /** Bimodality. */
  readonly dip: PValue & { readonly dip: number; readonly method: string } | null;
  /**
   * How many independent runs would say as much about the median: n (1 - r) / (1 + r), with r the lag-1
   * autocorrelation with Kendall's correction of its bias, (1 + 4 r) / n; n itself when r is negative.
   */
  readonly effective_n: number;
}

/** Fewer runs are too few to examine their order. */
const SERIES_NEEDS = 4;

/** Below this p, adjusted for all checks of a question's order, its runs do not count as exchangeable. */
export const EXCHANGEABLE_LEVEL = 0.05;

/** Each check is null when the values do not vary or are too few. */
export interface SeriesChecks extends SeriesCheck {
  readonly n: number;
}

/** Over the complete runs in which the duration was observed. */
export function seriesChecks(file: ResultFile, duration: Duration): SeriesChecks {
  const sample = sampleOf(file, duration);
  return { n: sample.sorted.length, ...checkSeries(sample) };
}

/**
 * Dependence of neighbours and a change of level, both by ranks because latencies are skewed; and bimodality.
 */
export function checkSeries(sample: Sample): SeriesCheck {
  return sample.joints === undefined ? checkPart(sample) : together(
    sample,
    partsIn(sample).map((part) => ({ n: part.sorted.length, ...checkPart(part) })),
  );
}

/** The parts of a series, each as a series of its own. */
function partsIn(sample: Sample): Sample[] {
  const { runAt } = sample;
  const series = valuesInOrder(sample);
  return partsOf(sample).map(([from, to]) => ({
    ...ordered(series.slice(from, to)),
    runAt: (index) => runAt(from + index),
  }));
}

/**
 * What the parts say together. Dependence: Stouffer's sum of their z, weighted by sqrt n. A change of level: the smallest
 * p, times the number of parts; that the parts differ from each other is no change of level within one. The dip is that
 * of all values.
 */
function together(
  { sorted, nested }: Sample,
  parts: readonly (SeriesCheck & { readonly n: number })[],
): SeriesCheck {
  const known = parts.flatMap(({ lag1, n }) => lag1 === null ? [] : [{ ...lag1, n }]);
  const total = known.reduce((sum, { n }) => sum + n, 0);
  const z = known.reduce((sum, one) => sum + one.z * Math.sqrt(one.n), 0) / Math.sqrt(total);
  const changes = parts.flatMap(({ change_point }) => change_point ?? []).sort((x, y) => x.p - y.p);
  const [change] = changes;
  const dip = sorted.length < SERIES_NEEDS ? null : dipTest(sorted);
  const one = nested ? "boot" : "file";
  return {
    lag1: known.length === 0 ? null : {
      r: known.reduce((sum, { r, n }) => sum + r * n, 0) / total,
      z,
      ...cappedP(Math.min(1, 2 * normalSurvival(Math.abs(z)))),
      method: `${known[0]!.method}, each ${one} alone, Stouffer`,
    },
    change_point: change === undefined ? null : {
      ...change,
      p: Math.min(1, change.p * changes.length),
      method: `${change.method}, smallest of ${changes.length} ${one}s, Bonferroni`,
    },
    dip: dip === null || known.length === 0
      ? null
      : { dip: dip.dip, ...cappedP(dip.p, dip.pFloor), method: dip.method },
    effective_n: parts.reduce((sum, { effective_n }) => sum + effective_n, 0),
  };
}

function checkPart(sample: Sample): SeriesCheck {
  const { sorted, runAt } = sample;
  const n = sorted.length;
  if (n < SERIES_NEEDS) return { lag1: null, change_point: null, dip: null, effective_n: n };
  const ranks = centredRanks(sample);
  const lag1 = lag1Autocorrelation(ranks);
  const change = changePoint(ranks);
  const dip = dipTest(sorted);
  return {
    lag1: lag1 === null
      ? null
      : { r: lag1.r, z: lag1.z, ...cappedP(lag1.p), method: `${lag1.method}, of ranks` },
    change_point: change === null ? null : {
      after_run: runAt(change.after - 1),
      ...cappedP(change.p, change.pFloor),
      method: change.method,
    },
    dip: lag1 === null ? null : { dip: dip.dip, ...cappedP(dip.p, dip.pFloor), method: dip.method },
    effective_n: lag1 === null ? n : effectiveRuns(n, correctedLag1(lag1.r, n)),
  };
}

/** A side has more than one mode when the p of its dip is below this. */
const BIMODAL_LEVEL = 0.01;

/** Whether a side has more than one mode: its median then may lie where there are no runs. */
export function isBimodal({ dip }: SeriesCheck): boolean {
  return dip !== null && dip.p < BIMODAL_LEVEL;
}
