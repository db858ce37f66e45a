/** The strata and cross tables of a comparison as text. */

import type { Comparison, CrossTable, Pair, Stratification, Stratum } from "./comparison.ts";
import { formatDuration, formatP, formatShift, formatStatistic } from "./format_value.ts";
import { left, printable, right, WIDTH, wrap } from "./text_layout.ts";

/** Rows of a table that are shown; the rest is counted. */
const SHOWN = 12;
const LABEL_WIDTH = 32;
const NUMBER_WIDTH = 12;
const SHORT_KEY = 8;

const NAMES: Readonly<Record<string, string>> = { ttwu_stack: "stack cluster" };

export function stratificationLines(stratification: Stratification, comparison: Comparison): string[] {
  const { key, groups, n, not_observed } = stratification;
  const title = `ttwu_to_tkread by ${nameOf(key)}`;
  if (groups.length === 0) return [title, "  not observed on either side"];
  if (stratification.same_runs_as !== null) return [title, ...sameRunsLines(stratification, comparison)];
  const lines = [
    title,
    `  ${left("stratum", LABEL_WIDTH)}    ${cells(["n", "median", "IQR", "MAD"])}`,
    ...groups.slice(0, SHOWN).flatMap((group) => groupLines(key, group, comparison)),
  ];
  if (groups.length > SHOWN) {
    lines.push(`  and ${groups.length - SHOWN} more strata (--format json has them all)`);
  }
  for (const side of [0, 1] as const) {
    if (not_observed[side] === 0) continue;
    const found = n[side] === 0
      ? "not observed in any run"
      : `not observed in ${not_observed[side]} complete runs`;
    lines.push(`  ${"AB"[side]}: ${found}`);
  }
  return [...lines, ...spreadLines(stratification)];
}

/** A key whose strata were shown under another key: which is which. */
function sameRunsLines({ key, groups, same_runs_as }: Stratification, comparison: Comparison): string[] {
  const shown = comparison.strata.find((other) => other.key === same_runs_as)!;
  const pairs = groups.slice(0, SHOWN).map((group, index) => {
    const [before] = labelOf(shown.key, shown.groups[index]!.value, comparison);
    const [now] = labelOf(key, group.value, comparison);
    return `${now.trimEnd()} = ${before.trimEnd()}`;
  });
  const more = groups.length > SHOWN ? [`and ${groups.length - SHOWN} more`] : [];
  return wrap(`the same runs as by ${nameOf(shown.key)}: ${[...pairs, ...more].join(", ")}`, "  ");
}

function groupLines(key: string, group: Stratum, comparison: Comparison): string[] {
  const row = (label: string, side: 0 | 1) =>
    `  ${left(label, LABEL_WIDTH)} ${"AB"[side]}  ${
      cells([
        String(group.n[side]),
        formatDuration(group.median_ns[side]),
        formatDuration(group.iqr_ns[side]),
        formatDuration(group.mad_ns[side]),
      ])
    }`;
  const censored = group.censored[0] + group.censored[1] === 0
    ? ""
    : `; censored ${group.censored[0]} in A, ${group.censored[1]} in B`;
  const shift = group.shift_ns === null
    ? ""
    : `shift ${formatShift(group.shift_ns)}, ${100 * (1 - comparison.alpha)} % interval ${
      interval(group.shift_ci_ns)
    }` +
      (group.direction === null
        ? ""
        : `, B ${group.direction === "unclear" ? "neither earlier nor later" : group.direction}`);
  const refused = group.verdict === null ? "" : `${group.verdict}: ${group.reason}`;
  const text = [refused, shift].filter((part) => part !== "").join("; ") + censored;
  const [first, rest] = labelOf(key, group.value, comparison);
  return [row(first, 0), row(rest, 1), ...wrap(text, "      ")];
}

