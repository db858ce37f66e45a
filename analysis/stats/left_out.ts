import type { EqualAs } from "./placements.ts";
import { ShiftTest } from "./shift_test.ts";
import { tSurvival } from "./special.ts";

/** A number lies between these two. */
export type Range = readonly [low: number, high: number];

/** Of fewer values left ShiftTest permutes, and that is not bounded here. */
const LEFT_AT_LEAST = 15;

/** The values that are left, by their places in the samples: from one on, up to another one. */
export interface Kept {
  readonly a: Range;
  readonly b: Range;
}

/** A sum of squares of a sample's placements about their mean, as a root, where it may lie. */
type Root = Range;

/**
 * Where the p-values of a ShiftTest lie when any values are left out, up to a number of them, of either sample: bounds,
 * not estimates. They are narrow where few of many are left out, and cost some passes instead of a test for each choice.
 *
 * - Leaving out D of all pairs moves a share P of them by at most (1 - P) D / (pairs - D) down and P D / (pairs - D) up.
 * - Roots of sums of squares obey the triangle inequality: what moves each placement by at most w_i moves the root by at
 *   most the root of the sum of w_i^2.
 * - The estimated shift stays between two differences, D / 2 ranks below and above the middle.
 */
export class LeftOut {
  readonly #test: ShiftTest;
  readonly #most: number;
  readonly #lostPairs: number;
  readonly #atEstimate: readonly [ofA: Root, ofB: Root];
  readonly #standings = new Map<string, { readonly excess: number; readonly deviations: Range }>();

  /** @returns null where too few values are left to have bounds */
  static of(test: ShiftTest, most: number): LeftOut | null {
    return Math.min(test.sortedA.length, test.sortedB.length) - most < LEFT_AT_LEAST
      ? null
      : new LeftOut(test, most);
  }

