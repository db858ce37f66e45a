import { blockVariance } from "./block_bootstrap.ts";
import { hodgesLehmann } from "./hodges_lehmann.ts";
import { type Ordered, partsOf } from "./ordered.ts";
import { PairwiseDifferences } from "./pairwise_difference.ts";
import { type EqualAs, satterthwaite } from "./placements.ts";
import { centredRanks } from "./rank.ts";
import type { ShiftInterval } from "./shift_test.ts";
import { tSurvival } from "./special.ts";

/** A sample, and whether its parts are units in which its values are nested. */
export interface MaybeNested extends Ordered {
  readonly nested?: boolean;
}

/**
 * With fewer units it is not known how much they differ: of three, intervals err by up to 7 % where 5 % is asked for, of
 * four too where units are skewed and far apart (docs/validation.md).
 */
export const UNITS_NEEDED = 5;

/** Of so few differences each is looked at: from one to the next p may also rise. */
const EACH_UP_TO = 4096;

/** An estimated variance with its degrees of freedom. */
type Estimate = readonly [variance: number, df: number];

/** The excess of differences beyond a shift, and how well it is known: the parts of A and of B. */
interface Standing {
  readonly excess: number;
  readonly ofA: Estimate;
  readonly ofB: Estimate;
}

/**
 * Whether the shift B - A is above or below a value where the values of a sample are nested in units, so that the answer
 * is about units like these: Brunner and Munzel's test with dependent replicates (Roy, Harrar and Konietschke 2019). The
 * placements of the nested sample among the other are averaged unit by unit, each with the weight of its values, and
 * their variance is that between the units, with one fewer than the units as its degrees of freedom. The other sample
 * contributes the variance of its own placements, by blocks where its order matters; the two make Student's t by
 * Satterthwaite's rule. Nothing is assumed of the shape of units or values, nor of how values of one unit depend on each
 * other.
 *
 * Of each part the larger of two variances counts: at the value in question, and at the estimated shift. The first alone
 * vanishes as the samples part; the second alone goes with the estimate where values are skewed, and errs by up to 9 % to
 * one side.
 */
export class NestedShift {
  /** Blocks are of a SerialShift. */
  readonly blockLengths = null;
  readonly #a: MaybeNested;
  readonly #b: MaybeNested;
  readonly #isSerial: boolean;
  readonly #differences: PairwiseDifferences;
  readonly #atEstimate: Standing;
  /** Of the nested sample with the fewest. */
  readonly #units: number;

  /**
   * @param isSerial whether the order of values matters in a sample that is not nested
   * @param differences of the sorted values, when the caller uses them more than once
   * @throws RangeError when no sample is nested, or one has fewer than 2 units or values
   */
  constructor(
    a: MaybeNested,
    b: MaybeNested,
    isSerial: boolean,
    differences: PairwiseDifferences = new PairwiseDifferences(a.sorted, b.sorted),
  ) {
    if (!a.nested && !b.nested) throw new RangeError("nested shift: neither sample is of several units");
    this.#a = a;
    this.#b = b;
    this.#isSerial = isSerial;
    this.#differences = differences;
    this.#units = Math.min(...[a, b].flatMap((one) => one.nested ? [partsOf(one).length] : []));
    this.#atEstimate = this.#standing(hodgesLehmann(a.sorted, b.sorted, differences), 0.5);
  }

