/** P95 and P99 of both sides, and how many runs missed the deadline. */

import type { ToldTails } from "../../print/compare/tails.ts";
import { joined } from "../../print/said.ts";
import { findingsTable, said, tableOf } from "../html/blocks.ts";
import { capital } from "../html/labels.ts";
import { type Markup, markup } from "../html/markup.ts";
import { section } from "./section.ts";

export function tailSection({ title, table, findings, late, lacks, methods }: ToldTails): Markup {
  return section([capital(title), said(joined(methods, " "))], [
    table.rows.length > 0 &&
    tableOf(table, { columns: table.columns.map(({ id }) => id), what: "quantiles" }),
    findingsTable("What the verdicts rest on", findings),
    findingsTable("Late runs", late),
    lacks.map((one) => markup`<p>${said(one)}</p>`),
  ]);
}