/** Two lines for the name of a stratum: the second is what the first has no room for. */
function labelOf(key: string, value: string, comparison: Comparison): [string, string] {
  if (key === "ttwu_stack") {
    const all = comparison.stacks[value] ?? [];
    // Every wakeup begins there: the next frames are what tells clusters apart.
    const frames = all[0] === "try_to_wake_up" ? all.slice(1) : all;
    return [
      `${value.slice(0, SHORT_KEY)} ${printable(frames[0] ?? "")}`,
      frames.slice(1, 3).map(printable).join(" < "),
    ];
  }
  const text = printable(value);
  return text.length <= LABEL_WIDTH ? [text, ""] : [text.slice(0, LABEL_WIDTH), text.slice(LABEL_WIDTH)];
}

function spreadLines({ spread }: Stratification): string[] {
  const { brown_forsythe: bf, fligner_killeen: fk, sides } = spread;
  if (bf === null && fk === null && sides.every((side) => side === null)) {
    return ["  spread between strata: fewer than 2 strata with 4 runs that vary"];
  }
  const lines = ["  spread between strata:"];
  if (bf !== null) {
    lines.push(spreadLine("Brown-Forsythe, A and B about their medians", `F = ${formatStatistic(bf.f)}`, bf));
  }
  for (const side of [0, 1] as const) {
    const test = sides[side];
    if (test !== null) {
      lines.push(spreadLine(`Brown-Forsythe, ${"AB"[side]} alone`, `F = ${formatStatistic(test.f)}`, test));
    }
  }
  if (fk !== null) {
    lines.push(spreadLine("Fligner-Killeen, as the first", `chi2 = ${formatStatistic(fk.chi_square)}`, fk));
  }
  return lines;
}

function spreadLine(name: string, statistic: string, test: { p: number; p_capped: boolean }): string {
  return `    ${left(name, 44)}${left(statistic, 16)}${formatP(test.p, test.p_capped)}`.slice(0, WIDTH);
}

export function associationLines(table: CrossTable, comparison: Comparison): string[] {
  const title = `${nameOf(table.rows)} by ${table.columns}, runs of both sides`;
  if (table.n === 0) return [title, "  not observed together in any run"];
  const width = Math.max(NUMBER_WIDTH, Math.floor((WIDTH - 2 - LABEL_WIDTH) / table.column_values.length));
  const shown = Math.min(table.column_values.length, Math.floor((WIDTH - 2 - LABEL_WIDTH) / width));
  const numbers = (values: readonly string[]) =>
    values.slice(0, shown).map((value) => column(value, width)).join("");
  const lines = [
    title,
    `  ${left(nameOf(table.rows), LABEL_WIDTH)}${numbers(table.column_values.map(printable))}`,
  ];
  for (const [index, value] of table.row_values.slice(0, SHOWN).entries()) {
    const [label] = labelOf(table.rows, value, comparison);
    lines.push(`  ${left(label, LABEL_WIDTH)}${numbers(table.counts[index]!.map(String))}`);
  }
  const hidden = [
    ...(table.row_values.length > SHOWN ? [`${table.row_values.length - SHOWN} more rows`] : []),
    ...(table.column_values.length > shown ? [`${table.column_values.length - shown} more columns`] : []),
  ];
  if (hidden.length > 0) lines.push(`  and ${hidden.join(", ")} (--format json has them all)`);
  if (table.p === null) lines.push("  one row or column only: nothing to associate");
  else {
    const v = table.cramers_v === null ? "undefined" : table.cramers_v.toFixed(2);
    lines.push(
      ...wrap(`Cramer's V ${v} (bias-corrected), ${formatP(table.p, table.p_capped)}; ${table.method}`, "  "),
    );
  }
  if (table.confounded !== null) lines.push(...wrap(`CONFOUNDED: ${printable(table.confounded)}`, "  "));
  return lines;
}

/** A right-justified heading or count that keeps a blank before it. */
function column(text: string, width: number): string {
  return right(text.length >= width ? `${text.slice(0, width - 2)}~` : text, width);
}

function cells(values: readonly string[]): string {
  return values.map((value, index) => right(value, index === 0 ? 9 : 11)).join("");
}

function interval(ends: Pair<number> | null): string {
  return ends === null ? "-" : `[${formatShift(ends[0])}, ${formatShift(ends[1])}]`;
}

function nameOf(key: string): string {
  return NAMES[key] ?? key;
}