  /** Two-sided p of "there is no shift". */
  get p(): number {
    const standing = this.#standing(0, 0.5);
    return Math.min(1, 2 * Math.min(this.#p(standing, 1, 1), this.#p(standing, -1, 1)));
  }

  /**
   * p of "the shift is not above this value": small where it is.
   *
   * @param inflation how many times the variance is taken
   */
  pAbove(value: number, inflation = 1): number {
    return this.#p(this.#standing(value, 0), 1, inflation);
  }

  /** As pAbove, the other way. */
  pBelow(value: number, inflation = 1): number {
    return this.#p(this.#standing(value, 1), -1, inflation);
  }

  /**
   * All shifts that the test does not reject, closed at its ends, which are differences.
   *
   * @param confidence in (0, 1)
   * @param inflation how many times the variance is taken
   * @returns null when the units lie so far apart that not even a shift beyond all differences is rejected
   * @throws RangeError for another confidence
   */
  interval(confidence: number, inflation = 1): ShiftInterval | null {
    if (!(confidence > 0 && confidence < 1)) {
      throw new RangeError(`nested interval: confidence is ${confidence}, must lie in (0, 1)`);
    }
    const tail = (1 - confidence) / 2;
    if (this.#p({ ...this.#atEstimate, excess: 0.5 }, 1, inflation) >= tail) return null;
    return {
      low: this.#end(1, tail, inflation),
      high: this.#end(-1, tail, inflation),
      confidence,
      method: "inversion of Brunner-Munzel, Student's t with the variance between boots",
    };
  }

  /** The lower end (direction 1) or the upper one: the outermost difference that is not rejected. */
  #end(direction: 1 | -1, tail: number, inflation: number): number {
    const pairs = this.#a.sorted.length * this.#b.sorted.length;
    const ranked = (rank: number) => this.#differences.ranked(direction === 1 ? rank : pairs + 1 - rank);
    const isRejected = (rank: number) => {
      const standing = this.#standing(ranked(rank), direction === 1 ? 0 : 1);
      return this.#p(standing, direction, inflation) < tail;
    };
    const middle = Math.floor((pairs + 1) / 2);
    if (pairs <= EACH_UP_TO) {
      let rank = 1;
      while (rank < middle && isRejected(rank)) rank++;
      return ranked(rank);
    }
    let [rejected, accepted] = [0, middle];
    while (accepted - rejected > 1) {
      const rank = Math.floor((rejected + accepted) / 2);
      if (isRejected(rank)) rejected = rank;
      else accepted = rank;
    }
    return ranked(accepted);
  }

  #standing(shift: number, equalAs: EqualAs): Standing {
    const [ofA, ofB] = beyond(this.#a, this.#b, shift, equalAs);
    return {
      excess: meanIn(ofB, 0, ofB.length) - 0.5,
      ofA: this.#varianceOf(this.#a, ofA),
      ofB: this.#varianceOf(this.#b, ofB),
    };
  }

  #varianceOf(sample: MaybeNested, placements: Float64Array): Estimate {
    const n = placements.length;
    const units = partsOf(sample);
    if (!sample.nested) {
      if (n < 2) throw new RangeError("nested shift: a sample of a single value");
      return this.#isSerial
        ? blockVariance(placements, units)
        : [squaresAround(placements) / (n - 1) / n, n - 1];
    }
    const k = units.length;
    if (k < 2) throw new RangeError("nested shift: a sample of a single unit");
    const mean = meanIn(placements, 0, n);
    let squares = 0;
    for (const [from, to] of units) {
      squares += (((to - from) / n) * (meanIn(placements, from, to) - mean)) ** 2;
    }
    return [(squares * k) / (k - 1), k - 1];
  }

  /** p of an excess that is large in one direction. */
  #p({ excess: found, ofA, ofB }: Standing, direction: 1 | -1, inflation: number): number {
    const excess = Math.abs(found);
    if (excess === 0) return 0.5;
    const { variance, df } = satterthwaite([
      larger(ofA, this.#atEstimate.ofA),
      larger(ofB, this.#atEstimate.ofB),
    ]);
    // All values of a side are one: how often would chance put every unit on one side?
    const p = variance === 0 ? 2 ** -this.#units : tSurvival(excess / Math.sqrt(inflation * variance), df);
    return direction * found > 0 ? p : 1 - p;
  }
}

function larger(one: Estimate, other: Estimate): Estimate {
  return one[0] >= other[0] ? one : other;
}

/**
 * Of each value of A the share of B's, and of each value of B the share of A's, with a difference b - a above a shift; in
 * the order of their series.
 *
 * @param equalAs how a difference counts that is the shift itself
 */
function beyond(
  { sorted: a, order: orderA }: Ordered,
  { sorted: b, order: orderB }: Ordered,
  shift: number,
  equalAs: EqualAs,
): readonly [ofA: Float64Array, ofB: Float64Array] {
  const [m, n] = [a.length, b.length];
  const [ofA, ofB] = [new Float64Array(m), new Float64Array(n)];
  for (let k = 0, above = 0, from = 0; k < m; k++) {
    while (above < n && b[above]! - a[k]! <= shift) above++;
    while (from < n && b[from]! - a[k]! < shift) from++;
    ofA[orderA[k]!] = (n - above + equalAs * (above - from)) / n;
  }
  for (let k = 0, below = 0, upTo = 0; k < n; k++) {
    while (below < m && b[k]! - a[below]! > shift) below++;
    while (upTo < m && b[k]! - a[upTo]! >= shift) upTo++;
    ofB[orderB[k]!] = (below + equalAs * (upTo - below)) / m;
  }
  return [ofA, ofB];
}

/** How much of what runs differ by lies between their units. */
export interface Intraclass {
  readonly units: number;
  /** Share of the variance of the ranks; null where they do not vary, or no unit has two values. */
  readonly icc: number | null;
  /** How many times as many values say as much as independent ones; 1 where `icc` is null. */
  readonly designEffect: number;
}

/**
 * The intraclass correlation of ranks, by the mean squares of a one-way analysis of variance (Fisher; units of any
 * sizes as Searle has them). 0 where units differ less than chance would have them.
 */
export function intraclass(sample: Ordered): Intraclass {
  const units = partsOf(sample);
  const [k, n] = [units.length, sample.sorted.length];
  const ranks = centredRanks(sample);
  let [between, sizes] = [0, 0];
  for (const [from, to] of units) {
    // The ranks are centred.
    between += (to - from) * meanIn(ranks, from, to) ** 2;
    sizes += (to - from) ** 2;
  }
  const within = squaresAround(ranks) - between;
  const none = { units: k, icc: null, designEffect: 1 };
  if (k < 2 || n <= k || squaresAround(ranks) === 0) return none;
  const ofUnits = between / (k - 1);
  const ofValues = within / (n - k);
  const perUnit = (n - sizes / n) / (k - 1);
  const icc = Math.max(0, (ofUnits - ofValues) / (ofUnits + (perUnit - 1) * ofValues));
  return { units: k, icc, designEffect: 1 + (perUnit - 1) * icc };
}

function meanIn(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += values[i]!;
  return sum / (to - from);
}

function squaresAround(values: Float64Array): number {
  const mean = meanIn(values, 0, values.length);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - mean) ** 2;
  return squares;
}
