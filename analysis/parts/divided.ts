/**
 * Durations whose parts add up in every run, and the runs of a file in which they do: what the time went into, part by
 * part.
 */

import { EDGE_PARTS, PARTS } from "../result/columns.ts";
import { BESIDE_PARTS, type Duration, type PartTime, type Split, splitOf } from "../result/durations.ts";
import type { ResultFile } from "../result/file.ts";
import { observedRows, valuesAt } from "../sample/sample.ts";

/** The duration that is a part of the other one. */
export const INNER = "ttwu_to_tkread";

/** A part of a duration: a column, the duration that is divided by itself, or one of the machines. */
interface PartOf {
  readonly name: PartTime | typeof INNER | keyof Split;
  readonly title: string;
}

export const DIVIDED = [
  { name: INNER, duration: "ttwu_to_tkread_ns", parts: PARTS },
  {
    name: "offset",
    duration: "offset_ns",
    parts: [...EDGE_PARTS, { name: INNER, title: "from the wakeup to the read" }],
  },
] as const satisfies readonly {
  readonly name: string;
  readonly duration: Duration;
  readonly parts: readonly PartOf[];
}[];

/**
 * The offset by where its time went: the vCPU's thread had no CPU of the host, it had one and was not in guest mode, and
 * everything else, which the VM itself has spent.
 */
export const SPLIT = {
  name: "offset_by_machine",
  duration: "offset_ns",
  parts: [
    { name: "host", title: "host" },
    { name: "hypervisor", title: "hypervisor" },
    { name: "guest", title: "guest" },
  ],
} as const;

/** A duration and what it is divided into. */
export type Divided = (typeof DIVIDED)[number] | typeof SPLIT;

export type DividedName = Divided["name"];

/** The part of each duration that nothing explains: it is always printed. */
export const UNEXPLAINED: readonly PartOf["name"][] = ["unexplained", "edge_unexplained"];

/** Complete runs that are in no mean, and why. */
export interface LeftOut {
  /** Events were lost: their parts are incomplete. */
  readonly events_lost: number;
  /** The duration was observed, its parts were not, or they do not add up to it. */
  readonly undivided: number;
}

/** The runs of one file in which the parts of a duration are known, in the order of the runs. */
export interface DividedRuns {
  readonly whole: Float64Array;
  /** Rows of the file. */
  readonly rows: Uint32Array;
  /** In the order of the table. ns; 0 where the part was not observed, because its time is in another part then. */
  readonly parts: readonly DividedPart[];
  readonly leftOut: LeftOut;
}

interface DividedPart extends PartOf {
  /** Whether any of these runs has it. */
  readonly observed: boolean;
  readonly values: Float64Array;
}

export function dividedRuns(file: ResultFile, divided: Divided): DividedRuns {
  const { duration } = divided;
  const parts: readonly PartOf[] = divided.parts;
  const total = file.durations[duration];
  const observed = observedRows(file, total);
  const isSplit = divided.name === SPLIT.name;
  const columns = isSplit
    ? machineColumns(file)
    : parts.map(({ name }) =>
      name === INNER ? file.durations.ttwu_to_tkread_ns : file.partTimes.get(name as PartTime)
    );
  // Events of the VM: what its host saw does not depend on them.
  const lost = isSplit ? undefined : file.partTimes.get("events_lost");
  const usable = new Uint32Array(observed.length);
  let n = 0;
  let eventsLost = 0;
  for (let i = 0; i < observed.length; i++) {
    const row = observed[i]!;
    if (lost !== undefined && lost[row]! > 0) eventsLost++;
    else if (addsUp(row, parts, columns, total)) usable[n++] = row;
  }
  const rows = usable.subarray(0, n);
  return {
    whole: valuesAt(total, rows),
    rows,
    parts: parts.map(({ name, title }, index) => ({ name, title, ...partAt(columns[index], rows) })),
    leftOut: { events_lost: eventsLost, undivided: observed.length - eventsLost - n },
  };
}

/** ns of host, hypervisor and guest, row by row; NaN where the columns do not tell, or contradict each other. */
function machineColumns(file: ResultFile): (Float64Array | undefined)[] {
  const offset = file.durations[SPLIT.duration];
  // No host runs below the machine that measures itself: by definition it spent all of its time itself.
  if (isOwnMachine(file)) return [new Float64Array(file.rows), new Float64Array(file.rows), offset];
  const [outside, off] = [file.partTimes.get("out_of_guest_ns"), file.partTimes.get("off_cpu_ns")];
  if (outside === undefined || off === undefined) return [undefined, undefined, undefined];
  const [host, hypervisor, guest] = Array.from({ length: 3 }, () => new Float64Array(file.rows).fill(NaN));
  for (let row = 0; row < file.rows; row++) {
    const split = splitOf(offset[row]!, outside[row]!, off[row]!);
    if (split === null) continue;
    host![row] = split.host;
    hypervisor![row] = split.hypervisor;
    guest![row] = split.guest;
  }
  return [host, hypervisor, guest];
}

/** Whether a file is of a machine that a VM is compared with, and not of a VM. */
export function isOwnMachine({ meta, partTimes }: ResultFile): boolean {
  return (meta.env === "host" || meta.virtualization === "none") && meta.host_part === undefined &&
    !partTimes.has("off_cpu_ns");
}

/** Whether a host has told anything of a VM's file. */
export function hasSplit({ partTimes }: ResultFile): boolean {
  return partTimes.has("off_cpu_ns") && partTimes.has("out_of_guest_ns");
}

/** A part in some rows: 0 where it was not observed. */
function partAt(
  column: Float64Array | undefined,
  rows: Uint32Array,
): Pick<DividedPart, "observed" | "values"> {
  if (column === undefined) return { observed: false, values: new Float64Array(rows.length) };
  const values = valuesAt(column, rows);
  let observed = false;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]!)) values[i] = 0;
    else observed = true;
  }
  return { observed, values };
}

/** Whether a run has parts of its own, and they make its whole. */
function addsUp(
  row: number,
  parts: readonly PartOf[],
  columns: readonly (Float64Array | undefined)[],
  total: Float64Array,
): boolean {
  let sum = 0;
  let known = 0;
  for (let part = 0; part < parts.length; part++) {
    const column = columns[part];
    if (column === undefined) continue;
    const ns = column[row]!;
    if (Number.isNaN(ns)) continue;
    sum += ns;
    if (parts[part]!.name !== INNER) known++;
  }
  return known > 0 && sum === total[row];
}

/** Whether a file of this or of an older program has columns of parts. */
export function hasParts({ partTimes }: ResultFile): boolean {
  return [...partTimes.keys()].some((name) => !BESIDE_PARTS.includes(name));
}
