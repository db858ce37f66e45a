/** The question OF_STRATA stratum by stratum: numbers, the shift against the margin, distributions. */

import { groupingOf, nameOfValues } from "../../sample/grouping.ts";
import { sampleOf, samplesByName } from "../../sample/sample.ts";
import { ratioNumbers, ratioText } from "../../print/compare_text_strata.ts";
import { lettersOf, reasonText } from "../../print/reasons.ts";
import { exploredP, interval, percent } from "../../print/compare_text_words.ts";
import type { Comparison, Stratification, Stratum } from "../../compare/comparison.ts";
import { OF_STRATA } from "../../compare/questions.ts";
import type { ColumnName } from "../../result/columns.ts";
import { formatDuration, formatShift, formatSigned, formatStatistic } from "../../units/format_value.ts";
import { ecdf } from "../plots/ecdf.ts";
import { axisOf, intervalPlot } from "../plots/intervals.ts";
import { breakable, keyName, perSide, unbroken, valuesName } from "../html/labels.ts";
import { type Markup, markup, type Part } from "../html/markup.ts";
import { outlierWords } from "./numbers.ts";
import type { ReportSide } from "../html/runs.ts";
import { strataSpread, stratifiedShift } from "./strata_tests.ts";
import { type Row, table } from "../html/table.ts";

/** Strata with a row in the table, and with a drawing of their distributions. */
const SHOWN = 24;
const DRAWN = 6;

const COLUMNS = [
  "stratum",
  "n",
  "censored",
  "median",
  "IQR",
  "MAD",
  "outliers",
  "shift, interval",
  "against the margin",
];

/** One key: its table, tests and distributions. */
export function stratification(
  shown: Stratification,
  comparison: Comparison,
  sides: readonly ReportSide[],
): Markup {
  const { columns, groups, same_runs_as } = shown;
  const name = keyName(columns);
  const title = markup`<h3>By ${name}</h3>`;
  if (groups.length === 0) return markup`${title}<p>not observed on either side</p>`;
  if (same_runs_as !== null) return markup`${title}<p>${sameRuns(shown, comparison)}</p>`;
  const whole = comparison[OF_STRATA.name];
  const rows = groups.slice(0, SHOWN);
  const shifts = [whole, ...rows].map(({ shift_ns, shift_ci_ns }) => ({
    shift: shift_ns,
    interval: shift_ci_ns,
    deciding: null,
  }));
  const axis = axisOf(shifts, whole.margin_ns);
  const letters = comparison.sides.map(({ side }) => side);
  const plotOf = (of: string, index: number) =>
    shifts[index]!.shift === null
      ? "-"
      : markup`<div class="wide">${intervalPlot(of, shifts[index]!, whole.margin_ns, axis)}</div>`;
  const body = rows.map((group, index): Row => {
    const head = valuesName(columns, group.values, comparison.stacks);
    const censored = ([0, 1] as const).map((side) => censoredWords(group.timeout[side], group.aborted[side]));
    return {
      head: breakable(head),
      cells: [...summaryCells(group, letters, censored), shiftCell(group), plotOf(head, index + 1)],
      note: notesOf(group, comparison),
    };
  });
  const censored = comparison.sides.map(({ timeout, aborted }) => censoredWords(timeout, aborted));
  const total: Row = {
    head: "all runs",
    cells: [...summaryCells(whole, letters, censored), shiftCell(whole), plotOf("all runs", 0)],
  };
  const caption = `${OF_STRATA.name} by ${name}; ${percent(comparison.alpha)} intervals${
    axis.kind === "linear" ? "" : `; the axis of shifts is ${axis.kind}`
  }`;
  return markup`${title}${table(caption, COLUMNS, [total, ...body])}${
    groups.length > SHOWN && markup`<p>and ${groups.length - SHOWN} more strata, with fewer runs</p>`
  }${notObserved(shown, letters)}${stratifiedShift(shown, comparison)}${strataSpread(shown, comparison)}${
    distributions(shown, sides, comparison)
  }`;
}

function censoredWords(timeout: number, aborted: number): string {
  const kinds = [
    ...(timeout > 0 ? [`${timeout} timed out`] : []),
    ...(aborted > 0 ? [`${aborted} aborted`] : []),
  ];
  return kinds.length === 0 ? "0" : kinds.join(", ");
}

function summaryCells(
  group: Pick<Stratum, "n" | "median_ns" | "iqr_ns" | "mad_ns" | "outliers">,
  letters: readonly string[],
  censored: readonly string[],
): Part[] {
  const cell = (values: readonly (string | number)[]) => perSide(letters, values);
  return [
    cell(group.n),
    cell(censored),
    cell(group.median_ns.map(formatDuration)),
    cell(group.iqr_ns.map(formatDuration)),
    cell(group.mad_ns.map(formatDuration)),
    cell(group.outliers.map(outlierWords)),
  ];
}

