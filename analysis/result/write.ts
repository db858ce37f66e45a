/**
 * Writes a result file, version 1: one function per kind of line, which returns the line with its LF. The
 * order is header, then for each run its new stacks and its row, then the end. file.ts reads it.
 */

import { type Column, COLUMNS, type Row } from "./columns.ts";
import type { End, Meta, Resumption } from "./meta.ts";
import { isStackKey, stackKey } from "./stack_key.ts";

export const RESULT_VERSION = 1;

/** The three lines before the first row: version, meta, column names. */
export function formatHeader(meta: Meta): string {
  const names = COLUMNS.map((column) => column.name).join(",");
  return `# probe-result ${RESULT_VERSION}\n# meta ${JSON.stringify(meta)}\n${names}\n`;
}

/**
 * Defines a stack cluster; stands before the first row that names it.
 *
 * @param id stackKey(frames)
 * @param frames normalised symbol names, innermost first
 * @throws RangeError when the id is not the key of the frames or a frame cannot be written
 */
export function formatStackLine(id: string, frames: readonly string[]): string {
  if (id !== stackKey(frames)) throw new RangeError(`stack ${id}: not the key of ${frames.join(";")}`);
  const broken = frames.find((frame) => /[;\r\n]/.test(frame));
  if (broken !== undefined) {
    throw new RangeError(`stack ${id}: frame ${JSON.stringify(broken)} has ; or a line end`);
  }
  return `# stack ${id} ${frames.join(";")}\n`;
}

/** @throws RangeError when a cell does not match its column's kind: such a row could not be read back */
export function formatRow(row: Row): string {
  return COLUMNS.map((column) => formatCell(column, row[column.name])).join(",") + "\n";
}

/** Marks where a file that was cut off continues. */
export function formatResumption(resumption: Resumption): string {
  return `# resumed ${JSON.stringify(resumption)}\n`;
}

/** Ends the file; without this line a reader knows that the run was cut off. */
export function formatEnd(end: End): string {
  return `# end ${JSON.stringify(end)}\n`;
}

type Cell = string | number | bigint | boolean | null;

function formatCell(column: Column, value: Cell): string {
  if (value === null) {
    if (column.required) throw new RangeError(`column ${column.name}: is empty, must have a value`);
    return "";
  }
  const text = String(value);
  if (column.kind === "text") return quoteText(text);
  if (!isSpelled(column, value)) {
    throw new RangeError(`column ${column.name}: ${JSON.stringify(text)} is no ${column.kind}`);
  }
  return text;
}

function isSpelled(column: Column, value: Cell): boolean {
  switch (column.kind) {
    case "int":
      return typeof value === "bigint" ? BigInt.asIntN(64, value) === value : Number.isSafeInteger(value);
    case "bool":
      return typeof value === "boolean";
    case "hex":
      return /^0x[0-9a-f]{1,16}$/.test(String(value));
    case "id":
      return /^[0-9a-f]{16}$/.test(String(value));
    case "stack":
      return isStackKey(String(value));
    default:
      return column.values?.includes(String(value)) ?? false;
  }
}

/**
 * Quotes as RFC 4180 does, and also wherever a reader could misread a bare cell: an observed empty text as
 * "not observed", `#` as a comment, outer blanks as padding.
 */
export function quoteText(text: string): string {
  return text === "" || /[",#\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
