import { randomBinomial } from "./binomial.ts";
import { type BootstrapInterval, bootstrapInterval, RESAMPLES, undefinedInterval } from "./bootstrap.ts";
import { Xoshiro128 } from "./random.ts";
import { positiveMarginsOf, type Table } from "./table_margins.ts";

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
  const counts = Float64Array.from(table.flat());
  const pearson = pearsonOf(r, c);
  const estimate = biasCorrectedV(pearson(counts), n, r, c);
  if (estimate === null) return undefinedInterval("too few counts for a bias-corrected V", confidence);
  const random = Xoshiro128.seeded(seed);
  const replicates = new Float64Array(RESAMPLES);
  const drawn = new Float64Array(counts.length);
  for (let i = 0; i < RESAMPLES; i++) {
    drawFrom(counts, n, random, drawn);
    replicates[i] = rootInRange(squaredV(pearson(drawn), n, r, c, 2)!);
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

/** Pearson's chi-square of r x c counts row by row; rows and columns that a resample left empty add nothing. */
function pearsonOf(r: number, c: number): (counts: Float64Array) => number {
  const rows = new Float64Array(r);
  const columns = new Float64Array(c);
  return (counts) => {
    rows.fill(0);
    columns.fill(0);
    let n = 0;
    for (let i = 0, cell = 0; i < r; i++) {
      for (let j = 0; j < c; j++, cell++) {
        rows[i]! += counts[cell]!;
        columns[j]! += counts[cell]!;
        n += counts[cell]!;
      }
    }
    let chiSquare = 0;
    for (let i = 0, cell = 0; i < r; i++) {
      for (let j = 0; j < c; j++, cell++) {
        const expected = (rows[i]! * columns[j]!) / n;
        const excess = counts[cell]! - expected;
        if (expected > 0) chiSquare += (excess * excess) / expected;
      }
    }
    return chiSquare;
  };
}

/** n counts drawn with the shares of others: each cell is binomial given those before it. */
function drawFrom(counts: Float64Array, n: number, random: Xoshiro128, drawn: Float64Array): void {
  let draws = n;
  let weight = n;
  for (let cell = 0; cell < counts.length; cell++) {
    const count = counts[cell]!;
    drawn[cell] = count === 0 ? 0 : randomBinomial(draws, count / weight, random);
    draws -= drawn[cell]!;
    weight -= count;
  }
}