  private constructor(test: ShiftTest, most: number) {
    const { sortedA: a, sortedB: b, differences, estimate } = test;
    const pairs = a.length * b.length;
    this.#test = test;
    this.#most = most;
    this.#lostPairs = most * Math.max(a.length, b.length);
    const low = differences.ranked(Math.max(1, Math.floor((pairs - this.#lostPairs + 1) / 2)));
    const high = differences.ranked(Math.min(pairs, Math.floor((pairs + this.#lostPairs) / 2) + 1));
    const { ofA, ofB } = test.placements(estimate);
    this.#atEstimate = [
      widened(rootOf(ofA, a.length), betweenOf(b, a, -high, -low)),
      widened(rootOf(ofB, b.length), betweenOf(a, b, low, high)),
    ];
  }

  /**
   * Of ShiftTest.pAbove of a test that takes the variance so many times.
   *
   * @param kept null: whichever are left out
   */
  pAbove(value: number, inflation: number, kept: Kept | null = null): Range {
    return this.#survival(
      this.#excess(value, 0, inflation, kept),
      this.#standing(value, 0, inflation).deviations,
    );
  }

  /** Of ShiftTest.pBelow of such a test. */
  pBelow(value: number, inflation: number, kept: Kept | null = null): Range {
    const [low, high] = this.#excess(value, 1, inflation, kept);
    return this.#survival([-high, -low], this.#standing(value, 1, inflation).deviations);
  }

  /** Of ShiftTest.p. */
  p(kept: Kept | null = null): Range {
    const [low, high] = this.#excess(0, 0.5, 1, kept);
    const { deviations } = this.#standing(0, 0.5, 1);
    const nearest = low > 0 ? low : high < 0 ? -high : 0;
    const [least, most] = this.#survival([nearest, Math.max(high, -low)], deviations);
    return [2 * least, Math.min(1, 2 * most)];
  }

  /** Where the excess lies; of values that are named it is counted. */
  #excess(value: number, equalAs: EqualAs, inflation: number, kept: Kept | null): Range {
    const { excess } = this.#standing(value, equalAs, inflation);
    if (kept !== null) {
      const { sortedA, sortedB } = this.#test;
      const left = excessOfKept(sortedA, sortedB, value, equalAs, excess, kept);
      return [left, left];
    }
    const reach = this.#lostPairs / (this.#test.sortedA.length * this.#test.sortedB.length - this.#lostPairs);
    return [excess - (0.5 - excess) * reach, excess + (0.5 + excess) * reach];
  }

  /** The excess of all values, and its standard deviation whichever are left out. */
  #standing(
    value: number,
    equalAs: EqualAs,
    inflation: number,
  ): { readonly excess: number; readonly deviations: Range } {
    const name = `${value} ${equalAs} ${inflation}`;
    const known = this.#standings.get(name);
    if (known !== undefined) return known;
    const { sortedA: { length: m }, sortedB: { length: n } } = this.#test;
    const { excess, ofA, ofB } = this.#test.placements(value, equalAs);
    const [atA, atB] = this.#atEstimate;
    const roots = [[rootOf(ofA, m), m, n], [atA, m, n], [rootOf(ofB, n), n, m], [atB, n, m]] as const;
    const variances = roots.map(([root, own, other]) => this.#varianceOf(root, own, other));
    const sum = (end: 0 | 1) => variances.reduce((sum, variance) => sum + inflation * variance[end], 0) / 2;
    const found = { excess, deviations: [Math.sqrt(sum(0)), Math.sqrt(sum(1))] as const };
    this.#standings.set(name, found);
    return found;
  }

  /** Variance of the mean of one sample's placements among the other's values. */
  #varianceOf([low, high]: Root, own: number, other: number): Range {
    const left = own - this.#most;
    const moved = Math.sqrt(own) * this.#most / (other - this.#most);
    // A placement lies in [0, 1]: so far from the mean are those that are left out.
    const least = Math.sqrt(Math.max(0, low * low - this.#most * own / left)) - moved;
    return [Math.max(0, least) ** 2 / own / (own - 1), (high + moved) ** 2 / left / (left - 1)];
  }

  #survival([low, high]: Range, [least, most]: Range): Range {
    const { sortedA: { length: m }, sortedB: { length: n } } = this.#test;
    if (least === 0) return [0, 1];
    const fewest = Math.min(m, n) - this.#most - 1;
    const all = m + n - 2;
    const tail = (excess: number, deviation: number, df: number) => tSurvival(excess / deviation, df);
    return [
      high > 0 ? tail(high, least, all) : tail(high, most, fewest),
      low > 0 ? tail(low, most, fewest) : tail(low, least, all),
    ];
  }
}

/** @param variance of the mean of the placements */
function rootOf(variance: number, size: number): Root {
  const root = Math.sqrt(variance * size * (size - 1));
  return [root, root];
}

function widened([low, high]: Root, by: number): Root {
  return [Math.max(0, low - by), high + by];
}

/** Root of the sum of squares of the shares of the differences b - a between two limits, one for each b. */
function betweenOf(a: Float64Array, b: Float64Array, low: number, high: number): number {
  let [above, upTo, squares] = [0, 0, 0];
  for (let j = 0; j < b.length; j++) {
    while (above < a.length && b[j]! - a[above]! > high) above++;
    if (upTo < above) upTo = above;
    while (upTo < a.length && b[j]! - a[upTo]! >= low) upTo++;
    squares += ((upTo - above) / a.length) ** 2;
  }
  return Math.sqrt(squares);
}

/**
 * The excess of the values that are kept: that of all less the counts of the few that are not, each by bisection.
 *
 * @param excess of all
 */
function excessOfKept(
  a: Float64Array,
  b: Float64Array,
  shift: number,
  equalAs: EqualAs,
  excess: number,
  { a: [fromA, toA], b: [fromB, toB] }: Kept,
): number {
  // Twice the differences beyond the shift, those equal to it by what they count as, less all: an integer.
  let sum = Math.round(2 * excess * a.length * b.length);
  for (const withEqual of [equalAs !== 0, equalAs === 1]) {
    const isBeyond = (i: number, j: number) => withEqual ? b[j]! - a[i]! >= shift : b[j]! - a[i]! > shift;
    for (const i of outside(fromA, toA, a.length)) {
      sum -= b.length / 2 - firstOf(0, b.length, (j) => isBeyond(i, j));
    }
    for (const j of outside(fromB, toB, b.length)) {
      sum -= firstOf(fromA, toA, (i) => !isBeyond(i, j)) - (fromA + toA) / 2;
    }
  }
  return sum / (2 * (toA - fromA) * (toB - fromB));
}

function outside(from: number, to: number, size: number): number[] {
  const places: number[] = [];
  for (let i = 0; i < from; i++) places.push(i);
  for (let i = to; i < size; i++) places.push(i);
  return places;
}

/** The first place from one on, up to another one, from which on something holds. */
function firstOf(from: number, to: number, holds: (place: number) => boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
