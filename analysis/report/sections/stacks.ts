/** Stack clusters: where the wakeups and the reads come from, and which flags go with which cluster. */

import { lettersOf, reasonText } from "../../print/reasons.ts";
import { exploredP, percent } from "../../print/compare_text_words.ts";
import type { Comparison, CrossTable } from "../../compare/comparison.ts";
import { formatP, formatStatistic } from "../../units/format_value.ts";
import { countsOf } from "../../sample/counts.ts";
import { icicle } from "../plots/icicle.ts";
import { keyName, sideKey, valuesName } from "../html/labels.ts";
import { type Markup, markup } from "../html/markup.ts";
import { mosaic } from "../plots/mosaic.ts";
import type { ReportSide } from "../html/runs.ts";
import { type Row, table } from "../html/table.ts";

const SHOWN = 24;
const COLUMNS = 8;

/** Icicles of the wakeups and of the reads, side by side. */
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
export function crossTable(cross: CrossTable, comparison: Comparison): Markup {
  const { stacks, alpha } = comparison;
  const keys = cross.rows.split(",");
  const title = `${keyName(keys)} by ${keyName([cross.columns])}, runs of both sides`;
  if (cross.n === 0) return markup`<h3>${title}</h3><p>not observed together in any run</p>`;
  const nameOf = (value: string) => keys.length === 1 ? valuesName(keys, [value], stacks) : value;
  const rows = cross.row_values.map((value, index) => ({
    name: nameOf(value),
    counts: cross.counts[index]!,
  }));
  const columns = cross.column_values.map((value) => valuesName([cross.columns], [value], stacks));
  const hidden = [
    rows.length > SHOWN && `${rows.length - SHOWN} more rows`,
    columns.length > COLUMNS && `${columns.length - COLUMNS} more columns`,
  ].filter((text) => text !== false);
  const tests = testsOf(cross, alpha);
  return markup`<h3>${title}</h3>${
    mosaic(title, "Each column is as wide as its share of the runs", { rows, columns })
  }${
    table(
      "Runs",
      [keyName(keys), ...columns.slice(0, COLUMNS)],
      rows.slice(0, SHOWN).map(({ name, counts }) => ({ head: name, cells: counts.slice(0, COLUMNS) })),
    )
  }${hidden.length > 0 && markup`<p>and ${hidden.join(", ")}</p>`}${
    tests.length === 0
      ? markup`<p>one row or column only: nothing to associate</p>`
      : table("Do they go together?", ["what", "value", "p or interval", "method"], tests)
  }${
    cross.confounded !== null &&
    markup`<p>CONFOUNDED: ${reasonText(cross.confounded, lettersOf(comparison))}</p>`
  }`;
}

function testsOf(table: CrossTable, alpha: number): Row[] {
  const { p, p_bh, p_capped, cramers_v: v, cramers_v_ci: ci, g_test: g, mantel_haenszel: within } = table;
  if (p === null || p_bh === null) return [];
  const range = ci === null
    ? "-"
    : `${percent(alpha)} interval [${ci.map((end) => end.toFixed(2)).join(", ")}]`;
  const homogeneity = within?.breslow_day ?? null;
  return [
    { head: "Cramer's V", cells: [v === null ? "undefined" : v.toFixed(2), range, "bias-corrected"] },
    { head: "association", cells: ["-", exploredP({ p, p_capped, p_bh }), table.method] },
    ...(g === null ? [] : [{
      head: "likelihood ratio",
      cells: [`G = ${formatStatistic(g.g)}`, formatP(g.p, g.p_capped), `chi-square, df ${g.df}`],
    }]),
    ...(homogeneity === null ? [] : [{
      head: "one odds ratio for all strata",
      cells: [
        `chi2 = ${formatStatistic(homogeneity.chi_square)}`,
        formatP(homogeneity.p, homogeneity.p_capped),
        `Breslow-Day, df ${homogeneity.df}`,
      ],
    }]),
    ...(within === null ? [] : [{
      head: `within each ${within.across}`,
      cells: [
        `chi2 = ${formatStatistic(within.chi_square)}${
          within.odds_ratio === null ? "" : `, common odds ratio ${formatStatistic(within.odds_ratio)}`
        }`,
        exploredP(within),
        `${within.method}, ${within.strata} strata, df ${within.df}`,
      ],
    }]),
  ];
}
