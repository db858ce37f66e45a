/** Cross tables of two columns, and of a column and the side. */

import { deferred, withFields } from "../lazy.ts";
import type { Exploration } from "./exploration.ts";
import type { KeyName } from "../sample/key_columns.ts";
import { type Grouping, groupingOf, nameOfValues, sizesOf } from "../sample/grouping.ts";
import { cappedP } from "../sample/sample.ts";
import type { ColumnOf, CrossTable, Stratification, WithinStrata } from "./comparison.ts";
import type { Pair } from "../sample/summary.ts";
import type { Confounding } from "./reasons.ts";
import type { ResultFile } from "../result/file.ts";
import type { TextName } from "../result/row.ts";
import { association, EXPECTED_AT_LEAST, gTest } from "../stats/contingency.ts";
import { cramersVInterval } from "../stats/cramers_v.ts";
import { breslowDay, mantelHaenszel } from "../stats/mantel_haenszel.ts";
import type { Table } from "../stats/table_margins.ts";

/** Counts by row value, then column value. */
type Counts = Map<string, Map<string, number>>;

/** One table of counts per stratum. */
type CountsByStratum = Map<string, Counts>;

/** Most free cells of a table whose covariance matrix is inverted. */
const MOST_FREE_CELLS = 100;

/**
 * Two columns against each other: both files together, and within the sides.
 *
 * @param confounded why the table is for information only, or null
 */
export function crossColumns(
  files: Pair<ResultFile>,
  names: Pair<string>,
  rows: TextName,
  columns: TextName,
  confounded: Confounding | null,
  test: Testing,
): CrossTable {
  const strata: CountsByStratum = new Map();
  for (const [index, file] of files.entries()) {
    for (
      const { values: [row, column], count } of cellsOf(groupingOf([file.texts[rows], file.texts[columns]]))
    ) {
      add(strata, names[index]!, row!, column!, count);
    }
  }
  return tested({ rows, columns, counts: summed(strata), within: ["side", strata], confounded }, test);
}

/**
 * A key against the side: does it take its values equally often in both files? If another column is given,
 * also within that column's values.
 */
export function crossSides(
  files: Pair<ResultFile>,
  names: Pair<string>,
  rows: readonly KeyName[],
  across: TextName | null,
  confounded: Confounding | null,
  test: Testing,
): CrossTable {
  const strata: CountsByStratum = new Map();
  for (const [index, file] of files.entries()) {
    for (const { values, count } of cellsOf(groupingOf(rows.map((name) => test.columnOf(file, name))))) {
      add(strata, "", nameOfValues(values), names[index]!, count);
    }
  }
  const crossed = { rows: rows.join(","), columns: "side", counts: summed(strata), confounded };
  if (across === null) return tested({ ...crossed, within: null }, test);
  const inStrata: CountsByStratum = new Map();
  for (const [index, file] of files.entries()) {
    const columns = [...rows, across].map((name) => test.columnOf(file, name));
    for (const { values, count } of cellsOf(groupingOf(columns))) {
      add(inStrata, values.at(-1)!, nameOfValues(values.slice(0, -1)), names[index]!, count);
    }
  }
  return tested({ ...crossed, within: [across, inStrata] }, test);
}

/** The input of a table's tests. */
export interface Testing {
  readonly alpha: number;
  readonly columnOf: ColumnOf;
  readonly exploration: Exploration;
}

interface Crossed {
  readonly rows: string;
  readonly columns: string;
  readonly counts: Counts;
  /** The same split into strata, and the column that makes them. */
  readonly within: readonly [across: string, strata: CountsByStratum] | null;
  readonly confounded: Confounding | null;
}

/** Observed combinations with their counts. */
function cellsOf(grouping: Grouping): { values: readonly string[]; count: number }[] {
  const counts = sizesOf(grouping);
  return grouping.groups.flatMap(({ name, values }, code) =>
    name === null || counts[code] === 0 ? [] : [{ values, count: counts[code]! }]
  );
}

function add(strata: CountsByStratum, stratum: string, row: string, column: string, count: number): void {
  const counts = strata.get(stratum) ?? new Map<string, Map<string, number>>();
  strata.set(stratum, counts);
  const line = counts.get(row) ?? new Map<string, number>();
  counts.set(row, line);
  line.set(column, (line.get(column) ?? 0) + count);
}

/** All strata together. */
function summed(strata: CountsByStratum): Counts {
  const sum: CountsByStratum = new Map([["", new Map()]]);
  for (const counts of strata.values()) {
    for (const [row, line] of counts) for (const [column, count] of line) add(sum, "", row, column, count);
  }
  return sum.get("")!;
}

