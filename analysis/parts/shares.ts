/** What the time of one file's runs went into. Field names are those of `probe show --format json`. */

import type { DictionaryColumn } from "../result/column_store.ts";
import type { ResultFile } from "../result/file.ts";
import { type Count, countsOf } from "../sample/counts.ts";
import { percentile } from "../sample/description.ts";
import { completeRows } from "../sample/sample.ts";
import { meanOf } from "../stats/mean_difference.ts";
import { medianSorted } from "../stats/quantile.ts";
import { VARIANCE_SHARE, varianceShares } from "../stats/spread_share.ts";
import {
  DIVIDED,
  type DividedName,
  type DividedRuns,
  dividedRuns,
  hasParts,
  hasSplit,
  type LeftOut,
  SPLIT,
} from "./divided.ts";

/** Fewer runs say nothing about a spread. */
const SHARES_NEED = 4;

export interface PartShare {
  readonly name: string;
  readonly title: string;
  /** The means of all parts add up to that of the whole; of the other numbers this is not true. */
  readonly mean_ns: number;
  readonly median_ns: number;
  /** Needs 59 runs. */
  readonly p95_ns: number | null;
  /** Of the whole's mean. */
  readonly share: number | null;
  /** Of the whole's variance; all parts together make 1. null: nothing varies, or too few runs. */
  readonly share_of_spread: number | null;
}

/** A duration by its parts, over the complete runs whose parts are known and complete. */
export interface PartsOfDuration {
  readonly name: DividedName;
  readonly runs: number;
  readonly left_out: LeftOut;
  /** null: no such run. */
  readonly mean_ns: number | null;
  /** In the order of the table; parts that were not observed in any run are absent. */
  readonly parts: readonly PartShare[];
}

export interface Parts {
  /** Without durations that no complete run has; empty for a file of an older program. */
  readonly durations: readonly PartsOfDuration[];
  /** A VM's offset by host, hypervisor and guest; null for a file without its host's part. */
  readonly split: PartsOfDuration | null;
  /** Complete runs by the largest part of ttwu_to_tkread, the most frequent first. */
  readonly causes: readonly Count[];
  /** The same of edge_to_ttwu; empty when no run has an edge, or the file is of a program that did not tell. */
  readonly edge_causes: readonly Count[];
  /** Complete runs by the order of locks, clocks and stages, the most frequent first. */
  readonly orders: readonly Count[];
  readonly methods: { readonly share_of_spread: string };
}

export function partsOf(file: ResultFile): Parts {
  const isKnown = hasParts(file);
  const complete = completeRows(file);
  return {
    durations: isKnown
      ? DIVIDED.flatMap((divided) => durationOf(divided.name, dividedRuns(file, divided)))
      : [],
    split: hasSplit(file) ? durationOf(SPLIT.name, dividedRuns(file, SPLIT))[0] ?? null : null,
    causes: isKnown ? countsOf(file.texts.cause, complete) : [],
    edge_causes: toldCounts(file.texts.edge_cause, complete),
    orders: isKnown ? countsOf(file.texts.order, complete) : [],
    methods: { share_of_spread: VARIANCE_SHARE },
  };
}

/** Empty unless some run tells. */
function toldCounts(column: DictionaryColumn, rows: Uint32Array): readonly Count[] {
  const counts = countsOf(column, rows);
  return counts.some(({ value }) => value !== null) ? counts : [];
}

function durationOf(name: DividedName, { whole, parts, leftOut }: DividedRuns): PartsOfDuration[] {
  const left = leftOut.events_lost + leftOut.undivided;
  if (whole.length === 0) {
    return left === 0 ? [] : [{ name, runs: 0, left_out: leftOut, mean_ns: null, parts: [] }];
  }
  const mean = meanOf(whole);
  const shares = sharesOfSpread({ whole, parts });
  return [{
    name,
    runs: whole.length,
    left_out: leftOut,
    mean_ns: mean,
    parts: parts.flatMap(({ name, title, observed, values }, index): PartShare[] => {
      if (!observed) return [];
      const sorted = values.toSorted();
      const ofPart = meanOf(values);
      return [{
        name,
        title,
        mean_ns: ofPart,
        median_ns: medianSorted(sorted),
        p95_ns: percentile(sorted, 0.95),
        share: mean > 0 ? ofPart / mean : null,
        share_of_spread: shares?.[index] ?? null,
      }];
    }),
  }];
}

/** Of each part, in their order; null: nothing varies, or too few runs. */
export function sharesOfSpread({ whole, parts }: Pick<DividedRuns, "whole" | "parts">): number[] | null {
  return whole.length < SHARES_NEED ? null : varianceShares(parts.map(({ values }) => values), whole);
}
