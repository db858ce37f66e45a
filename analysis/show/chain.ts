/**
 * The chains of a file: from each observed stage to the next, how long it takes and how it contributes to the
 * whole.
 */

import { completeRows, sortedAt } from "../sample/sample.ts";
import { NumberColumn } from "../result/column_store.ts";
import type { ResultFile } from "../result/file.ts";
import type { RowView } from "../result/row_view.ts";
import { iqrSorted, medianSorted } from "../stats/quantile.ts";
import { quartileShares, varianceShares } from "../stats/spread_share.ts";

/** The stages of a chain in the order of time. queued and pending occur only on the wakelist path. */
export const CHAIN_STAGES = [
  "edge",
  "ttwu",
  "queued",
  "pending",
  "activate",
  "wakeup",
  "switch",
  "tkread",
] as const;
export type ChainStage = (typeof CHAIN_STAGES)[number];

/** What a VM's host does between the edge and the wakeup, in the order of time. */
const HOST_STAGES = ["host_ttwu", "host_switch", "kvm_entry"] as const;

const [EDGE, ...AFTER_EDGE] = CHAIN_STAGES;

/** The stages of both machines: a VM's chain has the host's where its host saw them, see docs/hypervisor.md. */
export const LINK_STAGES = [EDGE, ...HOST_STAGES, ...AFTER_EDGE] as const;
export type LinkStage = (typeof LINK_STAGES)[number];

const TIMES = LINK_STAGES.map((stage) => `${stage}_ns` as const);
const FIRST_HOST = 1;
const TTWU = LINK_STAGES.indexOf("ttwu");

/** Fewer runs say nothing about a spread. */
const SHARES_NEED = 4;

/** From a stage to the next one that was observed in the same run, over the complete runs that have both. */
export interface Link {
  readonly from: LinkStage;
  readonly to: LinkStage;
  readonly n: number;
  readonly median_ns: number;
  /** null for a single run. */
  readonly iqr_ns: number | null;
  /** Share of the summed time from edge to tkread; all links together make 1. null: no run has both ends. */
  readonly share_of_offset: number | null;
  /** The same from ttwu to tkread; null also for the link before ttwu. */
  readonly share_of_ttwu_to_tkread: number | null;
  /**
   * Share of the variance of ttwu_to_tkread; all links together make 1. null: nothing varies, or too few
   * runs.
   */
  readonly share_of_spread: number | null;
  /** Share of the difference between the fast and the slow runs, without the extremes. */
  readonly share_of_spread_robust: number | null;
}

/** Durations of one link; NaN in the runs that do not have it. */
export interface LinkColumn {
  readonly from: LinkStage;
  readonly to: LinkStage;
  /** ns; index i is row i of the file. */
  readonly values: Float64Array;
}

/** Collects the links of every row, as a visitor of the reader. */
export class ChainColumns {
  readonly #links = new Map<number, NumberColumn>();
  #rows = 0;

  visit(row: RowView): void {
    let before = -1;
    for (let stage = 0; stage < TIMES.length; stage++) {
      if (!row.has(TIMES[stage]!)) continue;
      if (stage >= FIRST_HOST && stage < TTWU && !isAfterEdge(row, TIMES[stage]!)) continue;
      if (before >= 0) this.#push(before, stage, row.difference(TIMES[stage]!, TIMES[before]!));
      before = stage;
    }
    this.#rows++;
  }

  /** In the order of the stages. */
  links(): LinkColumn[] {
    return [...this.#links].sort(([x], [y]) => x - y).map(([key, column]) => {
      this.#fill(column, this.#rows);
      return {
        from: LINK_STAGES[Math.floor(key / LINK_STAGES.length)]!,
        to: LINK_STAGES[key % LINK_STAGES.length]!,
        values: column.values(),
      };
    });
  }

  #push(from: number, to: number, ns: number): void {
    const key = from * LINK_STAGES.length + to;
    let column = this.#links.get(key);
    if (column === undefined) this.#links.set(key, column = new NumberColumn());
    this.#fill(column, this.#rows);
    column.push(ns);
  }

  #fill(column: NumberColumn, rows: number): void {
    for (let missing = rows - column.length; missing > 0; missing--) column.push(NaN);
  }
}

/**
 * The last entry of a vCPU that was running at the edge, and what KVM did early for its timer, lie before the edge:
 * they are no part of the way from there.
 */
function isAfterEdge(row: RowView, time: (typeof TIMES)[number]): boolean {
  return row.has("edge_ns") && row.difference(time, "edge_ns") >= 0;
}

/**
 * The chain of a file link by link. A run without a link spent no time in it. For the shares, and only for
 * them, that counts as 0, so that the links of each run add up to its whole.
 */
export function deltaChain(file: ResultFile, links: readonly LinkColumn[]): Link[] {
  const offset = file.durations.offset_ns;
  const total = file.durations.ttwu_to_tkread_ns;
  const complete = completeRows(file);
  const inOffset = complete.filter((row) => !Number.isNaN(offset[row]!));
  const inTotal = complete.filter((row) => !Number.isNaN(total[row]!));
  const after = links.filter(({ from }) => LINK_STAGES.indexOf(from) >= TTWU);
  const parts = after.map(({ values }) => picked(values, inTotal).map((ns) => Number.isNaN(ns) ? 0 : ns));
  const whole = picked(total, inTotal);
  const spread = whole.length < SHARES_NEED ? null : varianceShares(parts, whole);
  const robust = whole.length < SHARES_NEED ? null : quartileShares(parts, whole);
  return links.flatMap((link): Link[] => {
    const sorted = sortedAt(link.values, complete);
    if (sorted.length === 0) return [];
    const at = after.indexOf(link);
    return [{
      from: link.from,
      to: link.to,
      n: sorted.length,
      median_ns: medianSorted(sorted),
      iqr_ns: sorted.length < 2 ? null : iqrSorted(sorted),
      share_of_offset: shareOf(link.values, offset, inOffset),
      share_of_ttwu_to_tkread: at < 0 ? null : shareOf(link.values, total, inTotal),
      share_of_spread: spread?.[at] ?? null,
      share_of_spread_robust: robust?.[at] ?? null,
    }];
  });
}

function picked(values: Float64Array, rows: Uint32Array): Float64Array {
  const found = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) found[i] = values[rows[i]!]!;
  return found;
}

function shareOf(values: Float64Array, whole: Float64Array, rows: Uint32Array): number | null {
  let part = 0;
  let sum = 0;
  for (const row of rows) {
    if (!Number.isNaN(values[row]!)) part += values[row]!;
    sum += whole[row]!;
  }
  return sum > 0 ? part / sum : null;
}
