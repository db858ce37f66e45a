/** ttwu_to_tkread stratum by stratum: numbers, the shift against the margin, distributions, spread. */

import type { Comparison, Spread, Stratification, Stratum } from "../comparison.ts";
import { formatDuration, formatP, formatShift, formatStatistic } from "../format_value.ts";
import type { TextName } from "../result_row.ts";
import { ecdf } from "./ecdf.ts";
import { axisOf, intervalPlot } from "./intervals.ts";
import { keyName, perSide, stacksOf, valueName } from "./labels.ts";
import { type Markup, markup, type Part } from "./markup.ts";
import { type ReportSide, samplesBy } from "./runs.ts";
import { type Row, table } from "./table.ts";
import { confidence, interval } from "./words.ts";

/** Strata with a row in the table, and with a drawing of their distributions. */
const SHOWN = 24;
const DRAWN = 6;

/** One key: its table, tests and distributions. */
export function stratification(
  shown: Stratification,
  comparison: Comparison,
  sides: readonly ReportSide[],
): Markup {
  const { key, groups, same_runs_as } = shown;
  const title = markup`<h3>By ${keyName(key)}</h3>`;
  if (groups.length === 0) return markup`${title}<p>not observed on either side</p>`;
  if (same_runs_as !== null) return markup`${title}<p>${sameRuns(shown, comparison)}</p>`;
  const whole = comparison.ttwu_to_tkread;
  const rows = groups.slice(0, SHOWN);
  const shifts = [whole, ...rows].map(({ shift_ns, shift_ci_ns }) => ({
    shift: shift_ns,
    interval: shift_ci_ns,
    deciding: null,
  }));
  const axis = axisOf(shifts, whole.margin_ns);
  const letters = comparison.sides.map(({ side }) => side);
  const plotOf = (name: string, index: number) =>
    shifts[index]!.shift === null
      ? "-"
      : markup`<div class="wide">${intervalPlot(name, shifts[index]!, whole.margin_ns, axis)}</div>`;
  const columns = [
    "stratum",
    "n",
    "censored",
    "median",
    "IQR",
    "MAD",
    "shift, interval",
    "against the margin",
  ];
  const body = rows.map((group, index): Row => {
    const name = valueName(group.value, comparison.stacks);
    return {
      head: name,
      cells: [...summaryCells(group, letters, group.censored), shiftCell(group), plotOf(name, index + 1)],
      ...(group.verdict === null ? {} : { note: `${group.verdict}: ${group.reason}` }),
    };
  });
  const censored = [0, 1].map((side) => comparison.sides[side]!.timeout + comparison.sides[side]!.aborted);
  const total: Row = {
    head: "all runs",
    cells: [...summaryCells(whole, letters, censored), shiftCell(whole), plotOf("all runs", 0)],
  };
  return markup`${title}${
    table(
      `ttwu_to_tkread by ${keyName(key)}; ${confidence(comparison.alpha)} intervals${
        axis.kind === "linear" ? "" : `; the axis of shifts is ${axis.kind}`
      }`,
      columns,
      [total, ...body],
    )
  }${groups.length > SHOWN && markup`<p>and ${groups.length - SHOWN} more strata, with fewer runs</p>`}${
    notObserved(shown, letters)
  }${spread(shown.spread, letters)}${distributions(key as TextName, sides, comparison)}`;
}

function summaryCells(
  group: Pick<Stratum, "n" | "median_ns" | "iqr_ns" | "mad_ns">,
  letters: readonly string[],
  censored: readonly number[],
): Part[] {
  const cell = (values: readonly (string | number)[]) => perSide(letters, values);
  return [
    cell(group.n),
    cell(censored),
    cell(group.median_ns.map(formatDuration)),
    cell(group.iqr_ns.map(formatDuration)),
    cell(group.mad_ns.map(formatDuration)),
  ];
}

function shiftCell(
  group: Pick<Stratum, "shift_ns" | "shift_ci_ns"> & Partial<Pick<Stratum, "direction">>,
): Part {
  if (group.shift_ns === null) return "-";
  const { direction = null } = group;
  const words = direction === "unclear" ? "neither earlier nor later" : direction;
  return markup`<span class="pair"><span>${formatShift(group.shift_ns)}</span><span>${
    interval(group.shift_ci_ns)
  }</span>${words !== null && markup`<span>${words}</span>`}</span>`;
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
function sameRuns({ groups, same_runs_as }: Stratification, comparison: Comparison): string {
  const other = comparison.strata.find(({ key }) => key === same_runs_as)!;
  const pairs = groups.slice(0, SHOWN).map((group, index) =>
    `${valueName(group.value, comparison.stacks)} = ${
      valueName(other.groups[index]!.value, comparison.stacks)
    }`
  );
  const more = groups.length > SHOWN ? ` and ${groups.length - SHOWN} more` : "";
  return `the same runs as by ${keyName(other.key)}: ${pairs.join(", ")}${more}`;
}

function spread(
  { brown_forsythe: bf, fligner_killeen: fk, sides }: Spread,
  letters: readonly string[],
): Markup {
  const row = (
    head: string,
    statistic: string,
    test: { p: number; p_capped: boolean },
    method: string,
  ): Row => ({
    head,
    cells: [statistic, formatP(test.p, test.p_capped), method],
  });
  const rows = [
    ...(bf === null ? [] : [
      row(
        "both sides",
        `F = ${formatStatistic(bf.f)}`,
        bf,
        `Brown-Forsythe, df ${bf.df1} and ${bf.df2}, each run about the median of its stratum and side`,
      ),
    ]),
    ...sides.flatMap((test, side) =>
      test === null ? [] : [
        row(
          `${letters[side]!} alone`,
          `F = ${formatStatistic(test.f)}`,
          test,
          `Brown-Forsythe, df ${test.df1} and ${test.df2}`,
        ),
      ]
    ),
    ...(fk === null ? [] : [
      row(
        "both sides",
        `chi2 = ${formatStatistic(fk.chi_square)}`,
        fk,
        `Fligner-Killeen, df ${fk.df}, as the first`,
      ),
    ]),
  ];
  return rows.length === 0
    ? markup`<p>spread between strata: fewer than 2 strata with 4 runs that vary</p>`
    : table("Do the strata spread alike?", ["sides", "statistic", "p", "method"], rows);
}

/** Distributions of ttwu_to_tkread in the largest strata. */
function distributions(key: TextName, sides: readonly ReportSide[], comparison: Comparison): Markup {
  const samples = sides.map(({ file }) => samplesBy(file, "ttwu_to_tkread_ns", key));
  const groups = comparison.strata.find((other) => other.key === key)!.groups;
  return strataFigures(sides, groups.map(({ value }) => value), samples);
}

/** ECDFs of the first of some strata. */
export function strataFigures(
  sides: readonly ReportSide[],
  values: readonly string[],
  samples: readonly ReadonlyMap<string, Float64Array>[],
): Markup {
  const stacks = stacksOf(sides);
  const figures = values.slice(0, DRAWN).map((value) => {
    const name = valueName(value, stacks);
    const curves = sides.map(({ letter }, side) => ({
      letter,
      sorted: samples[side]!.get(value) ?? new Float64Array(0),
    }));
    return ecdf(`ttwu_to_tkread, ${name}`, name, curves);
  });
  return markup`<div class="figures">${figures}</div>${
    values.length > DRAWN &&
    markup`<p class="note">drawn: the ${DRAWN} strata with the most runs of ${values.length}</p>`
  }`;
}
