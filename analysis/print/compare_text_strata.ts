/** The strata and cross tables of a comparison as text. */

import { exploredP, interval, percent, withAxis, withBars } from "./compare_text_words.ts";
import type { Comparison, CrossTable, Ratio, Stratification, Stratum } from "../compare/comparison.ts";
import { OF_STRATA } from "../compare/questions.ts";
import type { Pair } from "../sample/summary.ts";
import { formatDuration, formatP, formatShift, formatStatistic } from "../units/format_value.ts";
import { lettersOf, reasonText } from "./reasons.ts";
import { left, printable, right, WIDTH, wrap } from "./text_layout.ts";

/** Rows of a table that are shown; the rest is counted. */
const SHOWN = 12;
const LABEL_WIDTH = 27;
const NUMBER_WIDTH = 12;
const SHORT_KEY = 8;

const NAMES: Readonly<Record<string, string>> = { ttwu_stack: "stack cluster", tkread_stack: "read stack" };

export function stratificationLines(
  stratification: Stratification,
  comparison: Comparison,
  plots: boolean,
): string[] {
  const { columns, groups, n, not_observed } = stratification;
  const title = `${OF_STRATA.name} by ${nameOf(columns)}`;
  if (groups.length === 0) return [title, "  not observed on either side"];
  if (stratification.same_runs_as !== null) return [title, ...sameRunsLines(stratification, comparison)];
  const lines = [
    title,
    withAxis(
      `  ${left("stratum", LABEL_WIDTH)}    ${cells(["n", "median", "IQR", "MAD", "outliers"])}`,
      groups[0]!,
      plots,
    ),
    ...groups.slice(0, SHOWN).flatMap((group) => groupLines(columns, group, groups[0]!, comparison, plots)),
  ];
  if (groups.length > SHOWN) {
    lines.push(`  and ${groups.length - SHOWN} more strata (--format json has them all)`);
  }
  for (const side of [0, 1] as const) {
    if (not_observed[side] === 0) continue;
    const found = n[side] === 0
      ? "not observed in any run"
      : `not observed in ${not_observed[side]} complete runs`;
    lines.push(`  ${comparison.sides[side].side}: ${found}`);
  }
  return [
    ...lines,
    ...stratifiedLines(stratification, comparison),
    ...spreadLines(stratification, comparison),
  ];
}

/** A key whose strata were shown under another key: which is which. */
function sameRunsLines({ columns, groups, same_runs_as }: Stratification, comparison: Comparison): string[] {
  const shown = comparison.strata.find((other) => other.key === same_runs_as)!;
  const pairs = groups.slice(0, SHOWN).map((group, index) => {
    const [before] = labelOf(shown.columns, shown.groups[index]!.values, comparison);
    const [now] = labelOf(columns, group.values, comparison);
    return `${now.trimEnd()} = ${before.trimEnd()}`;
  });
  const more = groups.length > SHOWN ? [`and ${groups.length - SHOWN} more`] : [];
  return wrap(`the same runs as by ${nameOf(shown.columns)}: ${[...pairs, ...more].join(", ")}`, "  ");
}

function groupLines(
  columns: readonly string[],
  group: Stratum,
  first: Stratum,
  comparison: Comparison,
  plots: boolean,
): string[] {
  const row = (label: string, side: 0 | 1) => {
    const outliers = group.outliers[side];
    const line = `  ${left(label, LABEL_WIDTH)} ${comparison.sides[side].side}  ${
      cells([
        String(group.n[side]),
        formatDuration(group.median_ns[side]),
        formatDuration(group.iqr_ns[side]),
        formatDuration(group.mad_ns[side]),
        outliers === null
          ? "-"
          : String(outliers.far_below + outliers.below + outliers.above + outliers.far_above),
      ])
    }`.trimEnd();
    return withBars(line, group, side, plots);
  };
  const names = lettersOf(comparison);
  const [labelFirst, labelRest] = labelOf(columns, group.values, comparison);
  const parts = [
    ...(group.reason === null ? [] : [`${group.verdict}: ${reasonText(group.reason, names)}`]),
    ...(group.thin && group.verdict === null ? ["thin"] : []),
    ...(group.shift_ns === null ? [] : [shiftText(group, comparison)]),
    ...(group.spread.mad_ratio === null
      ? []
      : [`MAD ${ratioText(group.spread.mad_ratio, comparison)}, ${names[1]} ${spreadWord(group)}`]),
    ...(group === first ? [] : toFirstText(group, names)),
    ...censoredText(group, names),
  ];
  return [row(labelFirst, 0), row(labelRest, 1), ...wrap(parts.map(printable).join("; "), "      ")];
}

