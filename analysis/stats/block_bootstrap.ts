import { RESAMPLES } from "./bootstrap.ts";
import { hodgesLehmann } from "./hodges_lehmann.ts";
import { type Ordered, partsOf } from "./ordered.ts";
import { PairwiseDifferences } from "./pairwise_difference.ts";
import { Xoshiro128 } from "./random.ts";
import { countsBelowAndUpTo } from "./rank.ts";
import { correctedLag1, effectiveRuns, lag1Autocorrelation } from "./series.ts";
import type { ShiftInterval } from "./shift_test.ts";
import { normalQuantile, tQuantile } from "./special.ts";

/** Replaces exchangeability when neighbouring runs depend on each other. */
export interface SerialShift {
  /** Runs per block of A and of B. */
  readonly blockLengths: readonly [number, number];
  /** Standard deviation of U, larger than that of independent runs when neighbours are alike. */
  readonly sigmaOfU: number;
  /** Degrees of freedom of sigmaOfU: those of the Student's t that U divided by it follows. */
  readonly df: number;
  /**
   * @param confidence in (0, 1)
   * @param inflation how many times the variance of U is taken
   * @returns null below SERIAL_INTERVAL_NEEDS runs a side, and when neighbours are so alike that not even all
   *   differences together reach the confidence
   * @throws RangeError outside that domain
   */
  interval(confidence: number, inflation?: number): ShiftInterval | null;
}

/** Fewer runs a side do not show how much neighbours depend on each other: an interval would hold too little. */
const SERIAL_INTERVAL_NEEDS = 10;

/** A block is at most this share of its series. */
const LONGEST_SHARE = 0.25;

/**
 * With more blocks in either series their mean is normal, so its variance is computed instead of resampled.
 */
const RESAMPLED_UP_TO = 1000;

/**
 * The shift B - A of two series whose neighbouring runs depend on each other. Its interval goes from the c-th
 * smallest to the c-th largest of the m n differences, where c is from the moving-block bootstrap
 * (Kunsch 1989) of U. Up to a smaller term, U is the mean of B's placements among A minus that of A's among B
 * (once B is moved by the estimated shift), so means of blocks are resampled, in O(runs / block length) each.
 * Series of more than RESAMPLED_UP_TO blocks are not resampled: their U is normal with the bootstrap's variance.
 * The variance is an estimate, so the half width is stretched by t / z. Its degrees of freedom are two fewer than the
 * effective runs of the side that has fewer of them; docs/validation.md shows how often it then errs.
 *
 * Block length: (sqrt 6 r / (1 - r^2))^(2/3) n^(1/3) runs (Carlstein 1986), r the lag-1 autocorrelation of the
 * placements with Kendall's correction of its bias, (1 + 4 r) / n; at least 1, at most n / 4. The part that blocks of
 * that length miss of the variance of a first-order autoregression with r is added.
 *
 * A series of several parts has no block that reaches from one into the next, and each part is taken from its own mean:
 * the interval is about these parts, in these shares. r is the mean of theirs, weighted by their runs; no block is longer
 * than a quarter of the shortest.
 *
 * @param a the runs of A in their order, and `b` of B
 * @param differences of the sorted values, when the caller uses them more than once
 * @throws RangeError for fewer than 4 runs a side
 */
