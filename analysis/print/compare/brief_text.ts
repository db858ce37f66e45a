/** The first screen of a comparison as lines: everything that decides, in at most 30 of them. */

import { cell, sentence } from "../layout/text.ts";
import { left, right } from "../layout/terminal.ts";
import type { Said } from "../model.ts";
import { plain, say } from "../said.ts";
import type { BriefColumn } from "./brief.ts";
import type { ToldComparison } from "./told.ts";

/** Lines of one comparison, the last one included. */
const MOST_LINES = 30;

const ALL = "--details has every number, --format json every field";

/** The answer, the sides and the table: what stands above everything else. */
function briefHead(told: ToldComparison, width: number): string[] {
  return [
    ...sentence(told.answer, "", width),
    "",
    ...told.brief.sides.flatMap((side, index) => sentence(side, `${told.letters[index]}  `, width)),
    "",
    ...briefRows(told, width),
  ];
}

/** @param width of the terminal, in characters */
export function briefLines(told: ToldComparison, width: number): string[] {
  const head = briefHead(told, width);
  const foot = [...sentence(plain(ALL), "", width), ...sentence(told.answer, "", width)];
  const { looks, split, parts, keys, warnings, notes, unaccounted } = told.brief;
  const rest = [looks, split, keys, parts, [...warnings, ...notes], unaccounted].filter((said) =>
    said.length > 0
  )
    .flatMap((said) => ["", ...said.flatMap((one) => hanging(one, width))]);
  const room = MOST_LINES - head.length - foot.length - 1;
  const shown = rest.length <= room ? rest : cutAt(rest, room - 1);
  const more = rest.length - shown.length;
  return [
    ...head,
    ...shown,
    ...more === 0 ? [] : sentence(say`and ${String(more)} more lines`, "", width),
    "",
    ...foot,
  ];
}

/** Continued lines are indented, so that each begins where its subject does. */
function hanging(says: Said, width: number): string[] {
  const [first = "", ...rest] = sentence(says, "", width);
  if (rest.length === 0) return [first];
  const others = sentence(plain(rest.join(" ")), "  ", width);
  return [first, ...others];
}

/** No sentence is cut in its middle. */
function cutAt(lines: readonly string[], most: number): string[] {
  let end = Math.max(0, most);
  while (end > 0 && (lines[end] ?? "").startsWith("  ")) end--;
  while (end > 0 && lines[end - 1] === "") end--;
  return lines.slice(0, end);
}

const ORDER: readonly BriefColumn[] = ["a", "b", "unit", "shift", "interval", "percent", "margin", "verdict"];
/** What goes to a line of its own where one line has no room. */
const BELOW: readonly BriefColumn[] = ["percent", "margin", "verdict"];
const TO_THE_LEFT: readonly BriefColumn[] = ["unit", "verdict"];

/** Blanks before a column, and before a unit. */
interface Gaps {
  readonly columns: number;
  readonly unit: number;
}

/** The first that fits is taken. */
const GAPS: readonly Gaps[] = [{ columns: 2, unit: 1 }, { columns: 1, unit: 1 }, { columns: 1, unit: 0 }];

function briefRows({ brief: { table }, letters: [a] }: ToldComparison, width: number): string[] {
  const name = (id: BriefColumn) => table.columns.find((column) => column.id === id)!.name;
  const text = (row: typeof table.rows[number], id: BriefColumn) => cell(row.cells[id][0] ?? null);
  const head = Math.max(table.head.length, ...table.rows.map(({ head }) => head.text.length));
  const wide = (id: BriefColumn) =>
    Math.max(name(id).length, ...table.rows.map((row) => text(row, id).length));
  const aligned = (id: BriefColumn, value: string, { columns, unit }: Gaps) =>
    `${" ".repeat(id === "unit" ? unit : columns)}${
      TO_THE_LEFT.includes(id) ? left(value, wide(id)) : right(value, wide(id))
    }`;
  const line = (first: string, ids: readonly BriefColumn[], of: (id: BriefColumn) => string, gaps: Gaps) =>
    `${left(first, head)}${ids.map((id) => aligned(id, of(id), gaps)).join("")}`.trimEnd();
  const rows = (ids: readonly BriefColumn[], gaps: Gaps, below: (index: number) => readonly string[]) => [
    line(table.head, ids, name, gaps),
    ...table.rows.flatMap((
      row,
      index,
    ) => [line(row.head.text, ids, (id) => text(row, id), gaps), ...below(index)]),
  ];
  const fits = (lines: readonly string[]) => lines.every((line) => line.length <= width);
  const wholes = GAPS.map((gaps) => rows(ORDER, gaps, () => []));
  const above = ORDER.filter((id) => !BELOW.includes(id));
  const verdicts = (index: number) => {
    const row = table.rows[index]!;
    const said = say`${text(row, "percent")} of ${a}, margin ${text(row, "margin")}: ${text(row, "verdict")}`;
    return sentence(said, "  ", width);
  };
  return wholes.find(fits) ?? rows(above, GAPS[1]!, verdicts);
}
