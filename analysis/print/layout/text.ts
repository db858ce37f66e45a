/** The parts of an answer as lines for a terminal of 80 columns. */

import { sparkline } from "../../sample/histogram.ts";
import type { Cell, Field, Finding, Note, Said, Table, TableColumn, TableRow } from "../model.ts";
import { inWords, joined, say } from "../said.ts";
import { left, right, WIDTH, wrap } from "./terminal.ts";
import { printable } from "../printable.ts";

/** Rows of a table or items of a list that are shown; the rest is counted. */
export const SHOWN = 12;

export function sentence({ text }: Said, first = ""): string[] {
  return wrap(printable(text), first);
}

export function cell(of: Cell): string {
  return of === null ? "-" : printable(of.text);
}

/** Notes behind their labels in a column. */
export function notes(all: readonly Note[]): string[] {
  return all.flatMap(({ label, says }) => sentence(says, `  ${left(label, 8)}`));
}

/** Notes each with its label and a colon. */
export function headed(all: readonly Note[]): string[] {
  return all.flatMap(({ label, says }) => sentence(says, `${label}: `));
}

/** Facts behind their names in a column. A name that is the one before is not repeated. */
export function fields(all: readonly Field[], width: number, indent = "  "): string[] {
  const alike = Map.groupBy(all, ({ label }) => label);
  return [...alike].flatMap(([label, facts]) => [
    ...facts.slice(0, SHOWN).flatMap(({ says }, index) =>
      sentence(says, `${indent}${left(index === 0 ? printable(label) : "", width)}`)
    ),
    ...hidden(facts.length - SHOWN),
  ]);
}

/** What more there is than is shown; nothing when that is all. */
export function hidden(count: number, what = ""): string[] {
  return count > 0 ? [`  and ${count} more${what} (--format json has them all)`] : [];
}

/**
 * Findings behind their topics: `what value, certainty; method`. Those of one topic that say what they are share a
 * line for each part of the data.
 */
export function findings(all: readonly Finding[], width: number): string[] {
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
  );
}

/** A column of a table as a terminal shows it. */
export interface TextColumn<Id extends string> {
  readonly id: Id;
  readonly width: number;
  /** Shorter than the table's own, where that has no room. */
  readonly name?: string;
  /** Right without it. */
  readonly align?: "left";
}

export interface TextTable<Id extends string> {
  /** Blanks before each line; two without it. */
  readonly indent?: string;
  /** Characters for the heads of the rows. */
  readonly head: number;
  /** Characters for the names of the lines; 0 where each row is one. */
  readonly lines: number;
  /** Those with one cell a row, before those with one a line. */
  readonly columns: readonly TextColumn<Id>[];
  /** Draw histograms beside the table, for a terminal that has room for them. */
  readonly plots: boolean;
}

/**
 * @param below lines below a row
 * @param what the rows are, where some are not shown
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
  const line = `${indent}${left(head, width)}${names("row")}${gap}${names("line")}`;
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

/** What is too long keeps a blank beside it. */
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

/** A name on two lines, broken between its words. */
export function labelLines(text: string, width: number): [string, string] {
  if (text.length <= width) return [text, ""];
  const words = text.split(" ");
  let first = words.shift()!;
  if (first.length > width) return [text.slice(0, width), text.slice(width)];
  while (words.length > 0 && first.length + 1 + words[0]!.length <= width) first += ` ${words.shift()}`;
  return [first.replace(/ <$/, ""), framesIn(words.join(" ").replace(/^< /, ""), width)];
}

/** As many of the functions of a stack as have room; the first of them always. */
function framesIn(text: string, width: number): string {
  let shown = text;
  while (shown.length > width && shown.includes(" < ")) shown = shown.slice(0, shown.lastIndexOf(" < "));
  return shown;
}
