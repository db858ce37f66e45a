/**
 * The durations of a run that the reader keeps: from one point of the chain to a later one, in ns.
 *
 * They stand apart from compare's questions, because the reader must not know what is asked. Each costs 8
 * bytes a row. A question names its duration; `show` and `export` also describe durations that no question
 * asks about.
 */

import { type ColumnName, COLUMNS } from "./columns.ts";

/**
 * Points of the chain, each with the column of its time. The trigger gives the edge; hooks observe the
 * others.
 */
export type Point = "edge" | "ttwu" | "activate" | "wakeup" | "switch" | "tkread";

interface Between {
  readonly name: string;
  readonly from: Point;
  readonly to: Point;
}

export const DURATIONS = [
  { name: "offset_ns", from: "edge", to: "tkread" },
  { name: "ttwu_to_tkread_ns", from: "ttwu", to: "tkread" },
  { name: "edge_to_wakeup_ns", from: "edge", to: "wakeup" },
  { name: "wakeup_to_switch_ns", from: "wakeup", to: "switch" },
] as const satisfies readonly Between[];

export type Duration = (typeof DURATIONS)[number]["name"];

/**
 * Where a duration stands in a row: the columns of its two ends, and its own if a file has it. Indices into
 * COLUMNS.
 */
interface Place {
  readonly from: number;
  readonly to: number;
  readonly own: number | null;
}

const names: readonly string[] = COLUMNS.map(({ name }) => name);
const columnOf = (point: Point) => names.indexOf(`${point}_ns` satisfies ColumnName);

/** One per entry of DURATIONS. */
export const PLACES: readonly Place[] = DURATIONS.map(({ name, from, to }) => ({
  from: columnOf(from),
  to: columnOf(to),
  own: names.includes(name) ? names.indexOf(name) : null,
}));
