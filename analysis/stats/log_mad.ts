/**
 * Logarithms of MADs and what can be made of them: a ratio of two spreads, a ratio of two such ratios. Each sample is
 * resampled once, whatever it is then compared with: samples are independent, and so are their resamples.
 */

import { type BootstrapInterval, percentileInterval, percentileTail } from "./bootstrap.ts";
import { madSorted } from "./quantile.ts";
import { drawToFront, Xoshiro128 } from "./random.ts";
import { countBelow, countUpTo, endOfRun } from "./rank.ts";
import { DRAWN_WHOLE_UP_TO, resampledMads } from "./resample.ts";
import { normalQuantile, tQuantile } from "./special.ts";

/** Resamples of each sample. */
const LOG_MAD_RESAMPLES = 999;

/** Random batches that a larger sample is dealt into, instead of being resampled. */
const BATCHES = 40;

/** The logarithm of a sample's MAD, and how far it is from the truth. */
export interface LogMad {
  /** -Infinity when the MAD is 0. */
  readonly estimate: number;
  /** What other samples of the same population would give, in no order. */
  readonly replicates: Float64Array;
  /** They are those of random batches. */
  readonly isBatched: boolean;
}

/**
 * Up to DRAWN_WHOLE_UP_TO values are resampled. Of more the logarithm is taken to be the t-distributed estimate of
 * random batches, which costs one pass: its variance is that of the batches' logarithms over their number.
 *
 * @param sorted ascending, at least one value
 * @param seed another one for each sample that is compared with it
 * @throws RangeError when the sample is empty
 */
export function logMad(sorted: Float64Array, seed: number): LogMad {
  const estimate = Math.log(madSorted(sorted));
  if (sorted.length > DRAWN_WHOLE_UP_TO) {
    const random = Xoshiro128.seeded(seed);
    const error = batchedError(sorted, random);
    const replicates = Float64Array.from(quantilesOfBatches(), (t) => estimate + error * t);
    drawToFront(replicates, replicates.length, random);
    return { estimate, replicates, isBatched: true };
  }
  const replicates = resampledMads(sorted, LOG_MAD_RESAMPLES, seed);
  for (let i = 0; i < replicates.length; i++) replicates[i] = Math.log(replicates[i]!);
  return { estimate, replicates, isBatched: false };
}

/** A sum of logarithms, each with its factor. */
export type Contrast = readonly (readonly [factor: 1 | -1, of: LogMad])[];

/** A contrast of independent samples. */
export interface Contrasted {
  readonly estimate: number;
  readonly replicates: Float64Array;
  readonly method: string;
}

/** @returns null when a MAD is 0: there is no ratio then */
export function contrasted(contrast: Contrast): Contrasted | null {
  if (contrast.some(([, { estimate }]) => !Number.isFinite(estimate))) return null;
  const replicates = new Float64Array(LOG_MAD_RESAMPLES);
  let estimate = 0;
  for (const [factor, of] of contrast) {
    estimate += factor * of.estimate;
    for (let i = 0; i < replicates.length; i++) replicates[i]! += factor * of.replicates[i]!;
  }
  const batched = contrast.filter(([, { isBatched }]) => isBatched).length;
  const ofBatches = `t of ${BATCHES} random batches`;
  const resampled = `bootstrap, percentile, ${LOG_MAD_RESAMPLES} resamples`;
  const method = batched === 0
    ? resampled
    : batched === contrast.length
    ? ofBatches
    : `${resampled}; of more than ${DRAWN_WHOLE_UP_TO} runs ${ofBatches}`;
  return { estimate, replicates, method };
}

/** The interval of the ratio, which is the exponential of the contrast. */
export function ratioInterval(
  { estimate, replicates, method }: Contrasted,
  confidence: number,
): BootstrapInterval {
  const found = percentileInterval(estimate, replicates, confidence);
  const ratio = (logarithm: number | null) => logarithm === null ? null : Math.exp(logarithm);
  return { ...found, method, estimate: Math.exp(estimate), low: ratio(found.low), high: ratio(found.high) };
}

