/** Intervals and levels as every part of a comparison's text has them. */

import type { ExploratoryP } from "../compare/comparison.ts";
import type { Pair, Summary } from "../sample/summary.ts";
import { formatDuration, formatP, formatShift } from "../units/format_value.ts";
import { sparkline } from "../sample/histogram.ts";
import { left, WIDTH } from "./text_layout.ts";

/** `-` when there is none. */
export function interval(ends: Pair<number> | null): string {
  return ends === null ? "-" : `[${formatShift(ends[0])}, ${formatShift(ends[1])}]`;
}

/** The confidence beside an error rate, such as `95 %` for 0.05. */
export function percent(beside: number): string {
  return `${Number((100 * (1 - beside)).toPrecision(6))} %`;
}

/** An exploratory p-value before and after its adjustment. */
export function exploredP({ p, p_capped, p_bh }: ExploratoryP): string {
  return `${formatP(p, p_capped)}, BH ${formatP(p_bh, false).replace("p = ", "")}`;
}

/** The head of a table, and beside it what the bars stand for; without `plots` or a value the head alone. */
export function withAxis(head: string, { histogram }: Summary, plots: boolean): string {
  if (!plots || histogram === null) return head;
  const { low_ns, width_ns, counts } = histogram;
  return beside(head, `${formatDuration(low_ns)} to ${formatDuration(low_ns + width_ns * counts[0].length)}`);
}

/** A row of a table, and beside it its side's histogram to its own height; as `withAxis`. */
export function withBars(row: string, { histogram, n }: Summary, side: 0 | 1, plots: boolean): string {
  return !plots || histogram === null || n[side] === 0 ? row : beside(row, sparkline(histogram.counts[side]));
}

function beside(text: string, more: string): string {
  return `${left(text, WIDTH)}   ${more}`.trimEnd();
}
