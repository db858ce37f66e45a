/** The parts of an answer as lines for a terminal of 80 columns. */

import { sparkline } from "../../sample/histogram.ts";
import type { Cell, Field, Finding, Note, Said, Table, TableColumn, TableRow } from "../model.ts";
import { inWords, joined, say } from "../said.ts";
import { left, right, WIDTH, wrap } from "./terminal.ts";
import { printable } from "../printable.ts";

/** How many rows of a table or items of a list are shown; the rest is only counted. */
export const SHOWN = 12;

/** @param width of a line, in characters */
export function sentence({ text }: Said, first = "", width: number = WIDTH): string[] {
  return wrap(printable(text), first, width);
}

export function cell(of: Cell): string {
  return of === null ? "-" : printable(of.text);
}

/** Notes in a column behind their labels. */
export function notes(all: readonly Note[], indent = "  "): string[] {
  return all.flatMap(({ label, says }) => sentence(says, `${indent}${left(label, 8)}`));
}

/** Notes, each with its label and a colon. */
export function headed(all: readonly Note[]): string[] {
  return all.flatMap(({ label, says }) => sentence(says, `${label}: `));
}

/** Facts in a column behind their names. A name equal to the one before is not repeated. */
export function fields(all: readonly Field[], width: number, indent = "  "): string[] {
  const alike = Map.groupBy(all, ({ label }) => label);
  return [...alike].flatMap(([label, facts]) => [
    ...facts.slice(0, SHOWN).flatMap(({ says }, index) =>
      sentence(says, `${indent}${left(index === 0 ? printable(label) : "", width)}`)
    ),
    ...hidden(facts.length - SHOWN),
  ]);
}

/** How many are not shown; nothing when all are. */
export function hidden(count: number, what = ""): string[] {
  return count > 0 ? [`  and ${count} more${what} (--format json has them all)`] : [];
}

/**
 * Findings behind their topics: `what value, certainty; method`. Findings on one topic that name what they
 * are share one line per part of the data.
 */
export function findings(all: readonly Finding[], width: number, indent = "  "): string[] {
  const lines = Map.groupBy(all, ({ topic, of, what }, index) => what === null ? index : `${topic}\n${of}`)
    .values();
  return fields(
    [...lines].map((together): Field => {
      const [{ topic, of }] = together as [Finding];
      const words = joined(
        together.map(({ method, ...found }) => joined([inWords(found), method], "; ")),
        "; ",
      );
      return { label: topic, says: of === null ? words : say`${of}: ${words}` };
    }),
    width,
    indent,
  );
}

/** A column of a table as a terminal shows it. */
export interface TextColumn<Id extends string> {
  readonly id: Id;
  readonly width: number;
  /** A shorter name for a column that has no room for the table's own. */
  readonly name?: string;
  /** Default: right. */
  readonly align?: "left";
}

export interface TextTable<Id extends string> {
  /** Blanks before each line; default: two. */
  readonly indent?: string;
  /** Width for the heads of the rows, in characters. */
  readonly head: number;
  /** Width for the names of the lines, in characters; 0 when each row is one line. */
  readonly lines: number;
  /** Columns with one cell per row come before those with one per line. */
  readonly columns: readonly TextColumn<Id>[];
  /** Draws histograms beside the table; the terminal must have room for them. */
  readonly plots: boolean;
}

/**
 * @param below lines below a row
 * @param what names the rows, for the sentence that counts those not shown
 */
export function table<Id extends string>(
  of: Table<Id>,
  style: TextTable<Id>,
  what: string,
  below: (row: TableRow<Id>, index: number) => readonly string[] = () => [],
): string[] {
  if (of.rows.length === 0) return [`  ${of.empty}`];
  const rows = of.rows.slice(0, SHOWN);
  return [
    headOf(of, style),
    ...rows.flatMap((row, index) => [...rowLines(row, of, style), ...below(row, index)]),
    ...hidden(of.rows.length - rows.length, ` ${what}`),
  ];
}

function headOf<Id extends string>(
  { head, columns, range }: Table<Id>,
  { indent = "  ", head: width, lines, columns: shown, plots }: TextTable<Id>,
): string {
  const names = (per: TableColumn["per"]) =>
    shown.map((one) => {
      const column = columnOf(columns, one.id);
      return column.per === per ? aligned(heading(one.name ?? column.name, one.width), one) : "";
    }).join("");
  const gap = lines === 0 ? "" : " ".repeat(lines + 1);
  const line = `${indent}${left(head, width)}${names("row")}${gap}${names("line")}`.trimEnd();
  return plots && range !== null ? beside(line, cell(range)) : line;
}

function rowLines<Id extends string>(
  { head, cells, bins }: TableRow<Id>,
  of: Table<Id>,
  { indent = "  ", head: width, lines, columns: shown, plots }: TextTable<Id>,
): string[] {
  const text = printable(head.text);
  const labels = of.lines.length === 0 ? [framesIn(text, width)] : labelLines(text, width);
  return (of.lines.length === 0 ? [""] : of.lines).map((name, line) => {
    const numbers = (per: TableColumn["per"]) =>
      shown.filter(({ id }) => columnOf(of.columns, id).per === per)
        .map((one) =>
          per === "row" && line > 0 ? " ".repeat(one.width) : aligned(cell(cells[one.id][line]!), one)
        ).join("");
    const place = lines === 0 ? "" : ` ${left(name, lines)}`;
    const whole = `${indent}${left(labels[line]!, width)}${numbers("row")}${place}${numbers("line")}`
      .trimEnd();
    const counts = bins[line] ?? [];
    return plots && counts.length > 0 ? beside(whole, sparkline(counts)) : whole;
  });
}

/** Text that is too long is cut so that a blank stays beside it. */
function heading(text: string, width: number): string {
  const shown = printable(text);
  return shown.length >= width ? `${shown.slice(0, width - 2)}~` : shown;
}

function aligned(text: string, { width, align }: TextColumn<string>): string {
  return align === "left" ? left(text, width) : right(text, width);
}

function columnOf<Id extends string>(columns: readonly TableColumn<Id>[], id: Id): TableColumn<Id> {
  return columns.find((column) => column.id === id)!;
}

function beside(text: string, more: string): string {
  return `${left(text, WIDTH)}   ${more}`.trimEnd();
}

/** A name on two lines, broken between words. */
export function labelLines(text: string, width: number): [string, string] {
  if (text.length <= width) return [text, ""];
  const words = text.split(" ");
  let first = words.shift()!;
  if (first.length > width) return [text.slice(0, width), text.slice(width)];
  while (words.length > 0 && first.length + 1 + words[0]!.length <= width) first += ` ${words.shift()}`;
  return [first.replace(/ <$/, ""), framesIn(words.join(" ").replace(/^< /, ""), width)];
}

/** As many functions of a stack as fit; always at least the first. */
function framesIn(text: string, width: number): string {
  let shown = text;
  while (shown.length > width && shown.includes(" < ")) shown = shown.slice(0, shown.lastIndexOf(" < "));
  return shown;
}