function shiftText(group: Stratum, { alpha, sides }: Comparison): string {
  const where = group.direction === null
    ? ""
    : `, ${sides[1].side} ${group.direction === "unclear" ? "neither earlier nor later" : group.direction}`;
  return `shift ${formatShift(group.shift_ns)}, ${percent(alpha)} interval ${
    interval(group.shift_ci_ns)
  }${where}`;
}

function spreadWord({ spread }: Stratum): string {
  return spread.direction === null || spread.direction === "unclear"
    ? "neither tighter nor wider"
    : spread.direction;
}

/** Spread against the first stratum, on each side alone. */
function toFirstText({ mad_ratio_to_first: ratios }: Stratum, names: Pair<string>): string[] {
  const known = ratios.flatMap((ratio, side) =>
    ratio === null ? [] : [`${ratioNumbers(ratio)} in ${names[side]}`]
  );
  return known.length === 0 ? [] : [`MAD over the first stratum's: ${known.join(", ")}`];
}

function censoredText({ timeout, aborted }: Stratum, names: Pair<string>): string[] {
  const sides = ([0, 1] as const).flatMap((side) => {
    const kinds = [
      ...(timeout[side] > 0 ? [`${timeout[side]} timed out`] : []),
      ...(aborted[side] > 0 ? [`${aborted[side]} aborted`] : []),
    ];
    return kinds.length === 0 ? [] : [`${kinds.join(", ")} in ${names[side]}`];
  });
  return sides.length === 0 ? [] : [`censored: ${sides.join("; ")}`];
}

/** A ratio of the second side over the first, with its interval. */
export function ratioText(ratio: Ratio, { alpha, sides }: Pick<Comparison, "alpha" | "sides">): string {
  return `${sides[1].side} / ${sides[0].side} ${times(ratio.ratio)}, ${percent(alpha)} interval ${
    ends(ratio)
  }`;
}

/** A ratio and its interval. */
export function ratioNumbers(ratio: Ratio): string {
  return `${times(ratio.ratio)} ${ends(ratio)}`;
}

function ends({ ci: [low, high] }: Ratio): string {
  return `[${low === null ? "open" : times(low)}, ${high === null ? "open" : times(high)}]`;
}

function times(ratio: number): string {
  return ratio >= 1000 || (ratio > 0 && ratio < 0.01) ? ratio.toExponential(1) : ratio.toFixed(2);
}

/** Two lines for the name of a stratum: the second is what the first has no room for. */
function labelOf(
  columns: readonly string[],
  values: readonly string[],
  comparison: Comparison,
): [string, string] {
  if (columns.length === 1 && columns[0]!.endsWith("_stack")) {
    const all = comparison.stacks[values[0]!] ?? [];
    // Every wakeup begins there: the next frames are what tells clusters apart.
    const frames = all[0] === "try_to_wake_up" ? all.slice(1) : all;
    return [
      `${values[0]!.slice(0, SHORT_KEY)} ${printable(frames[0] ?? "")}`,
      frames.slice(1, 3).map(printable).join(" < "),
    ];
  }
  const text = printable(
    values.map((value, index) => columns[index]!.endsWith("_stack") ? value.slice(0, SHORT_KEY) : value)
      .join(", "),
  );
  return text.length <= LABEL_WIDTH ? [text, ""] : [text.slice(0, LABEL_WIDTH), text.slice(LABEL_WIDTH)];
}

/** The shift without the mix of strata. */
function stratifiedLines({ stratified }: Stratification, { alpha }: Comparison): string[] {
  return stratified.flatMap(({ question, strata, shift_ns, shift_ci_ns, van_elteren: test }) =>
    wrap(
      `${question} ${formatShift(shift_ns)}, ${percent(alpha)} interval ${
        interval(shift_ci_ns)
      }; van Elteren ${exploredP(test)}`,
      `  shift within ${strata} strata: `,
    )
  );
}

