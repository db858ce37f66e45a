/** Tests over the strata of a key: the shift whatever the mix of strata, and whether they spread alike. */

import { lettersOf, reasonText } from "../../print/reasons.ts";
import { exploredP, interval, percent } from "../../print/compare_text_words.ts";
import type { Comparison, Stratification } from "../../compare/comparison.ts";
import { formatP, formatShift, formatStatistic } from "../../units/format_value.ts";
import { type Markup, markup } from "../html/markup.ts";
import { type Row, table } from "../html/table.ts";

export function stratifiedShift({ stratified }: Stratification, { alpha }: Comparison): Markup | null {
  if (stratified.length === 0) return null;
  return table(
    "The shift within the strata, whatever their mix",
    ["question", "strata", "n", "shift", "interval, direction", "van Elteren", "method"],
    stratified.map((
      { question, strata, n, shift_ns, shift_ci_ns, shift_method, direction, van_elteren: test },
    ) => ({
      head: question,
      cells: [
        strata,
        `${n[0]} + ${n[1]}`,
        formatShift(shift_ns),
        `${percent(alpha)} interval ${interval(shift_ci_ns)}, ${direction}`,
        `${test.z === null ? "" : `z = ${formatStatistic(test.z)}, `}${exploredP(test)}`,
        `${shift_method}; ${test.method}`,
      ],
    })),
  );
}

export function strataSpread({ spread }: Stratification, comparison: Comparison): Markup {
  const { sides } = comparison;
  const { test, brown_forsythe: bf, fligner_killeen: fk, side_tests, sides: alone, verdict, reason } = spread;
  const why = reason === null ? "" : ` ${reasonText(reason, lettersOf(comparison))}`;
  const both = `${sides[0].side} and ${sides[1].side} about their medians`;
  const rows: Row[] = [
    ...(test === null ? [] : [{ head: both, cells: ["-", exploredP(test), test.method] }]),
    ...(bf === null ? [] : [{
      head: both,
      cells: [
        `F = ${formatStatistic(bf.f)}`,
        formatP(bf.p, bf.p_capped),
        `Brown-Forsythe, df ${bf.df1} and ${bf.df2}`,
      ],
    }]),
    ...(fk === null ? [] : [{
      head: both,
      cells: [
        `chi2 = ${formatStatistic(fk.chi_square)}`,
        formatP(fk.p, fk.p_capped),
        `Fligner-Killeen, df ${fk.df}`,
      ],
    }]),
    ...side_tests.flatMap((one, side) =>
      one === null ? [] : [{
        head: `${sides[side]!.side} alone`,
        cells: [
          alone[side] === null ? "-" : `F = ${formatStatistic(alone[side]!.f)}`,
          exploredP(one),
          one.method,
        ],
      }]
    ),
  ];
  return rows.length === 0
    ? markup`<p>spread between strata: NO-DATA, fewer than 2 strata with 4 runs that vary</p>`
    : table(`Do the strata spread alike? ${verdict}${why}`, ["sides", "statistic", "p", "method"], rows);
}
