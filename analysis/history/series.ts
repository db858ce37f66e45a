/** What a history keeps of one result file: its levels and facts, not its runs. */

import { QUESTIONS } from "../compare/questions.ts";
import type { Meta } from "../result/meta.ts";
import type { ResultFile } from "../result/file.ts";
import { statusesOf } from "../sample/counts.ts";
import { sampleOf } from "../sample/sample.ts";
import type { Pair } from "../sample/summary.ts";
import { boundRanks, quantileBounds } from "../stats/quantile_bounds.ts";

/** The median of a duration; null without a run, bounds null where there are too few runs for one. */
export interface Level {
  readonly n: number;
  readonly median_ns: number | null;
  /** 95 %, by order statistics. */
  readonly ci_ns: Pair<number | null>;
}

export interface HistorySeries {
  /** Without folders, unless two files have one name. */
  readonly file: string;
  readonly meta: Meta;
  readonly rows: number;
  readonly complete: number;
  /** The file has no end line. */
  readonly cutOff: boolean;
  /** By the name of the question. */
  readonly levels: ReadonlyMap<string, Level>;
  /** Seconds since the epoch when the boot began, by the first edge and `started`; null: no edge was seen. */
  readonly bootedAt: number | null;
}

/** Of each bound. */
const CONFIDENCE = 0.975;

/**
 * @param file as the user named it
 * @param firstEdgeNs CLOCK_MONOTONIC of the first edge; null: none was seen
 */
export function historySeries(file: ResultFile, firstEdgeNs: number | null): HistorySeries {
  const levels = QUESTIONS.map(({ name, duration }) =>
    [name, levelOf(sampleOf(file, duration).sorted)] as const
  );
  return {
    file: file.name,
    meta: file.meta,
    rows: file.rows,
    complete: statusesOf(file).complete,
    cutOff: file.end === null,
    levels: new Map(levels),
    bootedAt: firstEdgeNs === null ? null : Date.parse(file.meta.started) / 1000 - firstEdgeNs / 1e9,
  };
}

function levelOf(sorted: Float64Array): Level {
  const n = sorted.length;
  if (n === 0) return { n, median_ns: null, ci_ns: [null, null] };
  const { estimate, low, high } = quantileBounds(sorted, 0.5, boundRanks(n, 0.5, CONFIDENCE));
  const known = (bound: number) => Number.isFinite(bound) ? bound : null;
  return { n, median_ns: estimate, ci_ns: [known(low), known(high)] };
}