function shiftCell(
  { shift_ns, shift_ci_ns, direction }: Pick<Stratum, "shift_ns" | "shift_ci_ns" | "direction">,
): Part {
  if (shift_ns === null) return "-";
  const words = direction === "unclear" ? "neither earlier nor later" : direction;
  return markup`<span class="pair"><span>${unbroken(formatShift(shift_ns))}</span><span>${
    unbroken(interval(shift_ci_ns))
  }</span>${words !== null && markup`<span>${words}</span>`}</span>`;
}

/** What else is known of a stratum, in one line. */
function notesOf(group: Stratum, comparison: Comparison): string {
  const { mann_whitney: test, kolmogorov_smirnov: ks, anderson_darling: ad, spread } = group;
  const letters = comparison.sides.map(({ side }) => side);
  const first = group.mad_ratio_to_first.flatMap((ratio, side) =>
    ratio === null ? [] : [`${ratioNumbers(ratio)} in ${letters[side]!}`]
  );
  const width = spread.direction === null || spread.direction === "unclear"
    ? "neither tighter nor wider"
    : spread.direction;
  return unbroken([
    ...(group.reason === null
      ? []
      : [`${group.verdict}: ${reasonText(group.reason, lettersOf(comparison))}`]),
    ...(group.thin && group.verdict === null ? ["thin"] : []),
    ...(group.cliffs_delta === null ? [] : [`Cliff's delta ${formatSigned(group.cliffs_delta)}`]),
    ...(test === null ? [] : [`Mann-Whitney U = ${formatStatistic(test.u)}, ${exploredP(test)}`]),
    ...(spread.mad_ratio === null
      ? []
      : [`MAD ${ratioText(spread.mad_ratio, comparison)}, ${letters[1]!} ${width}`]),
    ...(spread.test === null ? [] : [`same spread: ${exploredP(spread.test)}`]),
    ...(first.length === 0 ? [] : [`MAD over the first stratum's: ${first.join(", ")}`]),
    ...(ks === null ? [] : [`Kolmogorov-Smirnov D = ${formatStatistic(ks.d)}, ${exploredP(ks)}`]),
    ...(ad === null ? [] : [`Anderson-Darling A2 = ${formatStatistic(ad.a2)}, ${exploredP(ad)}`]),
  ].join("; "));
}

function notObserved({ n, not_observed }: Stratification, letters: readonly string[]): Part {
  return ([0, 1] as const).map((side) =>
    not_observed[side] > 0 &&
    markup`<p>${letters[side]!}: not observed in ${
      n[side] === 0 ? "any run" : `${not_observed[side]} complete runs`
    }</p>`
  );
}

/** A key whose strata are shown under another key: which is which. */
function sameRuns({ columns, groups, same_runs_as }: Stratification, { strata, stacks }: Comparison): string {
  const other = strata.find(({ key }) => key === same_runs_as)!;
  const pairs = groups.slice(0, SHOWN).map((group, index) =>
    `${valuesName(columns, group.values, stacks)} = ${
      valuesName(other.columns, other.groups[index]!.values, stacks)
    }`
  );
  const more = groups.length > SHOWN ? ` and ${groups.length - SHOWN} more` : "";
  return `the same runs as by ${keyName(other.columns)}: ${pairs.join(", ")}${more}`;
}

/** Distributions in the largest strata. */
function distributions(
  { columns, groups }: Stratification,
  sides: readonly ReportSide[],
  comparison: Comparison,
): Markup {
  return strataFigures(
    sides,
    columns as readonly ColumnName[],
    groups.map(({ values }) => values),
    comparison.stacks,
  );
}

/** ECDFs of the first of some strata. */
export function strataFigures(
  sides: readonly ReportSide[],
  columns: readonly ColumnName[],
  strata: readonly (readonly string[])[],
  stacks: Comparison["stacks"],
): Markup {
  const samples = sides.map(({ file, columnOf }) =>
    samplesByName(sampleOf(file, OF_STRATA.duration), groupingOf(columns.map(columnOf)))
  );
  const figures = strata.slice(0, DRAWN).map((values) => {
    const name = valuesName(columns, values, stacks);
    const curves = sides.map(({ letter }, side) => ({
      letter,
      sorted: samples[side]!.get(nameOfValues(values)) ?? new Float64Array(0),
    }));
    return ecdf(`${OF_STRATA.name}, ${name}`, name, curves);
  });
  return markup`<div class="figures">${figures}</div>${
    strata.length > DRAWN &&
    markup`<p class="note">drawn: the ${DRAWN} strata with the most runs of ${strata.length}</p>`
  }`;
}
