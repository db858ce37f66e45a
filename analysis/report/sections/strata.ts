/** The strata: numbers, the shift against the margin, distributions. */

import type { Comparison, Stratification } from "../../compare/comparison.ts";
import { OF_STRATA } from "../../compare/questions.ts";
import { inOneLine, type StrataColumn, type ToldStrata } from "../../print/compare/strata.ts";
import { stratumName } from "../../print/names.ts";
import type { KeyName } from "../../sample/key_columns.ts";
import { groupingOf, nameOfValues } from "../../sample/grouping.ts";
import type { Pair } from "../../sample/summary.ts";
import { sampleOf, samplesByName } from "../../sample/sample.ts";
import { findingsTable, said, SHOWN, tableOf } from "../html/blocks.ts";
import { type Markup, markup } from "../html/markup.ts";
import type { ReportSide } from "../html/runs.ts";
import { rangeOf } from "../plots/axis.ts";
import { ecdf } from "../plots/ecdf.ts";
import { axisOf, intervalPlot } from "../plots/intervals.ts";

/** Strata beyond those in a table. */
export const FEWER = "strata, with fewer runs";

/** How many strata get a drawing of their distributions. */
const DRAWN = 6;

/** Columns next to the plot. */
const COLUMNS = ["n", "median", "iqr", "mad", "outliers", "shift"] as const;

/** What else is known about a stratum, in one line below it. */
const BELOW: readonly StrataColumn[] = [
  "verdict",
  "cliffs_delta",
  "brunner_munzel",
  "mad_ratio",
  "equal_spread",
  "mad_to_first",
  "kolmogorov_smirnov",
  "anderson_darling",
  "censored",
];

/** One key: its table, tests and distributions. */
export function stratification(
  told: ToldStrata,
  shown: Stratification,
  comparison: Comparison,
  sides: readonly ReportSide[],
): Markup {
  const title = markup`<h3>${told.title}</h3>`;
  if (told.same !== null) return markup`${title}<p>${said(told.same)}</p>`;
  if (told.table.rows.length === 0) return markup`${title}<p>${told.table.empty}</p>`;
  const { says, findings, title: spread } = told.spread;
  return markup`${title}${strataTable(told, shown, comparison, [sides[0]!.letter, sides[1]!.letter])}${
    told.unobserved.map((side) => markup`<p>${said(side)}</p>`)
  }${findingsTable("The shift within the strata, whatever their mix", told.shifts)}<p>${spread}: ${
    said(says)
  }</p>${findingsTable("Do the strata spread alike?", findings)}${
    strataFigures(
      sides,
      shown.columns as readonly KeyName[],
      shown.groups.map(({ values }) => values),
      comparison.stacks,
    )
  }`;
}

function strataTable(
  told: ToldStrata,
  { groups }: Stratification,
  comparison: Comparison,
  letters: Pair<string>,
): Markup {
  const whole = comparison[OF_STRATA.name];
  const rows = [whole, ...groups.slice(0, SHOWN)];
  const shifts = rows.map(({ shift_ns, shift_ci_ns }) => ({
    shift: shift_ns,
    interval: shift_ci_ns,
    deciding: null,
  }));
  const margin = whole.margin_ns;
  const axis = margin === null ? null : axisOf(shifts, margin);
  const names = [told.total, ...told.table.rows].map(({ head }) => head.text);
  const plots = shifts.map((shown, index) =>
    shown.shift === null || margin === null || axis === null
      ? "-"
      : markup`<div class="wide">${intervalPlot(names[index]!, letters, shown, margin, axis)}</div>`
  );
  return tableOf(told.table, {
    caption: axis === null || axis.kind === "linear"
      ? "Each stratum"
      : `Each stratum; the axis of shifts is ${axis.kind}`,
    columns: COLUMNS,
    what: FEWER,
    total: told.total,
    last: ["against the margin", plots],
    note: (row) => inOneLine(row, told.table, BELOW),
  });
}

/** ECDFs of the first strata. */
export function strataFigures(
  sides: readonly ReportSide[],
  columns: readonly KeyName[],
  strata: readonly (readonly string[])[],
  stacks: Comparison["stacks"],
): Markup {
  const { duration, name: stage } = OF_STRATA;
  const samples = sides.map(({ file, columnOf }) =>
    samplesByName(sampleOf(file, duration), groupingOf(columns.map(columnOf)))
  );
  const drawn = strata.slice(0, DRAWN).map((values) => ({
    name: stratumName(columns, values, stacks),
    curves: sides.map(({ letter }, side) => ({
      letter,
      sorted: samples[side]!.get(nameOfValues(values)) ?? new Float64Array(0),
    })),
  }));
  const range = rangeOf(drawn.flatMap(({ curves }) => curves.map(({ sorted }) => sorted)));
  const figures = drawn.map(({ name, curves }) =>
    ecdf(`${stage}, ${name}`, name, curves, { duration: stage, range })
  );
  return markup`<div class="figures">${figures}</div>${
    strata.length > DRAWN &&
    markup`<p class="note">drawn: the ${DRAWN} strata with the most runs of ${strata.length}</p>`
  }`;
}
