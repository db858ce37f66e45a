/**
 * Recognises how spreadsheets and other programs change a line of a result file when they save it as text.
 */

import { type ColumnKind, EACH_COLUMN } from "./columns.ts";

/** A line with this many cells by another separator was certainly written with that separator. */
const MANY_CELLS = 10;

const SEPARATORS = { semicolons: ";", tabs: "\t" } as const;

/**
 * Forms of changed cells, with the kinds of column in which `probe run` never writes that form (null: all).
 */
const CELLS: readonly (readonly [form: RegExp, of: readonly ColumnKind[] | null, what: string])[] = [
  [/^-?\d+(?:[.,]\d+)?E[+-]?\d+$/i, ["int", "id", "stack", "hex"], "is a rounded number"],
  [/^-?\d+[.,]0*$/, null, "is a whole number with a decimal point"],
  [/^-?\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+$/, null, "has separators between its thousands"],
  [/^\d{1,15}$/, ["id", "stack"], "is a number, whose leading zeros are lost"],
  [/^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?: .*)?$/, null, "is a date"],
  [/^(?:\d{1,2}[-. ])?[A-Z][a-z]{2}(?:[-. ]\d{2,4})?$/, ["int", "id", "stack", "hex"], "is a date"],
  [/^(?:TRUE|FALSE)$/, ["bool"], "is in capitals"],
  [/^#[A-Z/0]+[!?]?$/, null, "is an error of a formula"],
];

/**
 * @param line a refused line, without its line feed
 * @param column index into COLUMNS of the refused cell; null when the line as a whole was refused
 * @returns what was done to it; null: not recognised
 */
export function rewritingOf(line: string, column: number | null): string | null {
  const text = line.replace(/\r$/, "");
  if (text.startsWith('"#')) return "the line is in quotes";
  if (/^# .*[,;\t]$/.test(text)) return "empty cells were added to the line";
  if (text.startsWith("#")) return null;
  const commas = count(text, ",");
  for (const [name, separator] of Object.entries(SEPARATORS)) {
    const found = count(text, separator);
    if (found >= MANY_CELLS && found > commas) return `${name} separate its cells`;
  }
  if (/^"?run"?,/.test(text) && text.includes('"')) return "the names of its columns are in quotes";
  return column === null ? null : cellRewriting(cellsOf(text), column);
}

function cellRewriting(cells: readonly string[], column: number): string | null {
  const cell = cells[column] ?? "";
  const known = EACH_COLUMN[column];
  if (known === undefined || known.kind === "text" || known.kind === "enum") return null;
  const found = CELLS.find(([form, of]) => (of === null || of.includes(known.kind)) && form.test(cell));
  return found === undefined ? null : `${JSON.stringify(cell)} ${found[2]}`;
}

function count(text: string, character: string): number {
  return text.split(character).length - 1;
}

/** The cells of the line, without the quotes around them. */
function cellsOf(line: string): string[] {
  return Array.from(
    line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g),
    ([, cell = ""]) => cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
  );
}
