/** The parts of an answer as Markdown. Text from a file never becomes markup. */

import type { Note, Said, Table, TableColumn, TableRow } from "../model.ts";
import { printable } from "../printable.ts";

/** How many rows of a table are shown: the summary of a CI job has a maximum size. */
const SHOWN = 12;

export function escaped(text: string): string {
  return printable(text).replace(/[\\`*_[\]<>|#~]/g, "\\$&");
}

export function sentence({ text }: Said): string {
  return escaped(text);
}

export function list(items: readonly string[]): string {
  return items.map((item) => `- ${item}`).join("\n");
}

/** A collapsed section. The summary is HTML, where Markdown's escapes would be visible. */
export function details(summary: string, content: string): string {
  const text = printable(summary).replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<details><summary>${text}</summary>\n\n${content}\n\n</details>`;
}

export function notes(all: readonly Note[]): string {
  return list(all.map(({ label, says }) => `${label}: ${sentence(says)}`));
}

/**
 * @param ids columns in their order; a column with several lines has them all in one cell
 * @param what names the rows, for the sentence that counts those not shown
 */
export function table<Id extends string>(of: Table<Id>, ids: readonly Id[], what: string): string {
  const columns = ids.map((id) => of.columns.find((column) => column.id === id)!);
  const line = (cells: readonly string[]) => `| ${cells.map(escaped).join(" | ")} |`;
  const more = of.rows.length - SHOWN;
  return [
    line([of.head, ...columns.map((column) => nameOf(column, of.lines))]),
    `|${" --- |".repeat(ids.length + 1)}`,
    ...of.rows.slice(0, SHOWN).map((row) => line(cellsOf(row, columns))),
    ...more > 0 ? ["", `and ${more} more ${what}`] : [],
  ].join("\n");
}

function nameOf({ name, per }: TableColumn, lines: readonly string[]): string {
  return per === "line" ? `${name} ${lines.join(" / ")}` : name;
}

function cellsOf<Id extends string>(
  { head, cells }: TableRow<Id>,
  columns: readonly TableColumn<Id>[],
): string[] {
  return [head.text, ...columns.map(({ id }) => cells[id].map((one) => one?.text ?? "-").join(" / "))];
}