export function serialShift(
  a: Ordered,
  b: Ordered,
  seed?: number,
  differences: PairwiseDifferences = new PairwiseDifferences(a.sorted, b.sorted),
): SerialShift {
  const m = a.sorted.length;
  const n = b.sorted.length;
  if (m < 4 || n < 4) throw new RangeError(`serial interval: ${m} and ${n} runs, needs at least 4 a side`);
  const shift = hodgesLehmann(a.sorted, b.sorted, differences);
  const moved = { sorted: b.sorted.map((value) => value - shift), order: b.order };
  const meansA = new BlockMeans(inOrder(a, moved.sorted), partsOf(a));
  const meansB = new BlockMeans(inOrder(moved, a.sorted), partsOf(b));
  const { sigma, halfWidth, method } = Math.max(meansA.blocks, meansB.blocks) > RESAMPLED_UP_TO
    ? normalWidths(meansA, meansB)
    : resampledWidths(meansA, meansB, seed);
  const df = Math.min(meansA.df, meansB.df);
  return {
    df,
    blockLengths: [meansA.length, meansB.length],
    sigmaOfU: m * n * sigma,
    interval: (confidence, inflation = 1) => {
      if (!(confidence > 0 && confidence < 1)) {
        throw new RangeError(`serial interval: confidence is ${confidence}, must lie in (0, 1)`);
      }
      if (Math.min(m, n) < SERIAL_INTERVAL_NEEDS) return null;
      const tail = (1 - confidence) / 2;
      const stretched = Math.sqrt(inflation) * tQuantile(tail, df) / -normalQuantile(tail);
      const width = halfWidth(confidence) * stretched;
      if (width >= 0.5) return null;
      const rank = Math.min(
        Math.floor((m * n + 1) / 2),
        Math.max(1, Math.ceil(m * n * (0.5 - width) - 0.5)),
      );
      return {
        low: differences.ranked(rank),
        high: differences.ranked(m * n + 1 - rank),
        confidence,
        method: `order statistics, ${method}`,
      };
    },
  };
}

/** Spread of U / (m n) around its centre. */
interface Widths {
  readonly sigma: number;
  halfWidth(confidence: number): number;
  readonly method: string;
}

function resampledWidths(a: BlockMeans, b: BlockMeans, seed: number | undefined): Widths {
  const random = Xoshiro128.seeded(seed);
  const means = new Float64Array(RESAMPLES);
  // The random numbers of each side are the same whichever is A, so swapped sides have the mirrored interval.
  const [first, second] = a.isBefore(b) ? [a, b] : [b, a];
  for (let i = 0; i < RESAMPLES; i++) means[i] = first.resampled(random) - second.resampled(random);
  means.sort();
  let squares = 0;
  for (const mean of means) squares += mean * mean;
  return {
    sigma: Math.sqrt(squares / RESAMPLES),
    halfWidth: (confidence) => {
      const tail = Math.max(1, Math.round((RESAMPLES + 1) * (1 - confidence) / 2));
      return (means[RESAMPLES - tail]! - means[tail - 1]!) / 2;
    },
    method: `moving-block bootstrap of U with ${RESAMPLES} resamples`,
  };
}

function normalWidths(a: BlockMeans, b: BlockMeans): Widths {
  const sigma = Math.sqrt(a.variance() + b.variance());
  return {
    sigma,
    halfWidth: (confidence) => -normalQuantile((1 - confidence) / 2) * sigma,
    method: "normal approximation with the variance of moving blocks of U",
  };
}

/**
 * Variance of the mean of a series whose neighbours depend on each other, from blocks, with its degrees of freedom.
 *
 * @param parts of the series, none of which a block leaves
 */
export function blockVariance(
  series: Float64Array,
  parts: readonly (readonly [from: number, to: number])[],
): readonly [variance: number, df: number] {
  const means = new BlockMeans(series, parts);
  return [means.variance(), means.df];
}

/** Share of the sorted sample below each run, in the order of the runs; a tie counts half. */
function inOrder(series: Ordered, among: Float64Array): Float64Array {
  const shares = countsBelowAndUpTo(series, among);
  for (let i = 0; i < shares.length; i++) shares[i] = shares[i]! / 2 / among.length;
  return shares;
}

/** Parts of few runs would otherwise leave no variance. */
const LEAST_KEPT = 0.1;

function aroundOwnMeans(series: Float64Array, parts: readonly (readonly [number, number])[]): Float64Array {
  const around = series.slice();
  for (const [from, to] of parts) {
    let sum = 0;
    for (let i = from; i < to; i++) sum += series[i]!;
    for (let i = from; i < to; i++) around[i]! -= sum / (to - from);
  }
  return around;
}

/** The mean of the lag-1 autocorrelations of the parts, weighted by their runs. */
function lag1OfParts(series: Float64Array, parts: readonly (readonly [number, number])[]): number {
  let [sum, runs] = [0, 0];
  for (const [from, to] of parts) {
    const found = to - from < 4 ? null : lag1Autocorrelation(series.subarray(from, to));
    if (found === null) continue;
    sum += found.r * (to - from);
    runs += to - from;
  }
  return runs === 0 ? 0 : sum / runs;
}

