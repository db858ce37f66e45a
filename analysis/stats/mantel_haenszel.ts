import { chiSquareSurvival } from "./special.ts";
import { marginsOf, type Table } from "./table_margins.ts";

export interface MantelHaenszel {
  /** Generalised Cochran-Mantel-Haenszel statistic; null when no stratum distinguishes rows or columns. */
  readonly chiSquare: number | null;
  readonly df: number;
  readonly p: number | null;
  /**
   * Mantel and Haenszel's common odds ratio of 2 x 2 tables; null for larger ones, or when it is 0 / 0 or
   * infinite.
   */
  readonly oddsRatio: number | null;
  /** Strata with at least 2 counts; the others carry no information. */
  readonly strata: number;
  readonly method: string;
}

/**
 * Cochran-Mantel-Haenszel test: rows and columns independent in every stratum, against an association that points
 * the same way in all; as R's `mantelhaen.test(correct = FALSE)`, for I x J x K tables by Landis, Heyman and Koch
 * (1978).
 *
 * @param tables one per stratum, all of one shape; a stratum may have empty rows and columns
 * @throws RangeError without tables, for tables below 2 x 2, of different shape, with something else than counts,
 *   or with a row or column that is empty in all strata
 */
export function mantelHaenszel(tables: readonly Table[]): MantelHaenszel {
  const all = summed("Mantel-Haenszel", tables);
  if (all.rows.includes(0) || all.columns.includes(0)) {
    throw new RangeError("Mantel-Haenszel: a row or column is empty in all strata, must be left out");
  }
  const [r, c] = [all.rows.length - 1, all.columns.length - 1];
  const size = r * c;
  const excess = new Float64Array(size);
  const covariance = Array.from({ length: size }, () => new Float64Array(size));
  const informative = tables.filter((table) => marginsOf("Mantel-Haenszel", table).n >= 2);
  for (const table of informative) addStratum(table, excess, covariance, c);
  const chiSquare = quadraticForm(covariance, excess);
  const found = { df: size, strata: informative.length, method: "Cochran-Mantel-Haenszel" };
  const oddsRatio = size === 1 ? commonOddsRatio(informative) : null;
  return {
    ...found,
    chiSquare,
    p: chiSquare === null ? null : chiSquareSurvival(chiSquare, size),
    oddsRatio,
  };
}

/** Adds a stratum's counts minus their expectation, and their covariance; without the last row and column. */
function addStratum(table: Table, excess: Float64Array, covariance: Float64Array[], width: number): void {
  const { rows, columns, n } = marginsOf("Mantel-Haenszel", table);
  const scale = 1 / (n * n * (n - 1));
  for (let cell = 0; cell < excess.length; cell++) {
    const [i, j] = [Math.floor(cell / width), cell % width];
    excess[cell]! += table[i]![j]! - (rows[i]! * columns[j]!) / n;
    for (let other = 0; other < excess.length; other++) {
      const [k, l] = [Math.floor(other / width), other % width];
      const ofRows = rows[i]! * ((i === k ? n : 0) - rows[k]!);
      const ofColumns = columns[j]! * ((j === l ? n : 0) - columns[l]!);
      covariance[cell]![other]! += ofRows * ofColumns * scale;
    }
  }
}

/** x' M^-1 x of a symmetric positive definite matrix, by Cholesky's factors; null when it is singular. */
function quadraticForm(matrix: readonly Float64Array[], x: Float64Array): number | null {
  const factor = matrix.map((row) => row.slice());
  let sum = 0;
  const solved = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    let value = x[i]!;
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i]![j]!;
      for (let k = 0; k < j; k++) rest -= factor[i]![k]! * factor[j]![k]!;
      if (j < i) {
        factor[i]![j] = rest / factor[j]![j]!;
        value -= factor[i]![j]! * solved[j]!;
      } else {
        if (rest <= 1e-10 * matrix[i]![i]!) return null;
        factor[i]![i] = Math.sqrt(rest);
      }
    }
    solved[i] = value / factor[i]![i]!;
    sum += solved[i]! ** 2;
  }
  return sum;
}

/** Sum of a d / n over sum of b c / n. */
function commonOddsRatio(tables: readonly Table[]): number | null {
  let [above, below] = [0, 0];
  for (const [[a, b], [c, d]] of tables as readonly [[number, number], [number, number]][]) {
    const n = a + b + c + d;
    above += (a * d) / n;
    below += (b * c) / n;
  }
  return below === 0 ? null : above / below;
}

export interface BreslowDay {
  /** With Tarone's correction. */
  readonly chiSquare: number;
  /** Strata whose table has no empty row or column, less 1. */
  readonly df: number;
  readonly p: number;
  readonly method: string;
}

/**
 * Breslow and Day's test that all 2 x 2 strata have one odds ratio, with Tarone's correction (1985), because
 * the common one is Mantel and Haenszel's. Check it before you report a common association.
 *
 * @returns null when the common odds ratio is 0 or infinite or fewer than 2 strata have one
 * @throws RangeError as mantelHaenszel, and for tables that are not 2 x 2
 */
export function breslowDay(tables: readonly Table[]): BreslowDay | null {
  const all = summed("Breslow-Day", tables);
  if (all.rows.length !== 2 || all.columns.length !== 2) {
    throw new RangeError(`Breslow-Day: tables are ${all.rows.length} x ${all.columns.length}, needs 2 x 2`);
  }
  const told = tables.filter((table) => {
    const { rows, columns } = marginsOf("Breslow-Day", table);
    return !rows.includes(0) && !columns.includes(0);
  });
  const odds = commonOddsRatio(told);
  if (told.length < 2 || odds === null || odds === 0) return null;
  let [squares, excess, variance] = [0, 0, 0];
  for (const table of told) {
    const { rows, columns, n } = marginsOf("Breslow-Day", table);
    const [row, column] = [rows[0]!, columns[0]!];
    const expected = expectedCount(row, column, n, odds);
    const own = 1 /
      (1 / expected + 1 / (row - expected) + 1 / (column - expected) + 1 / (n - row - column + expected));
    squares += (table[0]![0]! - expected) ** 2 / own;
    excess += table[0]![0]! - expected;
    variance += own;
  }
  const chiSquare = Math.max(0, squares - excess ** 2 / variance);
  const df = told.length - 1;
  return { chiSquare, df, p: chiSquareSurvival(chiSquare, df), method: "Breslow-Day, Tarone's correction" };
}

/** The first cell of a 2 x 2 table with these margins and this odds ratio: root of a quadratic, without cancelling. */
function expectedCount(row: number, column: number, n: number, odds: number): number {
  const linear = n + (odds - 1) * (row + column);
  const root = Math.sqrt(linear ** 2 + 4 * (1 - odds) * odds * row * column);
  return linear > 0 ? (2 * odds * row * column) / (linear + root) : (root - linear) / (2 * (1 - odds));
}

/** Margins of the sum of all strata. */
function summed(what: string, tables: readonly Table[]) {
  const first = tables[0];
  if (first === undefined) throw new RangeError(`${what}: no strata, needs at least 1`);
  for (const table of tables) {
    const { rows, columns } = marginsOf(what, table);
    if (rows.length !== first.length || columns.length !== first[0]!.length) {
      throw new RangeError(`${what}: a table is ${rows.length} x ${columns.length}, must all have one shape`);
    }
  }
  return marginsOf(
    what,
    first.map((row, i) => row.map((_, j) => tables.reduce((sum, t) => sum + t[i]![j]!, 0))),
  );
}
