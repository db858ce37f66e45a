/**
 * One duration in the order of the runs: do neighbours depend on each other, does it jump, does it have
 * several modes?
 */

import { cappedP, type Sample, sampleOf } from "./sample.ts";
import type { PValue } from "./summary.ts";
import type { ResultFile } from "../result/file.ts";
import type { Duration } from "../result/durations.ts";
import { changePoint } from "../stats/change_point.ts";
import { dipTest } from "../stats/dip.ts";
import { centredRanks } from "../stats/rank.ts";
import { lag1Autocorrelation } from "../stats/series.ts";

/**
 * One side's runs in their order: the checks before the tests. null: too few runs, or all values are equal.
 */
export interface SeriesCheck {
  /** Correlation between the ranks of neighbouring runs. */
  readonly lag1: PValue & { readonly r: number; readonly method: string } | null;
  /** `after_run` is the number of the last run before the level changes, if it does. */
  readonly change_point: PValue & { readonly after_run: number; readonly method: string } | null;
  /** Bimodality. */
  readonly dip: PValue & { readonly dip: number; readonly method: string } | null;
  /** False when p of lag1 or change_point is below 0.05: the order of the runs then matters. */
  readonly exchangeable: boolean;
}

/** Fewer runs are too few to examine their order. */
const SERIES_NEEDS = 4;

/**
 * Below this p the runs do not count as exchangeable. Blocks of runs cost little when they were not needed,
 * and undetected dependence costs much: with 0.01 the interval of 30 runs a side, each correlated 0.5 with
 * the next, contains the shift in 90 % of cases, with 0.05 in 94 %.
 */
export const EXCHANGEABLE_LEVEL = 0.05;

/** Each check is null when the values do not vary or are too few. */
export interface SeriesChecks extends Omit<SeriesCheck, "exchangeable"> {
  readonly n: number;
}

/** Over the complete runs in which the duration was observed. */
export function seriesChecks(file: ResultFile, duration: Duration): SeriesChecks {
  const sample = sampleOf(file, duration);
  const { lag1, change_point, dip } = checkSeries(sample);
  return { n: sample.sorted.length, lag1, change_point, dip };
}

/**
 * Dependence of neighbours and a change of level, both by ranks because latencies are skewed; and bimodality.
 */
export function checkSeries(sample: Sample): SeriesCheck {
  const { sorted, runAt } = sample;
  if (sorted.length < SERIES_NEEDS) return { lag1: null, change_point: null, dip: null, exchangeable: true };
  const ranks = centredRanks(sample);
  const lag1 = lag1Autocorrelation(ranks);
  const change = changePoint(ranks);
  const dip = dipTest(sorted);
  return {
    lag1: lag1 === null ? null : { r: lag1.r, ...cappedP(lag1.p), method: `${lag1.method}, of ranks` },
    change_point: change === null ? null : {
      after_run: runAt(change.after - 1),
      ...cappedP(change.p, change.pFloor),
      method: change.method,
    },
    dip: lag1 === null ? null : { dip: dip.dip, ...cappedP(dip.p, dip.pFloor), method: dip.method },
    exchangeable: (lag1?.p ?? 1) >= EXCHANGEABLE_LEVEL && (change?.p ?? 1) >= EXCHANGEABLE_LEVEL,
  };
}
