/**
 * The durations of a run that the reader keeps: from one point of the chain to a later one, in ns.
 *
 * They stand apart from compare's questions, because the reader must not know what is asked. Each costs 8
 * bytes a row. A question names its duration; `show` and `export` also describe durations that no question
 * asks about.
 */

import { NumberColumn } from "./column_store.ts";
import {
  COLUMN_AT,
  type ColumnName,
  COLUMNS,
  EDGE_PARTS,
  type EdgePartName,
  type PartName,
  PARTS,
} from "./columns.ts";

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

/** What a runbook asks besides the durations above: the question's name, and its margin as the runbook spells it. */
export type DeclaredBesides = readonly (readonly [name: string, margin: string])[];

/** @param runbook of a `# meta` line; files of older programs have nothing about it */
export function declaredBesides(runbook: Readonly<Record<string, unknown>>): DeclaredBesides {
  const { questions } = runbook;
  if (typeof questions !== "string" || questions === "none") return [];
  return questions.split(",").map((one): readonly [string, string] => {
    const [name = "", margin = ""] = one.split("=");
    return [name, margin];
  });
}

/** Values of such a question, ns, row by row; NaN, not observed, where the file's own runbook does not ask it. */
export function besidesOf(
  { besides, rows }: { readonly besides: ReadonlyMap<string, Float64Array>; readonly rows: number },
  name: string,
): Float64Array {
  return besides.get(name) ?? new Float64Array(rows).fill(NaN);
}

/** Where what such a question asks about stands in a row; indices into COLUMNS. */
interface BesidesPlace {
  readonly to: number;
  /** Null: `to` is no instant, but the duration itself. */
  readonly from: number | null;
}

/** Two instants, as of `edge_to_ttwu`, or a column of its own; null when no column is named so. */
function placeOf(name: string): BesidesPlace | null {
  const at = (column: string) =>
    COLUMNS.findIndex(({ name, kind, ...of }) =>
      name === column && kind === "int" && "unit" in of && of.unit === "ns"
    );
  const own = at(name);
  if (own >= 0) return { to: own, from: null };
  const [, before, after] = /^(\w+)_to_(\w+)$/.exec(name) ?? [];
  const [from, to] = [at(`${before}_ns`), at(`${after}_ns`)];
  return from < 0 || to < 0 ? null : { from, to };
}

/** What a file's runbook asks besides, collected row by row. What no column has is left to who reads the file. */
export class BesidesColumns {
  #columns: (readonly [name: string, place: BesidesPlace, column: NumberColumn])[] = [];

  keep(questions: DeclaredBesides): void {
    this.#columns = questions.flatMap(([name]) => {
      const place = placeOf(name);
      return place === null ? [] : [[name, place, new NumberColumn()] as const];
    });
  }

  /** @param valueAt of the row, ns; NaN means "not observed" */
  push(valueAt: (place: BesidesPlace) => number): void {
    for (const [, place, column] of this.#columns) column.push(valueAt(place));
  }

  /** By the question's name. */
  values(): ReadonlyMap<string, Float64Array> {
    return new Map(this.#columns.map(([name, , column]) => [name, column.values()]));
  }
}

/** What a VM's host saw of a run's time, ns: what the offset is split by. */
const HOST_TIMES = ["out_of_guest_ns", "off_cpu_ns"] as const satisfies readonly ColumnName[];

/** Parts of a run's time in ns, and how many events were lost: with any, the parts of that run are incomplete. */
export type PartTime = PartName | EdgePartName | "events_lost" | (typeof HOST_TIMES)[number];

/** What is no part of a run's time by itself. */
export const BESIDE_PARTS: readonly PartTime[] = ["events_lost", ...HOST_TIMES];

/**
 * What the time of each run went into, by name; index i is row i of the file, NaN means "not observed". A column that no
 * row has is absent, so of a file of an older program all are.
 */
export type PartTimes = ReadonlyMap<PartTime, Float64Array>;

/** Where they stand in a row: indices into COLUMNS. */
export const PART_PLACES: ReadonlyMap<PartTime, number> = new Map([
  ...[...PARTS, ...EDGE_PARTS].map(({ name }) => [name, COLUMN_AT[`part_${name}_ns`]] as const),
  ...BESIDE_PARTS.map((name) => [name, COLUMN_AT[name as "events_lost"]] as const),
]);

/**
 * Whether most of a run's offset had passed before its wakeup began: then its cause, the largest part of
 * ttwu_to_tkread_ns, is not what made it slow.
 */
export function passedBeforeWakeup(
  { offset_ns, ttwu_to_tkread_ns }: {
    readonly offset_ns: number | bigint | null;
    readonly ttwu_to_tkread_ns: number | bigint | null;
  },
): boolean {
  return offset_ns !== null && ttwu_to_tkread_ns !== null &&
    2 * Number(ttwu_to_tkread_ns) < Number(offset_ns);
}

/** The offset of a VM's run by where it went, ns: the three add up to it. */
export interface Split {
  /** The vCPU's thread had no CPU: it slept and was to be woken, waited for a CPU, or was stopped. */
  readonly host: number;
  /** It had one and was not in guest mode. */
  readonly hypervisor: number;
  /** Everything else. */
  readonly guest: number;
}

/**
 * A thread without a CPU is not in guest mode, so the time without a CPU is part of that out of guest mode.
 *
 * @param offset ns from edge to read; NaN: not observed, as for the others
 * @param outside ns of it out of guest mode
 * @param off ns of it without a CPU
 * @returns null: not observed, or they contradict each other, as when the begin of a long exit was not seen
 */
export function splitOf(offset: number, outside: number, off: number): Split | null {
  // Whatever is compared with NaN is false.
  if (!(off >= 0 && off <= outside && outside <= offset)) return null;
  return { host: off, hypervisor: outside - off, guest: offset - outside };
}