/** Deviations of the mean of a series, resampled in blocks. */
class BlockMeans {
  /** Number in a block. */
  readonly length: number;
  /** Number in the series. */
  readonly blocks: number;
  /** Independent runs that would say as much. */
  readonly effective: number;
  readonly #sums: Float64Array;
  readonly #expected: number;
  readonly #widening: number;
  readonly #parts: readonly (readonly [from: number, to: number])[];
  /** How many blocks there are to draw from. */
  readonly #starts: number;

  constructor(series: Float64Array, parts: readonly (readonly [from: number, to: number])[]) {
    const n = series.length;
    if (parts.length > 1) series = aroundOwnMeans(series, parts);
    const r = correctedLag1(lag1OfParts(series, parts), n);
    this.effective = effectiveRuns(n, r);
    const wanted = ((Math.sqrt(6) * r) / (1 - r * r)) ** (2 / 3) * Math.cbrt(n);
    const shortest = Math.min(...parts.map(([from, to]) => to - from));
    this.length = Math.max(1, Math.min(Math.floor(shortest * LONGEST_SHARE), Math.ceil(wanted)));
    this.blocks = Math.ceil(n / this.length);
    this.#sums = new Float64Array(n + 1);
    for (let i = 0; i < n; i++) this.#sums[i + 1] = this.#sums[i]! + series[i]!;
    this.#parts = parts;
    this.#starts = n - parts.length * (this.length - 1);
    let expected = 0;
    this.#atEachStart((i) => expected += this.#sums[i + this.length]! - this.#sums[i]!);
    this.#expected = expected / this.#starts / this.length;
    let inBlocks = 1;
    for (let lag = 1; lag < this.length; lag++) inBlocks += 2 * (1 - lag / this.length) * r ** lag;
    // The blocks' mean replaces the unknown one, which loses length / n of the variance; so does that of each part.
    const kept = Math.max(LEAST_KEPT, 1 - parts.length * this.length / n);
    this.#widening = Math.sqrt((1 + r) / (1 - r) / inBlocks / kept);
  }

  /** Degrees of freedom of the variance: two fewer than the effective runs. */
  get df(): number {
    return Math.max(1, this.effective - 2);
  }

  #atEachStart(visit: (start: number) => void): void {
    for (const [from, to] of this.#parts) for (let i = from; i <= to - this.length; i++) visit(i);
  }

  /** @param index below the number of starts */
  #start(index: number): number {
    for (const [from, to] of this.#parts) {
      const here = to - from - this.length + 1;
      if (index < here) return from + index;
      index -= here;
    }
    throw new RangeError("a block begins behind the last part");
  }

  /** Variance of the mean of a resampled series, widened: that of one block's mean over the number of blocks. */
  variance(): number {
    const n = this.#sums.length - 1;
    let squares = 0;
    this.#atEachStart((i) => {
      squares += ((this.#sums[i + this.length]! - this.#sums[i]!) / this.length - this.#expected) ** 2;
    });
    return (this.#widening ** 2 * squares) / this.#starts / (n / this.length);
  }

  /** An order of two series that does not depend on which of them comes first. */
  isBefore(other: BlockMeans): boolean {
    const [own, others] = [this.#sums, other.#sums];
    if (own.length !== others.length) return own.length < others.length;
    const at = own.findIndex((sum, i) => sum !== others[i]);
    return at >= 0 && own[at]! < others[at]!;
  }

  /** Mean of a resampled series minus its expectation, widened. */
  resampled(random: Xoshiro128): number {
    const n = this.#sums.length - 1;
    let sum = 0;
    for (let left = n; left > 0; left -= this.length) {
      const length = Math.min(left, this.length);
      const start = this.#start(Math.floor(random.uniform() * this.#starts));
      sum += this.#sums[start + length]! - this.#sums[start]!;
    }
    return this.#widening * (sum / n - this.#expected);
  }
}