interface Shape {
  readonly row_values: readonly string[];
  readonly column_values: readonly string[];
}

/** Rows by their number, columns by their name. */
function shapeOf(counts: Counts): Shape {
  const sumOf = (line: Map<string, number>) => [...line.values()].reduce((sum, count) => sum + count, 0);
  return {
    row_values: [...counts.keys()].sort((x, y) =>
      sumOf(counts.get(y)!) - sumOf(counts.get(x)!) || (x < y ? -1 : 1)
    ),
    column_values: [...new Set([...counts.values()].flatMap((line) => [...line.keys()]))].sort(),
  };
}

function tableOf(counts: Counts, { row_values, column_values }: Shape): Table {
  return row_values.map((row) => column_values.map((column) => counts.get(row)?.get(column) ?? 0));
}

function tested(
  { rows, columns, counts: all, within, confounded }: Crossed,
  test: Testing,
): CrossTable {
  const shape = shapeOf(all);
  const counts = tableOf(all, shape);
  const n = counts.flat().reduce((sum, count) => sum + count, 0);
  const found = { rows, columns, ...shape, counts, n };
  const tests = shape.row_values.length < 2 || shape.column_values.length < 2
    ? () => UNTESTED
    : test.exploration.later(() => testsOf(counts, within, test));
  const names = [
    "cramers_v",
    "cramers_v_ci",
    "p",
    "p_capped",
    "p_bh",
    "method",
    "g_test",
    "mantel_haenszel",
  ] as const;
  return withFields(withFields(found, deferred(names, tests)), { confounded });
}

type Tests = Omit<
  CrossTable,
  "rows" | "columns" | "row_values" | "column_values" | "counts" | "n" | "confounded"
>;

const UNTESTED: Tests = {
  cramers_v: null,
  cramers_v_ci: null,
  p: null,
  p_capped: false,
  p_bh: null,
  method: null,
  g_test: null,
  mantel_haenszel: null,
};

function testsOf(counts: Table, within: Crossed["within"], test: Testing): Tests {
  const { cramersV, minExpected, p, pFloor, method } = association(counts);
  const interval = cramersVInterval(counts, 1 - test.alpha);
  return test.exploration.add(p, pFloor, {
    cramers_v: cramersV,
    cramers_v_ci: interval === null ? null : [interval.low, interval.high] as const,
    method,
    g_test: minExpected < EXPECTED_AT_LEAST ? null : gOf(counts),
    mantel_haenszel: within === null ? null : withinStrata(...within, test),
  });
}

function gOf(counts: Table): CrossTable["g_test"] {
  const { g, df, p } = gTest(counts);
  return { g, df, ...cappedP(p) };
}

/** null when fewer than two strata exist, or no stratum distinguishes rows or columns. */
function withinStrata(
  across: string,
  strata: CountsByStratum,
  { exploration }: Testing,
): WithinStrata | null {
  const shape = shapeOf(summed(strata));
  const [r, c] = [shape.row_values.length, shape.column_values.length];
  if (r < 2 || c < 2 || strata.size < 2 || (r - 1) * (c - 1) > MOST_FREE_CELLS) return null;
  const tables = [...strata.keys()].sort().map((stratum) => tableOf(strata.get(stratum)!, shape));
  const { chiSquare, df, p, oddsRatio, strata: informative, method } = mantelHaenszel(tables);
  if (chiSquare === null || p === null) return null;
  const homogeneity = r === 2 && c === 2 ? breslowDay(tables) : null;
  return exploration.add(p, null, {
    across,
    strata: informative,
    chi_square: chiSquare,
    df,
    odds_ratio: oddsRatio,
    method,
    breslow_day: homogeneity === null
      ? null
      : { chi_square: homogeneity.chiSquare, df: homogeneity.df, ...cappedP(homogeneity.p) },
  });
}

/** Frames of the stacks that strata and tables name. */
export function stackFrames(
  files: Pair<ResultFile>,
  strata: readonly Stratification[],
  association: readonly CrossTable[],
): Record<string, readonly string[]> {
  const isStack = (column: string) => column.endsWith("_stack");
  const keys = new Set([
    ...strata.flatMap(({ columns, groups }) =>
      groups.flatMap(({ values }) => values.filter((_, index) => isStack(columns[index]!)))
    ),
    ...association.filter(({ rows }) => isStack(rows)).flatMap(({ row_values }) => row_values),
  ]);
  return Object.fromEntries(
    [...keys].sort().map((key) => [key, files[0].stacks.get(key) ?? files[1].stacks.get(key) ?? []]),
  );
}
