/**
 * Cross tables of two columns: how many runs each pair of values has, and whether the columns are associated.
 */

import type { Comparison, CrossTable } from "../../compare/comparison.ts";
import type { Cell, Finding, Said, Table } from "../model.ts";
import { keyName, stratumName } from "../names.ts";
import { confidence, exact, exploredP, joined, number, plain, pValue, say, statistic } from "../said.ts";
import { reasonInWords } from "./reasons.ts";
import type { Sides } from "./sides.ts";

export interface ToldCross {
  /** Its columns, identified by their index. */
  readonly table: Table;
  readonly findings: readonly Finding[];
  /** Why there is no finding, or why to read it with care; null: no caution. */
  readonly caution: Cell;
}

export function tellCross(cross: CrossTable, { stacks }: Comparison, sides: Sides): ToldCross {
  const keys = cross.rows.split(",");
  // The values of several columns are already joined to one text.
  const nameOf = (value: string) => keys.length === 1 ? stratumName(keys, [value], stacks) : value;
  const columns = cross.column_values.map((value, index) => ({
    id: String(index),
    name: stratumName([cross.columns], [value], stacks),
    per: "row" as const,
  }));
  return {
    table: {
      caption: `${keyName(keys)} by ${keyName([cross.columns])}, runs of both sides`,
      head: keyName(keys),
      lines: [],
      columns,
      rows: cross.row_values.map((value, row) => ({
        head: plain(nameOf(value)),
        cells: Object.fromEntries(
          columns.map(({ id }, column) => [id, [exact(cross.counts[row]![column]!)]]),
        ),
        bins: [],
      })),
      range: null,
      empty: "not observed together in any run",
    },
    findings: findingsOf(cross, sides),
    caution: cautionOf(cross, sides),
  };
}

function cautionOf({ n, p, confounded }: CrossTable, { letters }: Sides): Cell {
  const nothing = n > 0 && p === null ? plain("one row or column only: nothing to associate") : null;
  const why = confounded === null || n === 0 ? null : say`CONFOUNDED: ${reasonInWords(confounded, letters)}`;
  return nothing === null && why === null ? null : joined([nothing, why], "; ");
}

function findingsOf(cross: CrossTable, { alpha }: Sides): Finding[] {
  const { p, p_bh, p_capped, cramers_v: v, cramers_v_ci: ci, g_test: g, mantel_haenszel: within } = cross;
  if (p === null || p_bh === null) return [];
  const finding = (what: string, value: Cell, certainty: Cell, method: Said): Finding => (
    { topic: "association", of: null, what, value, certainty, method }
  );
  const range = ci === null ? null : say`${confidence(alpha)} interval [${number(ci[0])}, ${number(ci[1])}]`;
  return [
    finding("Cramer's V", v === null ? plain("no value") : number(v), range, plain("bias-corrected")),
    finding("independence", null, exploredP({ p, p_capped, p_bh }), plain(cross.method!)),
    ...g === null ? [] : [
      finding("likelihood ratio", say`G = ${statistic(g.g)}`, pValue(g), say`chi-square, df ${exact(g.df)}`),
    ],
    ...within === null ? [] : withinFindings(within),
  ];
}

/** The same within strata. */
function withinFindings(within: NonNullable<CrossTable["mantel_haenszel"]>): Finding[] {
  const { breslow_day: homogeneity, odds_ratio: odds } = within;
  const place = { topic: `within each ${within.across}`, of: null };
  return [
    ...homogeneity === null ? [] : [{
      ...place,
      what: "one odds ratio",
      value: say`chi2 = ${statistic(homogeneity.chi_square)}`,
      certainty: pValue(homogeneity),
      method: say`Breslow-Day, df ${exact(homogeneity.df)}`,
    }],
    {
      ...place,
      what: "independence",
      value: say`chi2 = ${statistic(within.chi_square)}`,
      certainty: exploredP(within),
      method: say`${within.method}, ${exact(within.strata)} strata, df ${exact(within.df)}`,
    },
    ...odds === null ? [] : [{
      ...place,
      what: "common odds ratio",
      value: statistic(odds),
      certainty: null,
      method: null,
    }],
  ];
}
