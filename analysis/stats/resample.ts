import { randomBinomial } from "./binomial.ts";
import { madSorted } from "./quantile.ts";
import { Xoshiro128 } from "./random.ts";

/** How often each value of a sorted sample counts, as a cumulative sum. */
export interface Multiplicities {
  /** Sum over all values. */
  readonly total: number;
  /** Sum over the values before `index`, for 0 <= index <= number of values. */
  below(index: number): number;
}

/** The sample without one of its values: every other value counts once. */
export function leaveOneOut(size: number, without: number): Multiplicities {
  return { total: size - 1, below: (index) => index > without ? index - 1 : index };
}

/**
 * A bootstrap resample of n values (n draws with replacement) that draws only what is asked for. The number
 * of draws between two positions is binomial given the number around them, so a cumulative count is settled
 * when it is first asked for. The resample is exactly multinomial, in O(questions) instead of O(n).
 */
export class Resample implements Multiplicities {
  readonly total: number;
  readonly #random: Xoshiro128;
  /** Positions whose cumulative count is settled, ascending, and those counts. */
  readonly #positions: number[];
  readonly #counts: number[];

  constructor(size: number, random: Xoshiro128) {
    this.total = size;
    this.#random = random;
    this.#positions = [0, size];
    this.#counts = [0, size];
  }

  below(index: number): number {
    let before = 0;
    let after = this.#positions.length - 1;
    while (after - before > 1) {
      const middle = (before + after) >> 1;
      if (this.#positions[middle]! <= index) before = middle;
      else after = middle;
    }
    const from = this.#positions[before]!;
    const to = this.#positions[after]!;
    if (index === from) return this.#counts[before]!;
    if (index === to) return this.#counts[after]!;
    const draws = this.#counts[after]! - this.#counts[before]!;
    const count = this.#counts[before]! + randomBinomial(draws, (index - from) / (to - from), this.#random);
    this.#positions.splice(after, 0, index);
    this.#counts.splice(after, 0, count);
    return count;
  }
}

/** With up to this many values, drawing a whole resample is cheaper than asking a Resample. */
export const DRAWN_WHOLE_UP_TO = 400;

/**
 * Draws whole resamples of a small sample, each sorted ascending and overwritten by the next. Values are
 * drawn by position and counted, so nothing is sorted.
 */
export function wholeResamples(sorted: Float64Array, random: Xoshiro128): () => Float64Array {
  const size = sorted.length;
  const counts = new Uint16Array(size);
  const resample = new Float64Array(size);
  return () => {
    random.countIndexes(counts, size, size);
    let slot = 0;
    for (let i = 0; i < size; i++) {
      for (let times = counts[i]!; times > 0; times--) resample[slot++] = sorted[i]!;
    }
    return resample;
  };
}

/** The draws for samples of up to so many values are remembered. */
const REMEMBERED_UP_TO = 100;
/** Positions that are remembered at once, 2 bytes each. */
const REMEMBERED = 1 << 20;

const remembered = new Map<string, Uint16Array>();

/**
 * The positions that the resamples of a sample of this size draw, ascending in each resample. Questions have the same runs,
 * and samples of one size and seed the same draws, so that these are drawn once.
 */
function drawnPositions(size: number, resamples: number, seed: number): Uint16Array {
  const name = `${size} ${resamples} ${seed}`;
  const found = remembered.get(name);
  if (found !== undefined) return found;
  const random = Xoshiro128.seeded(seed);
  const counts = new Uint16Array(size);
  const positions = new Uint16Array(size * resamples);
  for (let slot = 0; slot < positions.length;) {
    random.countIndexes(counts, size, size);
    for (let i = 0; i < size; i++) {
      for (let times = counts[i]!; times > 0; times--) positions[slot++] = i;
    }
  }
  const kept = [...remembered.values()].reduce((sum, { length }) => sum + length, 0);
  if (kept + positions.length > REMEMBERED) remembered.clear();
  remembered.set(name, positions);
  return positions;
}

/** The MAD of each of so many whole resamples of a small sample, as wholeResamples draws them by this seed. */
export function resampledMads(sorted: Float64Array, resamples: number, seed: number): Float64Array {
  const mads = new Float64Array(resamples);
  if (sorted.length > REMEMBERED_UP_TO) {
    const draw = wholeResamples(sorted, Xoshiro128.seeded(seed));
    for (let i = 0; i < resamples; i++) mads[i] = madSorted(draw());
    return mads;
  }
  const positions = drawnPositions(sorted.length, resamples, seed);
  const resample = new Float64Array(sorted.length);
  let at = 0;
  for (let i = 0; i < resamples; i++) {
    for (let slot = 0; slot < resample.length; slot++) resample[slot] = sorted[positions[at++]!]!;
    mads[i] = madSorted(resample);
  }
  return mads;
}

/** Position of the value with 0-based rank `rank` among the values counted. O(log n) questions. */
function positionOfRank(size: number, counted: Multiplicities, rank: number): number {
  let low = 0;
  let high = size - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (counted.below(middle + 1) > rank) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Median absolute deviation from the median, unscaled, like madSorted of the values counted, at least one of
 * them. The deviations fall towards the median from both sides, so ranks among them are found by bisection of
 * each side, in O((log n)^2).
 */
export function madCounted(sorted: Float64Array, counted: Multiplicities): number {
  const size = sorted.length;
  const lowRank = (counted.total - 1) >> 1;
  const highRank = counted.total >> 1;
  const low = sorted[positionOfRank(size, counted, lowRank)]!;
  const high = highRank === lowRank ? low : sorted[positionOfRank(size, counted, highRank)]!;
  const signed = (index: number) => (sorted[index]! - low) / 2 + (sorted[index]! - high) / 2;
  const deviation = (index: number) => Math.abs(signed(index));
  const split = firstIndex(0, size, (index) => signed(index) > 0);
  /** Values counted that deviate by at most d. */
  const within = (d: number) => {
    const from = firstIndex(0, split, (index) => deviation(index) <= d);
    const to = firstIndex(split, size, (index) => signed(index) > d);
    return counted.below(to) - counted.below(from);
  };
  const ofRank = (rank: number) => {
    const left = firstIndex(0, split, (index) => within(deviation(index)) <= rank) - 1;
    const right = firstIndex(split, size, (index) => within(signed(index)) > rank);
    return Math.min(left < 0 ? Infinity : deviation(left), right === size ? Infinity : signed(right));
  };
  const lowDeviation = ofRank(lowRank);
  return highRank === lowRank ? lowDeviation : lowDeviation + (ofRank(highRank) - lowDeviation) / 2;
}

/** First index in [from, to) that satisfies a condition which, once true, stays true; `to` when none does. */
function firstIndex(from: number, to: number, holds: (index: number) => boolean): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
