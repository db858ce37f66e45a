import { biasCorrectedV } from "./cramers_v.ts";
import { fisher2x2, fisherExact, fisherMonteCarlo, MONTE_CARLO_TABLES } from "./fisher.ts";
import { chiSquareSurvival } from "./special.ts";
import { positiveMarginsOf, type Table } from "./table_margins.ts";

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
  /** The smallest p that a Monte-Carlo test can give; null otherwise. Show a p equal to it as capped. */
  readonly pFloor: number | null;
  readonly method: string;
}

/** Below this expected count the chi-square distribution is not used, not even for the likelihood ratio. */
export const EXPECTED_AT_LEAST = 5;

/**
 * Tests independence in an r x c table: Pearson's chi-square when every expected count is at least 5, else
 * Fisher's exact test, and where that is too much work, its Monte-Carlo form with a seeded generator.
 *
 * @param table rows of counts; take out empty rows and columns first
 * @throws RangeError unless the table has at least 2 rows and 2 columns, all as long as the first, of integers
 *   >= 0, with no empty row or column
 */
export function association(table: Table, seed?: number): Association {
  const { rows, columns, n } = positiveMarginsOf("association", table);
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
  table: Table,
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
    method: `Fisher, Monte Carlo with up to ${MONTE_CARLO_TABLES} tables`,
  };
}

/** Likelihood-ratio test of independence. */
export interface GTest {
  /** 2 sum O ln(O / E), in [0, infinity). */
  readonly g: number;
  readonly df: number;
  /** 0 only by underflow, that is below 1e-307. */
  readonly p: number;
  readonly method: string;
}

/**
 * G-test of independence (Wilks 1938): closer to the exact answer than Pearson's chi-square where single cells
 * deviate by more than their expectation, but needs expected counts as large (see `minExpected`).
 *
 * @param table rows of counts; take out empty rows and columns first
 * @throws RangeError as association
 */
export function gTest(table: Table): GTest {
  const { rows, columns, n } = positiveMarginsOf("G-test", table);
  let half = 0;
  for (const [i, row] of table.entries()) {
    for (const [j, count] of row.entries()) {
      const expected = (rows[i]! * columns[j]!) / n;
      // O ln(O / E) - (O - E), whose second part sums to 0: no term is negative, so none cancel.
      half += count === 0 ? expected : excess(count, expected);
    }
  }
  const g = 2 * half;
  const df = (rows.length - 1) * (columns.length - 1);
  return { g, df, p: chiSquareSurvival(g, df), method: "G-test" };
}

/** x ln(x / m) + m - x. */
function excess(x: number, m: number): number {
  const relative = (x - m) / m;
  if (Math.abs(relative) > 0.01) return x * Math.log(x / m) + m - x;
  // Its Taylor series, because the terms above cancel: m sum (-relative)^k / (k (k - 1)).
  let sum = 0;
  for (let k = 9; k >= 2; k--) sum = (1 / (k * (k - 1)) + sum) * -relative;
  return -m * relative * sum;
}