function spreadLines({ spread }: Stratification, comparison: Comparison): string[] {
  const { sides } = comparison;
  const { test, brown_forsythe: bf, fligner_killeen: fk, side_tests } = spread;
  if (test === null && fk === null && side_tests.every((side) => side === null)) {
    return ["  spread between strata: NO-DATA, fewer than 2 strata with 4 runs that vary"];
  }
  const why = spread.reason === null ? "" : ` ${reasonText(spread.reason, lettersOf(comparison))}`;
  const lines = wrap(`${spread.verdict}${why}`, "  spread between strata: ");
  const both = `${sides[0].side} and ${sides[1].side} about their medians`;
  if (test !== null) lines.push(...spreadLine(both, exploredP(test)));
  for (const side of [0, 1] as const) {
    const alone = side_tests[side];
    if (alone !== null) lines.push(...spreadLine(`${sides[side].side} alone`, exploredP(alone)));
  }
  if (test !== null) lines.push(...wrap(test.method, "      by "));
  if (bf !== null) {
    lines.push(...spreadLine(`Brown-Forsythe F = ${formatStatistic(bf.f)}`, formatP(bf.p, bf.p_capped)));
  }
  if (fk !== null) {
    const statistic = `Fligner-Killeen chi2 = ${formatStatistic(fk.chi_square)}`;
    lines.push(...spreadLine(statistic, formatP(fk.p, fk.p_capped)));
  }
  return lines;
}

function spreadLine(name: string, text: string): string[] {
  return wrap(text, `    ${left(name, 35)} `);
}

export function associationLines(table: CrossTable, comparison: Comparison): string[] {
  const rows = table.rows.split(",");
  const title = `${nameOf(rows)} by ${table.columns}, runs of both sides`;
  if (table.n === 0) return [title, "  not observed together in any run"];
  const room = WIDTH - 2 - LABEL_WIDTH;
  const width = Math.max(NUMBER_WIDTH, Math.floor(room / table.column_values.length));
  const shown = Math.min(table.column_values.length, Math.floor(room / width));
  const numbers = (values: readonly string[]) =>
    values.slice(0, shown).map((value) => column(value, width)).join("");
  const lines = [
    title,
    `  ${left(nameOf(rows), LABEL_WIDTH)}${numbers(table.column_values.map(printable))}`,
  ];
  for (const [index, value] of table.row_values.slice(0, SHOWN).entries()) {
    const [label] = rows.length === 1 ? labelOf(rows, [value], comparison) : [printable(value)];
    lines.push(`  ${left(label!, LABEL_WIDTH)}${numbers(table.counts[index]!.map(String))}`);
  }
  const hidden = [
    ...(table.row_values.length > SHOWN ? [`${table.row_values.length - SHOWN} more rows`] : []),
    ...(table.column_values.length > shown ? [`${table.column_values.length - shown} more columns`] : []),
  ];
  if (hidden.length > 0) lines.push(`  and ${hidden.join(", ")} (--format json has them all)`);
  lines.push(...testLines(table, comparison));
  if (table.confounded !== null) {
    const why = reasonText(table.confounded, lettersOf(comparison));
    lines.push(...wrap(`CONFOUNDED: ${printable(why)}`, "  "));
  }
  return lines;
}

function testLines(table: CrossTable, { alpha }: Comparison): string[] {
  const { p, p_bh, p_capped, cramers_v: v, cramers_v_ci: ci, g_test: g, mantel_haenszel: within } = table;
  if (p === null || p_bh === null) return ["  one row or column only: nothing to associate"];
  const range = ci === null
    ? ""
    : `, ${percent(alpha)} interval [${ci.map((end) => end.toFixed(2)).join(", ")}]`;
  const likelihood = g === null ? "" : `; G = ${formatStatistic(g.g)}, ${formatP(g.p, g.p_capped)}`;
  const lines = wrap(
    `Cramer's V ${v === null ? "undefined" : v.toFixed(2)} (bias-corrected)${range}; ${table.method} ${
      exploredP({ p, p_capped, p_bh })
    }${likelihood}`,
    "  ",
  );
  if (within === null) return lines;
  const { breslow_day: homogeneity, odds_ratio } = within;
  const first = homogeneity === null ? "" : `Breslow-Day ${formatP(homogeneity.p, homogeneity.p_capped)}; `;
  const odds = odds_ratio === null ? "" : `, common odds ratio ${formatStatistic(odds_ratio)}`;
  lines.push(...wrap(
    `${first}Cochran-Mantel-Haenszel ${exploredP(within)}${odds}`,
    `  within each ${within.across}: `,
  ));
  return lines;
}

/** A right-justified heading or count that keeps a blank before it. */
function column(text: string, width: number): string {
  return right(text.length >= width ? `${text.slice(0, width - 2)}~` : text, width);
}

function cells(values: readonly string[]): string {
  return values.map((value, index) => right(value, index === 0 ? 8 : index === 4 ? 9 : 10)).join("");
}

function nameOf(columns: readonly string[]): string {
  return columns.map((name) => NAMES[name] ?? name).join(", ");
}
