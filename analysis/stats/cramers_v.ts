import { randomBinomial } from "./binomial.ts";
import { type BootstrapInterval, bootstrapInterval, RESAMPLES, undefinedInterval } from "./bootstrap.ts";
import { Xoshiro128 } from "./random.ts";
import { marginsOf, positiveMarginsOf, type Table } from "./table_margins.ts";

/**
 * Cramer's V with the bias correction of Bergsma, "A bias-correction for Cramer's V and Tschuprow's T" (2013).
 *
 * @returns in [0, 1]; null when n is too small for it to be defined
 */
export function biasCorrectedV(chiSquare: number, n: number, r: number, c: number): number | null {
  const square = squaredV(chiSquare, n, r, c, 1);
  return square === null ? null : rootInRange(square);
}

/**
 * Bootstrap interval of the bias-corrected V: percentiles of the squared V of tables drawn from the observed
 * shares. A drawn table's chi-square exceeds the observed one by its degrees of freedom on average, so the bias
 * is subtracted twice from theirs. Percentile, not BCa: V is at its limit 0 when nothing is associated, where
 * BCa's correction covers a small V in only 60 to 90 % of cases. Costs O(cells) a resample whatever the counts.
 *
 * @param table rows of counts; take out empty rows and columns first
 * @throws RangeError for a table that association() would refuse or a confidence outside (0, 1)
 */
export function cramersVInterval(table: Table, confidence: number = 0.95, seed?: number): BootstrapInterval {
  const { rows, columns, n } = positiveMarginsOf("Cramer's V", table);
  const [r, c] = [rows.length, columns.length];
  const estimate = biasCorrectedV(pearson(table), n, r, c);
  if (estimate === null) return undefinedInterval("too few counts for a bias-corrected V", confidence);
  const random = Xoshiro128.seeded(seed);
  const replicates = new Float64Array(RESAMPLES);
  for (let i = 0; i < RESAMPLES; i++) {
    replicates[i] = rootInRange(squaredV(pearson(drawnFrom(table, n, random)), n, r, c, 2)!);
  }
  const interval = bootstrapInterval(estimate, replicates, null, confidence);
  return {
    ...interval,
    // What the sample says of itself belongs to its interval; it can fall outside when V is near 1.
    low: Math.min(interval.low!, estimate),
    high: Math.max(interval.high!, estimate),
    notice: "percentile interval because V has a limit at 0",
  };
}

/** V squared less `times` its bias, below 0 when the bias is larger. */
function squaredV(chiSquare: number, n: number, r: number, c: number, times: number): number | null {
  if (n < 2) return null;
  const rows = r - (r - 1) ** 2 / (n - 1);
  const columns = c - (c - 1) ** 2 / (n - 1);
  const smaller = Math.min(rows, columns) - 1;
  return smaller > 0 ? (chiSquare / n - (times * (r - 1) * (c - 1)) / (n - 1)) / smaller : null;
}

function rootInRange(square: number): number {
  return Math.min(1, Math.sqrt(Math.max(0, square)));
}

/** Pearson's chi-square; rows and columns that a resample left empty add nothing. */
function pearson(table: Table): number {
  const { rows, columns, n } = marginsOf("Cramer's V", table);
  let chiSquare = 0;
  for (const [i, row] of table.entries()) {
    for (const [j, count] of row.entries()) {
      const expected = (rows[i]! * columns[j]!) / n;
      if (expected > 0) chiSquare += (count - expected) ** 2 / expected;
    }
  }
  return chiSquare;
}

/** n counts drawn with the shares of the table: each cell is binomial given those before it. */
function drawnFrom(table: Table, n: number, random: Xoshiro128): number[][] {
  let draws = n;
  let weight = n;
  return table.map((row) =>
    row.map((count) => {
      const drawn = count === 0 ? 0 : randomBinomial(draws, count / weight, random);
      draws -= drawn;
      weight -= count;
      return drawn;
    })
  );
}
