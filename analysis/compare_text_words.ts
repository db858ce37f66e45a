/** Intervals and levels as every part of a comparison's text has them. */

import type { ExploratoryP, Pair } from "./comparison.ts";
import { formatP, formatShift } from "./format_value.ts";

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