/**
 * One-sided p of "the ratio is at most `limit`" (`above`) or at least that (`below`): the error rate at which the
 * interval's end reaches the limit.
 *
 * @param limit > 0
 */
export function ratioTail(
  { replicates }: Contrasted,
  limit: number,
  side: "above" | "below",
): ReturnType<typeof percentileTail> {
  return percentileTail(replicates, Math.log(limit), side);
}

/** Half the width of the middle 68 % of the replicates: a standard error that wild ones do not make wilder. */
export function standardError({ replicates }: LogMad): number {
  const sorted = replicates.toSorted();
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  const width = at(UPPER) - at(1 - UPPER);
  return width / (2 * normalQuantile(UPPER));
}

const UPPER = 0.84;

function batchedError(sorted: Float64Array, random: Xoshiro128): number {
  const batchOf = new Uint8Array(sorted.length);
  const sizes = new Uint32Array(BATCHES);
  for (let i = 0; i < sorted.length; i++) sizes[batchOf[i] = random.index(BATCHES)]!++;
  const batches = Array.from(sizes, (size) => new Float64Array(size));
  sizes.fill(0);
  for (let i = 0; i < sorted.length; i++) batches[batchOf[i]!]![sizes[batchOf[i]!]!++] = sorted[i]!;
  const logarithms = batches.filter((batch) => batch.length > 0).map((batch) => Math.log(madSorted(batch)));
  const mean = logarithms.reduce((sum, value) => sum + value, 0) / logarithms.length;
  const squares = logarithms.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return Math.sqrt(squares / (logarithms.length - 1) / logarithms.length);
}

let quantiles: Float64Array | null = null;

/** Of Student's t with BATCHES - 1 degrees of freedom, one for each resample, ascending. */
function quantilesOfBatches(): Float64Array {
  if (quantiles !== null) return quantiles;
  quantiles = new Float64Array(LOG_MAD_RESAMPLES);
  for (let low = 0, high = quantiles.length - 1; low < high; low++, high--) {
    quantiles[high] = tQuantile((low + 1) / (quantiles.length + 1), BATCHES - 1);
    quantiles[low] = -quantiles[high]!;
  }
  return quantiles;
}

/**
 * The values of a sample that came in ticks, spread evenly over the ticks: without that the MAD of a few ticks jumps from
 * one to the next, and no interval of it means anything. The tick is the smallest difference of two values; where no
 * values are equal nothing changes.
 *
 * @param sorted ascending
 * @returns ascending too
 */
export function withoutTicks(sorted: Float64Array): Float64Array {
  const tick = tickOf(sorted);
  if (!Number.isFinite(tick)) return sorted;
  const spread = sorted.slice();
  for (let from = 0; from < sorted.length; from++) {
    if (sorted[from + 1] !== sorted[from]) continue;
    const to = endOfRun(sorted, from, sorted[from]!);
    for (let i = from; i < to; i++) spread[i] = sorted[i]! + tick * ((i - from + 0.5) / (to - from) - 0.5);
    from = to - 1;
  }
  return spread;
}

/**
 * Some of these values, evenly by rank; all of a sample that has no more.
 *
 * @param most of them
 */
export function someWithoutTicks(sorted: Float64Array, most: number): Float64Array {
  if (sorted.length <= most) return withoutTicks(sorted);
  const tick = tickOf(sorted);
  return Float64Array.from({ length: most }, (_, i) => {
    const rank = evenRank(i, most, sorted.length);
    const value = sorted[rank]!;
    const from = countBelow(sorted, value);
    return value +
      (Number.isFinite(tick) ? tick * ((rank - from + 0.5) / (countUpTo(sorted, value) - from) - 0.5) : 0);
  });
}

/** Rank of the i-th of `most` values taken evenly from `size`. */
export function evenRank(i: number, most: number, size: number): number {
  return Math.floor(((i + 0.5) * size) / most);
}

function tickOf(sorted: Float64Array): number {
  let tick = Infinity;
  for (let i = 1; i < sorted.length; i++) {
    const step = sorted[i]! - sorted[i - 1]!;
    if (step > 0 && step < tick) tick = step;
  }
  return tick;
}
