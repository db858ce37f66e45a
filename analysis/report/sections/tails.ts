/** P95 and P99 of both sides, and how many runs missed the deadline. */

import { WHOLES } from "../../compare/questions.ts";
import type { ToldTails } from "../../print/compare/tails.ts";
import { joined, plain } from "../../print/said.ts";
import { sortedSample } from "../../sample/sample.ts";
import { timeoutsOf } from "../../tails/tails.ts";
import { findingsTable, said, tableOf } from "../html/blocks.ts";
import { capital } from "../html/labels.ts";
import { type Markup, markup } from "../html/markup.ts";
import type { ReportSide } from "../html/runs.ts";
import { tailPlot } from "../plots/tail.ts";
import { type Section, section } from "./section.ts";

/** What a page of one file shows of its tail. */
export const SLOWEST = [
  "The slowest runs",
  "Share of the runs that took longer. A run that timed out counts as slower than all others.",
] as const;

/** The slowest runs of each side, drawn. */
export function tailPlots(sides: readonly ReportSide[]): Markup {
  return markup`<div class="figures two">${
    WHOLES.map(({ name, duration, title }) =>
      tailPlot(
        name,
        `${name}: ${title}`,
        sides.map(({ letter, file }) => ({
          letter,
          sorted: sortedSample(file, duration),
          timeouts: timeoutsOf(file, duration),
        })),
      )
    )
  }</div>`;
}

export function tailSection(
  { title, table, findings, late, lacks, methods }: ToldTails,
  sides: readonly ReportSide[],
): Section {
  return section([capital(title), joined([plain(SLOWEST[1]), ...methods], " ").text], [
    tailPlots(sides),
    table.rows.length > 0 &&
    tableOf(table, { columns: table.columns.map(({ id }) => id), what: "quantiles" }),
    findingsTable("What the verdicts rest on", findings),
    findingsTable("Late runs", late),
    lacks.map((one) => markup`<p>${said(one)}</p>`),
  ]);
}
