/** What a fleet keeps of one result file: levels, how well each is known, and facts; not its runs. */

import type { Besides } from "../compare/limits.ts";
import { QUESTIONS } from "../compare/questions.ts";
import { besidesOf } from "../result/durations.ts";
import type { ResultFile } from "../result/file.ts";
import type { Meta } from "../result/meta.ts";
import { statusesOf } from "../sample/counts.ts";
import { type Sample, sampleOf, sampleOfValues, TEST_NEEDS } from "../sample/sample.ts";
import { EXCHANGEABLE_LEVEL } from "../sample/series.ts";
import { medianVariance } from "../stats/maritz_jarrett.ts";
import { medianSorted } from "../stats/quantile.ts";
import { centredRanks } from "../stats/rank.ts";
import { correctedLag1, effectiveRuns, lag1Autocorrelation } from "../stats/series.ts";
import { normalSurvival } from "../stats/special.ts";

/** A duration in one series; null where it has fewer runs than a test needs. */
export interface SeriesLevel {
  /** Complete runs in which it was observed. */
  readonly n: number;
  readonly median_ns: number;
  /** Of the median, ns^2. */
  readonly variance: number;
}

export interface FleetSeries {
  /** As it was found below the folder. */
  readonly file: string;
  readonly meta: Meta;
  readonly rows: number;
  readonly complete: number;
  /** The file has no end line. */
  readonly cutOff: boolean;
  /** Runs whose stages contradict each other. */
  readonly integrityErrors: number;
  /** By the name of the question, also of those that the runbook declares besides. */
  readonly levels: ReadonlyMap<string, SeriesLevel | null>;
}

/** Of a level, ns^2: times are whole ns, so nothing is known better than to the ns. */
const TICK = 1 / 12;

/** @param besides what the runbook of the file asks besides QUESTIONS */
export function fleetSeries(file: ResultFile, besides: readonly Besides[]): FleetSeries {
  const levels = [
    ...QUESTIONS.map(({ name, duration }) => [name, levelOf(sampleOf(file, duration))] as const),
    ...besides.map(({ name }) => [name, levelOf(sampleOfValues(file, besidesOf(file, name)))] as const),
  ];
  return {
    file: file.name,
    meta: file.meta,
    rows: file.rows,
    complete: statusesOf(file).complete,
    cutOff: file.end === null,
    integrityErrors: file.integrityErrors,
    levels: new Map(levels),
  };
}

/** Where neighbouring runs are alike, the median is known as by fewer of them, as in a comparison. */
function levelOf(sample: Sample): SeriesLevel | null {
  const n = sample.sorted.length;
  if (n < TEST_NEEDS) return null;
  const lag1 = lag1Autocorrelation(centredRanks(sample));
  const isDependent = lag1 !== null && normalSurvival(lag1.z) < EXCHANGEABLE_LEVEL;
  const inflation = isDependent ? n / effectiveRuns(n, correctedLag1(lag1.r, n)) : 1;
  const variance = Math.max(TICK, inflation * medianVariance(sample.sorted));
  return { n, median_ns: medianSorted(sample.sorted), variance };
}
