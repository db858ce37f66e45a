import { fisher2x2, fisherExact, fisherMonteCarlo, MONTE_CARLO_TABLES } from "./fisher.ts";
import { chiSquareSurvival } from "./special.ts";

/** Association of the rows with the columns of a table of counts. */
export interface Association {
  readonly n: number;
  /** Pearson's chi-square without continuity correction, and its degrees of freedom. */
  readonly chiSquare: number;
  readonly df: number;
  /** The smallest count expected under independence. */
  readonly minExpected: number;
  /** Cramer's V with Bergsma's bias correction, in [0, 1]; null when n is too small for it to be defined. */
  readonly cramersV: number | null;
  readonly p: number;
  /** The smallest p a Monte-Carlo test can give; null otherwise. A p equal to it is to be shown as capped. */
  readonly pFloor: number | null;
  readonly method: string;
}

/** Below this expected count the chi-square distribution is not trusted. */
const EXPECTED_AT_LEAST = 5;

/**
 * Tests independence in an r x c table: Pearson's chi-square when every expected count is at least 5, else
 * Fisher's exact test, and where that is too much work, its Monte-Carlo form with a seeded generator.
 *
 * @param table rows of counts; take out empty rows and columns first
 * @throws RangeError unless the table has at least 2 rows and 2 columns, all as long as the first, of integers
 *   >= 0, with no empty row or column
 */
export function association(table: readonly (readonly number[])[], seed?: number): Association {
  const { rows, columns, n } = marginsOf(table);
  let chiSquare = 0;
  let minExpected = Infinity;
  for (const [i, row] of table.entries()) {
    for (const [j, count] of row.entries()) {
      const expected = (rows[i]! * columns[j]!) / n;
      minExpected = Math.min(minExpected, expected);
      chiSquare += (count - expected) ** 2 / expected;
    }
  }
  const df = (rows.length - 1) * (columns.length - 1);
  const cramersV = biasCorrectedV(chiSquare, n, rows.length, columns.length);
  return { n, chiSquare, df, minExpected, cramersV, ...testOf(table, chiSquare, df, minExpected, seed) };
}

function testOf(
  table: readonly (readonly number[])[],
  chiSquare: number,
  df: number,
  minExpected: number,
  seed?: number,
): Pick<Association, "p" | "pFloor" | "method"> {
  if (minExpected >= EXPECTED_AT_LEAST) {
    return { p: chiSquareSurvival(chiSquare, df), pFloor: null, method: "chi-square" };
  }
  const exact = df === 1 ? fisher2x2(table) : fisherExact(table);
  if (exact !== null) return { p: exact, pFloor: null, method: "Fisher exact" };
  return {
    p: fisherMonteCarlo(table, seed),
    pFloor: 1 / (MONTE_CARLO_TABLES + 1),
    method: `Fisher, Monte Carlo with ${MONTE_CARLO_TABLES} tables`,
  };
}

/** Bergsma, "A bias-correction for Cramer's V and Tschuprow's T" (2013). */
function biasCorrectedV(chiSquare: number, n: number, r: number, c: number): number | null {
  if (n < 2) return null;
  const phi2 = Math.max(0, chiSquare / n - ((r - 1) * (c - 1)) / (n - 1));
  const rows = r - (r - 1) ** 2 / (n - 1);
  const columns = c - (c - 1) ** 2 / (n - 1);
  const smaller = Math.min(rows, columns) - 1;
  return smaller > 0 ? Math.min(1, Math.sqrt(phi2 / smaller)) : null;
}

function marginsOf(table: readonly (readonly number[])[]) {
  const width = table[0]?.length ?? 0;
  if (table.length < 2 || width < 2) {
    throw new RangeError(`association: the table is ${table.length} x ${width}, needs at least 2 x 2`);
  }
  const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = table[0]!.map((_, j) => table.reduce((sum, row) => sum + row[j]!, 0));
  for (const row of table) {
    if (row.length !== width || !row.every((count) => Number.isSafeInteger(count) && count >= 0)) {
      throw new RangeError(`association: row [${row}] must hold ${width} counts, integers of at least 0`);
    }
  }
  if (rows.includes(0) || columns.includes(0)) {
    throw new RangeError("association: a row or column of the table is empty, must be left out");
  }
  return { rows, columns, n: rows.reduce((sum, row) => sum + row, 0) };
}
