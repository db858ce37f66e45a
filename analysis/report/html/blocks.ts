/** The parts of an answer as HTML. */

import type { Cell, Field, Finding, Note, Said, Table, TableColumn, TableRow } from "../../print/model.ts";
import { breakable, perSide, typeset, unbroken } from "./labels.ts";
import { type Markup, markup, type Part } from "./markup.ts";
import { type MarkupRow, table } from "./table.ts";

/** How many rows of a table are shown; the rest is only counted. */
export const SHOWN = 24;

/** All facts with one name, in a cell. */
const LISTED = 12;

export function said({ text }: Said): string {
  return unbroken(text);
}

function cell(of: Cell): string {
  return of === null ? "-" : said(of);
}

export function notes(all: readonly Note[]): Markup | null {
  if (all.length === 0) return null;
  const items = all.map(({ label, says }) => markup`<li><strong>${label}</strong> ${said(says)}</li>`);
  return markup`<ul class="notes">${items}</ul>`;
}

/** What a layout adds to a table of an answer. */
export interface HtmlTable<Id extends string> {
  /** Replaces the table's own caption, which stands above it. */
  readonly caption?: string;
  /** Columns in their order. */
  readonly columns: readonly Id[];
  /** Names the rows, for the sentence that counts those not shown. */
  readonly what: string;
  /** Shown before the rows. */
  readonly total?: TableRow<Id>;
  /** A further column at the end, and its cell in each row, with that of the total first. */
  readonly last?: readonly [name: string, cells: readonly Part[]];
  /** Printed below a row. */
  readonly note?: (row: TableRow<Id>) => Said;
}

export function tableOf<Id extends string>(of: Table<Id>, style: HtmlTable<Id>): Markup {
  if (of.rows.length === 0) return markup`<p>${of.empty}</p>`;
  const columns = style.columns.map((id) => of.columns.find((column) => column.id === id)!);
  const rows = [...style.total === undefined ? [] : [style.total], ...of.rows.slice(0, SHOWN)];
  const [lastName, lastCells] = style.last ?? [null, []];
  const more = of.rows.length - SHOWN;
  const body = rows.map((row, index): MarkupRow => ({
    head: breakable(typeset(row.head.text)),
    cells: [
      ...columns.map((column) => entry(row, column, of.lines)),
      ...lastName === null ? [] : [lastCells[index]!],
    ],
    ...style.note === undefined ? {} : { note: noteOf(style.note(row)) },
  }));
  const heads = [of.head, ...columns.map(({ name }) => name), ...lastName === null ? [] : [lastName]];
  const numeric = new Set(
    columns.flatMap(({ id }, index) =>
      rows.every(({ cells }) => cells[id].every(isNumber)) ? [index + 1] : []
    ),
  );
  return markup`${table(typeset(style.caption ?? of.caption), heads, body, numeric)}${
    more > 0 && markup`<p>and ${more} more ${style.what}</p>`
  }`;
}

/** A number with its unit, and nothing else; also one that is not known. */
function isNumber(of: Cell): boolean {
  return of === null || /^(-|n too small|[+-]?\d[\d.e+-]*( ?(ns|us|ms|s|%))?)$/.test(of.text);
}

function noteOf(note: Said): Part {
  return note.text === "" ? null : said(note);
}

function entry<Id extends string>(
  { cells }: TableRow<Id>,
  { id, per }: TableColumn<Id>,
  lines: readonly string[],
): Part {
  return per === "row" ? cell(cells[id][0]!) : perSide(lines, cells[id].map(cell));
}

export function findingsTable(caption: string, findings: readonly Finding[]): Markup | null {
  if (findings.length === 0) return null;
  const rows = findings.map(({ topic, of, what, value, certainty, method }): MarkupRow => {
    const place = of ?? topic;
    return {
      head: typeset(what === null ? place : `${place}: ${what}`),
      cells: [markup`<span class="value">${cell(value)}</span>`, cell(certainty), cell(method)],
    };
  });
  return table(caption, ["what", "value", "p or interval", "method"], rows);
}

/**
 * Facts of several sides next to each other, by name.
 *
 * @param mark whether to mark those that differ
 */
export function fieldsTable(
  caption: string,
  heads: readonly string[],
  sides: readonly (readonly Field[])[],
  mark = false,
): Markup {
  const labels = [...new Set(sides.flatMap((fields) => fields.map(({ label }) => label)))];
  const rows = labels.map((label): MarkupRow => {
    const cells = sides.map((fields) => listed(fields.filter((field) => field.label === label)));
    const differ = mark && new Set(cells).size > 1;
    return { head: differ ? markup`<span class="differs">${label}</span>` : label, cells };
  });
  return table(caption, ["", ...heads], rows);
}

function listed(facts: readonly Field[]): string {
  if (facts.length === 0) return "-";
  const more = facts.length > LISTED ? `; and ${facts.length - LISTED} more` : "";
  return facts.slice(0, LISTED).map(({ says }) => said(says)).join("; ") + more;
}
