/** Every number of a question with the method that made it. */

import { ratioText } from "../../print/compare_text_strata.ts";
import { lettersOf, reasonText } from "../../print/reasons.ts";
import { exploredP, interval, percent } from "../../print/compare_text_words.ts";
import type { Answer, Comparison } from "../../compare/comparison.ts";
import type { Question } from "../../compare/questions.ts";
import type { SeriesCheck } from "../../sample/series.ts";
import type { Outliers } from "../../sample/summary.ts";
import {
  formatChosen,
  formatDuration,
  formatP,
  formatShift,
  formatSigned,
  formatStatistic,
} from "../../units/format_value.ts";
import { type Markup, markup } from "../html/markup.ts";
import { type Row, table } from "../html/table.ts";
import { leaveOutWords } from "../html/words.ts";

export function numbers({ name, asks }: Question, answer: Answer, comparison: Comparison): Markup {
  const letters = comparison.sides.map(({ side }) => side);
  const percentile = (value: number | null, n: number) =>
    value === null && n > 0 ? "n too small" : formatDuration(value);
  const sides = ([0, 1] as const).map((side): Row => ({
    head: letters[side]!,
    cells: [
      answer.n[side],
      formatDuration(answer.median_ns[side]),
      formatDuration(answer.iqr_ns[side]),
      formatDuration(answer.mad_ns[side]),
      percentile(answer.p95_ns[side], answer.n[side]),
      percentile(answer.p99_ns[side], answer.n[side]),
      outlierWords(answer.outliers[side]),
    ],
  }));
  const columns = ["side", "n", "median", "IQR", "MAD", "P95", "P99", "outliers (Tukey; none left out)"];
  const verdict = [
    answer.verdict,
    ...answer.reasons.map((reason) => `because ${reasonText(reason, lettersOf(comparison))}`),
    ...leaveOutWords(answer.leave_out, letters),
    ...(answer.thin ? ["thin: fewer than 10 runs on a side, a few of them decide everything"] : []),
  ];
  return markup`<h3>${name}: ${asks}</h3><p>${verdict.join("; ")}</p>${table("Both sides", columns, sides)}${
    table("Against each other", ["what", "value", "p or interval", "method"], [
      ...shiftRows(answer, comparison),
      ...testRows(answer, comparison),
      ...shapeRows(answer, comparison),
      ...answer.series.flatMap((checks, side) => orderRows(checks, letters[side]!)),
    ])
  }`;
}

function shiftRows(answer: Answer, comparison: Comparison): Row[] {
  const blocks = answer.block_lengths === null
    ? ""
    : `; runs are not exchangeable: blocks of ${answer.block_lengths.join(" and ")} runs`;
  return [{
    head: "shift",
    cells: [
      formatShift(answer.shift_ns),
      `${percent(comparison.alpha)} interval ${interval(answer.shift_ci_ns)}`,
      `${answer.shift_method ?? "no interval"}${blocks}`,
    ],
  }, { head: "Cliff's delta", cells: [formatSigned(answer.cliffs_delta), "-", "exact, from U"] }];
}

function testRows({ mann_whitney: shift, tost, margin_ns }: Answer, comparison: Comparison): Row[] {
  const rows: Row[] = [];
  if (shift !== null) {
    const holm = shift.p_holm === null
      ? "not in the Holm family"
      : `Holm ${formatP(shift.p_holm, shift.p_capped)} in a family of ${comparison.holm_family}`;
    rows.push({
      head: "Mann-Whitney",
      cells: [
        `U = ${formatStatistic(shift.u)}`,
        `${formatP(shift.p, shift.p_capped)}, ${holm}`,
        shift.method,
      ],
    });
  }
  if (tost !== null) {
    const ends = `${percent(2 * comparison.alpha)} interval ${interval(tost.ci_ns)}`;
    rows.push({
      head: "equivalence",
      cells: [
        `margin +-${formatChosen(margin_ns)}`,
        `${formatP(tost.p, tost.p_capped)}, ${ends}`,
        tost.method,
      ],
    });
  }
  return rows;
}

function shapeRows(
  { spread, kolmogorov_smirnov: ks, anderson_darling: ad }: Pick<
    Answer,
    "spread" | "kolmogorov_smirnov" | "anderson_darling"
  >,
  comparison: Comparison,
): Row[] {
  const { mad_ratio: ratio, test, brown_forsythe: bf, fligner_killeen: fk } = spread;
  return [
    ...(ratio === null ? [] : [{
      head: "ratio of MADs",
      cells: [spread.direction ?? "-", ratioText(ratio, comparison), words(ratio.method, ratio.notice)],
    }]),
    ...(test === null ? [] : [{ head: "same spread", cells: ["-", exploredP(test), test.method] }]),
    ...(bf === null ? [] : [{
      head: "Brown-Forsythe",
      cells: [
        `F = ${formatStatistic(bf.f)}`,
        formatP(bf.p, bf.p_capped),
        `F distribution, df ${bf.df1} and ${bf.df2}`,
      ],
    }]),
    ...(fk === null ? [] : [{
      head: "Fligner-Killeen",
      cells: [
        `chi2 = ${formatStatistic(fk.chi_square)}`,
        formatP(fk.p, fk.p_capped),
        `by ranks, df ${fk.df}`,
      ],
    }]),
    ...(ks === null ? [] : [{
      head: "distribution",
      cells: [`D = ${formatStatistic(ks.d)}`, exploredP(ks), ks.method],
    }]),
    ...(ad === null ? [] : [{
      head: "distribution",
      cells: [`A2 = ${formatStatistic(ad.a2)}, T = ${formatStatistic(ad.t)}`, exploredP(ad), ad.method],
    }]),
  ];
}

/** What was looked at before the tests. */
function orderRows({ lag1, change_point: change, dip, exchangeable }: SeriesCheck, letter: string): Row[] {
  const judged = exchangeable ? "" : "; not exchangeable";
  return [
    ...(lag1 === null ? [] : [{
      head: `${letter}: lag 1`,
      cells: [formatSigned(lag1.r), `${formatP(lag1.p, lag1.p_capped)}${judged}`, lag1.method],
    }]),
    ...(change === null ? [] : [{
      head: `${letter}: change of level`,
      cells: [`after run ${change.after_run}`, formatP(change.p, change.p_capped), change.method],
    }]),
    ...(dip === null ? [] : [{
      head: `${letter}: dip`,
      cells: [formatStatistic(dip.dip), formatP(dip.p, dip.p_capped), dip.method],
    }]),
  ];
}

export function outlierWords(outliers: Outliers | null): string {
  if (outliers === null) return "-";
  const { far_below, below, above, far_above } = outliers;
  const named = [[far_below, "far below"], [below, "below"], [above, "above"], [
    far_above,
    "far above",
  ]] as const;
  const kinds = named.filter(([count]) => count > 0).map(([count, where]) => `${count} ${where}`);
  return kinds.length === 0 ? "none" : kinds.join(", ");
}

function words(method: string, notice: string | null): string {
  return notice === null ? method : `${method}; ${notice}`;
}
