import { RESAMPLES } from "./bootstrap.ts";
import { hodgesLehmann, type ShiftInterval } from "./hodges_lehmann.ts";
import { pairwiseDifference } from "./pairwise_difference.ts";
import { Xoshiro128 } from "./random.ts";
import { lag1Autocorrelation } from "./series.ts";

/** Interval of the shift of two series, with what stands in for exchangeability. */
export interface SerialShiftInterval extends ShiftInterval {
  /** Runs per block of A and of B. */
  readonly blockLengths: readonly [number, number];
}

/** A block is at most this share of its series. */
const LONGEST_SHARE = 0.25;

/**
 * Confidence interval of the shift B - A of two series whose neighbouring runs depend on each other: from the c-th
 * smallest to the c-th largest of the m n differences as shiftInterval, but c from the moving-block bootstrap
 * (Kunsch 1989) of U. U is, but for a smaller term, the mean of B's placements among A less that of A's among B
 * (once B is moved by the estimated shift), so means of blocks are resampled, in O(runs / block length) each.
 *
 * Block length: (sqrt 6 r / (1 - r^2))^(2/3) n^(1/3) runs (Carlstein 1986), r the lag-1 autocorrelation of the
 * placements with Kendall's correction of its bias, (1 + 4 r) / n; at least 1, at most n / 4. What blocks of
 * that length miss of the variance of a first-order autoregression with r is added.
 *
 * @param runsA in the order of the runs; as runsB
 * @throws RangeError for fewer than 4 runs a side or a confidence outside (0, 1)
 */
export function serialShiftInterval(
  runsA: Float64Array,
  runsB: Float64Array,
  confidence: number = 0.95,
  seed?: number,
): SerialShiftInterval {
  const m = runsA.length;
  const n = runsB.length;
  if (m < 4 || n < 4) throw new RangeError(`serial interval: ${m} and ${n} runs, needs at least 4 a side`);
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`serial interval: confidence is ${confidence}, must lie in (0, 1)`);
  }
  const sortedA = runsA.toSorted();
  const sortedB = runsB.toSorted();
  const shift = hodgesLehmann(sortedA, sortedB);
  const random = Xoshiro128.seeded(seed);
  const a = new BlockMeans(placements(runsA, sortedB.map((value) => value - shift)));
  const b = new BlockMeans(placements(runsB.map((value) => value - shift), sortedA));
  const means = new Float64Array(RESAMPLES);
  for (let i = 0; i < RESAMPLES; i++) means[i] = b.resampled(random) - a.resampled(random);
  means.sort();
  const tail = Math.round((RESAMPLES + 1) * (1 - confidence) / 2);
  const width = (means[RESAMPLES - Math.max(1, tail)]! - means[Math.max(1, tail) - 1]!) / 2;
  const rank = Math.min(Math.floor((m * n + 1) / 2), Math.max(1, Math.ceil(m * n * (0.5 - width) - 0.5)));
  return {
    low: pairwiseDifference(sortedA, sortedB, rank),
    high: pairwiseDifference(sortedA, sortedB, m * n + 1 - rank),
    confidence,
    achieved: confidence,
    method: `order statistics, moving-block bootstrap of U with ${RESAMPLES} resamples`,
    blockLengths: [a.length, b.length],
  };
}

/** Share of the sorted sample below each value, a tie counting half. */
function placements(values: Float64Array, sorted: Float64Array): Float64Array {
  return values.map((value) =>
    (rankOf(sorted, value, false) + rankOf(sorted, value, true)) / 2 / sorted.length
  );
}

/** Number of sorted values below `value`, or at most it. */
function rankOf(sorted: Float64Array, value: number, withEqual: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value || (withEqual && sorted[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Deviations of the mean of a series, resampled in blocks. */
class BlockMeans {
  /** Of a block. */
  readonly length: number;
  readonly #sums: Float64Array;
  readonly #expected: number;
  readonly #widening: number;

  constructor(series: Float64Array) {
    const n = series.length;
    const found = lag1Autocorrelation(series)?.r ?? 0;
    const r = Math.min(0.97, Math.max(0, found + (1 + 4 * found) / n));
    const wanted = ((Math.sqrt(6) * r) / (1 - r * r)) ** (2 / 3) * Math.cbrt(n);
    this.length = Math.max(1, Math.min(Math.floor(n * LONGEST_SHARE), Math.ceil(wanted)));
    this.#sums = new Float64Array(n + 1);
    for (let i = 0; i < n; i++) this.#sums[i + 1] = this.#sums[i]! + series[i]!;
    let expected = 0;
    for (let i = 0; i <= n - this.length; i++) expected += this.#sums[i + this.length]! - this.#sums[i]!;
    this.#expected = expected / (n - this.length + 1) / this.length;
    let inBlocks = 1;
    for (let lag = 1; lag < this.length; lag++) inBlocks += 2 * (1 - lag / this.length) * r ** lag;
    // The blocks' mean takes the place of the unknown one: length / n of the variance is lost.
    this.#widening = Math.sqrt((1 + r) / (1 - r) / inBlocks / (1 - this.length / n));
  }

  /** Mean of a resampled series less its expectation, widened. */
  resampled(random: Xoshiro128): number {
    const n = this.#sums.length - 1;
    let sum = 0;
    for (let left = n; left > 0; left -= this.length) {
      const length = Math.min(left, this.length);
      const start = Math.floor(random.uniform() * (n - this.length + 1));
      sum += this.#sums[start + length]! - this.#sums[start]!;
    }
    return this.#widening * (sum / n - this.#expected);
  }
}
