/** Stack clusters: where the wakeups and the reads come from, and which flags occur with which cluster. */

import type { CrossTable } from "../../compare/comparison.ts";
import type { ToldCross } from "../../print/compare/association.ts";
import { countsOf } from "../../sample/counts.ts";
import { findingsTable, said, tableOf } from "../html/blocks.ts";
import { sideKey } from "../html/labels.ts";
import { type Markup, markup } from "../html/markup.ts";
import type { ReportSide } from "../html/runs.ts";
import { icicle } from "../plots/icicle.ts";
import { mosaic } from "../plots/mosaic.ts";

const COLUMNS = 8;

/** Icicles of the wakeups and of the reads, next to each other. */
export function icicles(sides: readonly ReportSide[]): Markup {
  const drawn = ([["ttwu_stack", "Stacks of the wakeup"], ["tkread_stack", "Stacks of the read"]] as const)
    .map(
      ([column, what]) =>
        sides.map(({ letter, file }) => {
          const stacks = countsOf(file.texts[column]).flatMap(({ value, runs }) =>
            value === null ? [] : [{ frames: file.stacks.get(value) ?? [], runs }]
          );
          return icicle(`${what} in ${letter}`, [sideKey(letter), ` ${what}`], stacks);
        }),
    );
  return markup`<div class="figures two">${drawn}</div>`;
}

/** A cross table: drawn, counted and tested. */
export function crossTable({ table, findings, caution }: ToldCross, { counts }: CrossTable): Markup {
  const names = table.columns.map(({ name }) => name);
  const hidden = names.length - COLUMNS;
  const drawn = {
    rows: table.rows.map(({ head }, index) => ({ name: head.text, counts: counts[index]! })),
    columns: names,
  };
  return markup`<h3>${table.caption}</h3>${
    table.rows.length > 1 && names.length > 1 &&
    mosaic(table.caption, "Each column is as wide as its share of the runs", drawn)
  }${
    tableOf(table, {
      caption: "Runs",
      columns: table.columns.slice(0, COLUMNS).map(({ id }) => id),
      what: "rows",
    })
  }${hidden > 0 && markup`<p>and ${hidden} more columns</p>`}${
    findingsTable("Do they go together?", findings)
  }${caution !== null && markup`<p>${said(caution)}</p>`}`;
}
