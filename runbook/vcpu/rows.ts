/** The VM's result file on its way to this machine: what its rows say of their runs, and completing them. */

import { COLUMN_AT, type ColumnName, COLUMNS } from "../../analysis/result/columns.ts";
import { readResultFile } from "../../analysis/result/file.ts";
import type { RowView } from "../../analysis/result/row_view.ts";
import type { Meta } from "../../analysis/result/meta.ts";
import { quoteText } from "../../analysis/result/write.ts";
import type { GuestClocks, GuestPair } from "./clock_map.ts";
import type { GuestRun, HostCells, PulseCells } from "./host_part.ts";

/** What the host's side fills in of a row. */
export type TurnCells = Partial<HostCells & PulseCells>;

/** What a row of the VM's file says of its run and its clocks. */
export interface VmRun extends GuestRun {
  readonly clocks: GuestClocks;
}

/**
 * @param bytes of the whole file so far
 * @throws Failure when it is not a result file
 */
export function runsOf(bytes: Uint8Array): VmRun[] {
  const runs: VmRun[] = [];
  readResultFile("vm.csv", [bytes], (row) => runs.push(runOf(row)));
  return runs;
}

function runOf(row: RowView): VmRun {
  const number = (name: ColumnName) => {
    const value = row.integer(name);
    return value === null ? null : Number(value);
  };
  const run = Number(row.integer("run"));
  return {
    run,
    correlation_id: row.text("correlation_id"),
    edge_ns: row.integer("edge_ns"),
    foreseen_ns: row.integer("foreseen_ns"),
    ttwu_ns: row.integer("ttwu_ns"),
    switch_ns: row.integer("switch_ns"),
    tkread_ns: row.integer("tkread_ns"),
    waker_cpu: number("waker_cpu"),
    target_cpu: number("target_cpu"),
    clocks: {
      run,
      counter: pairOf(row, "counter", "counter_mono_ns", "counter_uncertainty_ns"),
      host: pairOf(row, "host_real_ns", "host_mono_ns", "host_uncertainty_ns"),
    },
  };
}

function pairOf(row: RowView, clock: ColumnName, mono: ColumnName, unsure: ColumnName): GuestPair | null {
  const [value, mono_ns, uncertainty] = [clock, mono, unsure].map((name) => row.integer(name));
  if (value === null || mono_ns === null || uncertainty === null) return null;
  return { value: value!, mono_ns: mono_ns!, uncertainty_ns: Number(uncertainty) };
}

/** What the host's side says in `# meta`. */
export type HostMeta = Pick<Meta, "host_part"> & Partial<Pick<Meta, "edge_uncertainty_ns">>;

const NAMES: string = COLUMNS.map(({ name }) => name).join(",");
const META = "# meta ";

/**
 * Fills cells of rows, and adds a field to `# meta`; every other byte stays as it is.
 *
 * @param text whole lines of a result file of this program; text of another is returned as it is
 * @param cells by the number of the run; rows of other runs stay as they are
 * @param meta what to add to the line `# meta`, if it is among them
 * @param isBegun whether the lines with the names of the columns came before
 */
export function completed(
  text: string,
  cells: ReadonlyMap<number, TurnCells>,
  meta: HostMeta,
  isBegun: boolean,
): string {
  if (!isBegun && !text.includes(`\n${NAMES}\n`)) return text;
  let out = "";
  for (let at = 0; at < text.length;) {
    const end = /^\d/.test(text[at]!) ? endOfRow(text, at) : endOfLine(text, at);
    const line = text.slice(at, end);
    out += line.startsWith(META) ? withField(line, meta) : completedRow(line, cells);
    at = end;
  }
  return out;
}

function withField(line: string, meta: HostMeta): string {
  return `${META}${JSON.stringify({ ...JSON.parse(line.slice(META.length)), ...meta })}\n`;
}

function completedRow(line: string, cells: ReadonlyMap<number, TurnCells>): string {
  const known = cells.get(Number(/^(\d+),/.exec(line)?.[1] ?? NaN));
  if (known === undefined) return line;
  const found = cellsOf(line.replace(/\n$/, ""));
  if (found.length !== COLUMNS.length) return line;
  for (
    const [name, value] of Object.entries(known) as [
      ColumnName,
      Exclude<TurnCells[keyof TurnCells], undefined>,
    ][]
  ) {
    found[COLUMN_AT[name]] = value === null ? "" : typeof value === "string" ? quoteText(value) : `${value}`;
  }
  return `${found.join(",")}\n`;
}

/** The cells as they stand, quotes included. */
function cellsOf(row: string): string[] {
  return Array.from(row.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g), ([, cell = ""]) => cell)
    .slice(0, COLUMNS.length);
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at < 0 ? text.length : at + 1;
}

/** A quoted cell may hold line ends. */
function endOfRow(text: string, from: number): number {
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    else if (text[at] === "\n" && !quoted) return at + 1;
  }
  return text.length;
}
