import { type EqualAs, placements } from "./placements.ts";
import { ShiftTest } from "./shift_test.ts";
import { tSurvival } from "./special.ts";

/** A number lies between these two. */
export type Range = readonly [low: number, high: number];

/** Of fewer values left ShiftTest permutes, and that is not bounded here. */
const LEFT_AT_LEAST = 15;

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
    const { ofA, ofB } = placements(a, b, estimate);
    this.#atEstimate = [
      widened(rootOf(ofA, a.length), betweenOf(b, a, -high, -low)),
      widened(rootOf(ofB, b.length), betweenOf(a, b, low, high)),
    ];
  }

  /** Of ShiftTest.pAbove of a test that takes the variance so many times. */
  pAbove(value: number, inflation: number): Range {
    const { excess, deviations } = this.#standing(value, 0, inflation);
    return this.#survival(excess, deviations);
  }

  /** Of ShiftTest.pBelow of such a test. */
  pBelow(value: number, inflation: number): Range {
    const { excess: [low, high], deviations } = this.#standing(value, 1, inflation);
    return this.#survival([-high, -low], deviations);
  }

  /** Of ShiftTest.p. */
  p(): Range {
    const { excess: [low, high], deviations } = this.#standing(0, 0.5, 1);
    const nearest = low > 0 ? low : high < 0 ? -high : 0;
    const [least, most] = this.#survival([nearest, Math.max(high, -low)], deviations);
    return [2 * least, Math.min(1, 2 * most)];
  }

  /** The excess, and its standard deviation. */
  #standing(value: number, equalAs: EqualAs, inflation: number): { excess: Range; deviations: Range } {
    const { sortedA: { length: m }, sortedB: { length: n } } = this.#test;
    const { excess, ofA, ofB } = placements(this.#test.sortedA, this.#test.sortedB, value, equalAs);
    const reach = this.#lostPairs / (m * n - this.#lostPairs);
    const [atA, atB] = this.#atEstimate;
    const roots = [[rootOf(ofA, m), m, n], [atA, m, n], [rootOf(ofB, n), n, m], [atB, n, m]] as const;
    const variances = roots.map(([root, own, other]) => this.#varianceOf(root, own, other));
    const sum = (end: 0 | 1) => variances.reduce((sum, variance) => sum + inflation * variance[end], 0) / 2;
    return {
      excess: [excess - (0.5 - excess) * reach, excess + (0.5 + excess) * reach],
      deviations: [Math.sqrt(sum(0)), Math.sqrt(sum(1))],
    };
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
