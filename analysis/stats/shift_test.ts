import { hodgesLehmann } from "./hodges_lehmann.ts";
import { PairwiseDifferences } from "./pairwise_difference.ts";
import { arrangements, PERMUTATIONS, PermutedPlacements } from "./permuted_placements.ts";
import { type EqualAs, type Placements, placements, satterthwaite } from "./placements.ts";
import { tQuantile, tSurvival } from "./special.ts";

/** Confidence interval of the shift B - A, in the unit of the samples. */
export interface ShiftInterval {
  readonly low: number;
  readonly high: number;
  /** The confidence asked for. */
  readonly confidence: number;
  readonly method: string;
}

/** With fewer values on a side the statistic's permutations are looked at too. */
const PERMUTED_BELOW = 15;

/** The rank of an end is searched to this share of its distance from the middle: exact below so many differences. */
const RANK_SHARE = 1 / 1000;

/** Nearer to a tail, as a part of it, p does not tell on which side an end so searched lies: that errs by z^2 RANK_SHARE. */
const NEAR = 0.05;

/** Excess of differences beyond a shift, and how well it is known. */
interface Standing {
  readonly excess: number;
  /** Variance of the excess as Brunner and Munzel have it. */
  readonly placed: number;
  /** Half of that and half of what it is at the estimated shift. */
  readonly variance: number;
  readonly df: number;
}

/**
 * Whether the shift B - A of two samples is above or below a value, whatever their shapes: Brunner and Munzel's test
 * (2000) of the differences beyond it, by Student's t with Satterthwaite's degrees of freedom.
 *
 * The test takes the mean of two variances of the placements: at the shift in question, and at the estimated one. The
 * first alone vanishes as the samples part, and then a few wide values against many tight ones, which is a sign test,
 * are called shifted in 7 to 8 % (8 values five to ten times as wide); the second alone goes with the estimate
 * in skewed samples, and errs by 9 % to one side. With fewer than PERMUTED_BELOW values a side p is no less than that
 * of the permuted statistic of Brunner and Munzel (Neubert and Brunner 2007). docs/validation.md has the error rates.
 */
export class ShiftTest {
  /** Ascending. */
  readonly sortedA: Float64Array;
  readonly sortedB: Float64Array;
  readonly differences: PairwiseDifferences;
  readonly #permuted: PermutedPlacements | null;
  /** How many times the variance of the excess is taken. */
  readonly #inflation: number;
  readonly #intervals = new Map<number, ShiftInterval>();
  #estimate: number | null = null;
  readonly #placed = new Map<string, Placements>();

  /**
   * @param sortedA in ascending order, as `sortedB`
   * @param inflation how many times the variance is taken: more than once where what the shift is held against is
   *   itself uncertain
   * @throws RangeError for fewer than 2 values a side
   */
  constructor(sortedA: Float64Array, sortedB: Float64Array, inflation = 1) {
    const [m, n] = [sortedA.length, sortedB.length];
    if (m < 2 || n < 2) {
      throw new RangeError(`test of the shift: sizes are ${m} and ${n}, needs at least 2 values a side`);
    }
    this.sortedA = sortedA;
    this.sortedB = sortedB;
    this.#inflation = inflation;
    this.differences = new PairwiseDifferences(sortedA, sortedB);
    this.#permuted = Math.min(m, n) < PERMUTED_BELOW ? PermutedPlacements.of(m, n) : null;
  }

  /** What decides, in words. */
  get method(): string {
    const permuted = this.#permuted === null
      ? ""
      : `, and ${this.#permuted.isExact ? "all" : PERMUTATIONS} permutations`;
    return `Brunner-Munzel, Student's t${permuted}`;
  }

  /** The median of all differences b - a: the shift of Hodges and Lehmann. */
  get estimate(): number {
    return this.#estimate ??= hodgesLehmann(this.sortedA, this.sortedB, this.differences);
  }

  /** Where the values lie about a shift. The same few are asked for again and again, and each is one pass over all. */
  placements(shift: number, equalAs: EqualAs = 0.5): Placements {
    const name = `${shift} ${equalAs}`;
    const known = this.#placed.get(name);
    if (known !== undefined) return known;
    const found = placements(this.sortedA, this.sortedB, shift, equalAs);
    this.#placed.set(name, found);
    return found;
  }

  /** Share of the differences above a shift, those equal to it by half, less 1/2. */
  excess(shift: number): number {
    return this.placements(shift).excess;
  }

  /** Two-sided p of "there is no shift". */
  get p(): number {
    const standing = this.#standing(0, 0.5);
    return Math.min(1, 2 * Math.min(this.#p(standing, 1), this.#p(standing, -1)));
  }

  /**
   * p of "the shift is not above this value": small where it is. A difference equal to the value counts as not above,
   * so p < alpha exactly where the value lies below the interval of confidence 1 - 2 alpha.
   */
  pAbove(value: number): number {
    return this.#p(this.#standing(value, 0), 1);
  }

  /** As pAbove, the other way. */
  pBelow(value: number): number {
    return this.#p(this.#standing(value, 1), -1);
  }

  /**
   * All shifts that the test does not reject, closed at its ends, which are differences.
   *
   * @param confidence in (0, 1)
   * @throws RangeError for another confidence
   */
  interval(confidence: number): ShiftInterval {
    if (!(confidence > 0 && confidence < 1)) {
      throw new RangeError(`interval of the shift: confidence is ${confidence}, must lie in (0, 1)`);
    }
    const found = this.#intervals.get(confidence);
    if (found !== undefined) return found;
    const tail = (1 - confidence) / 2;
    const interval = {
      low: this.#end(1, tail),
      high: this.#end(-1, tail),
      confidence,
      method: `inversion of ${this.method}`,
    };
    this.#intervals.set(confidence, interval);
    return interval;
  }

  /** Whether that interval lies above a value. Its ends are looked for only where the test at the value leaves it open. */
  isAbove(value: number, confidence: number): boolean {
    return this.#isApart(1, value, confidence) ?? this.interval(confidence).low > value;
  }

  /** Whether it lies below a value. */
  isBelow(value: number, confidence: number): boolean {
    return this.#isApart(-1, value, confidence) ?? this.interval(confidence).high < value;
  }

  /**
   * Null where the ends are known, or p is so near to the tail that one of them, which is searched to RANK_SHARE, may lie
   * on either side.
   */
  #isApart(direction: 1 | -1, value: number, confidence: number): boolean | null {
    if (this.#intervals.has(confidence)) return null;
    const tail = (1 - confidence) / 2;
    const [near, far] = [(1 + NEAR) * tail, (1 - NEAR) * tail];
    const equalAs = direction === 1 ? 0 : 1;
    const bounds = this.#bounds(direction, this.placements(value, equalAs));
    if (bounds[0] >= near) return false;
    if (bounds[1] < far) return true;
    const p = this.#p(this.#standing(value, equalAs), direction, near);
    if (p >= near) return false;
    return p < far ? true : null;
  }

  /**
   * Between which numbers p lies, by the placements at the value alone: those at the estimate, which takes longer to
   * find, add to the variance no more than placements can.
   */
  #bounds(direction: 1 | -1, { excess: found, ofA, ofB }: Placements): readonly [low: number, high: number] {
    const [m, n] = [this.sortedA.length, this.sortedB.length];
    const excess = direction * found;
    if (excess <= 0) return [0.5, 1];
    const least = (this.#inflation * (ofA + ofB)) / 2;
    const most = least + (this.#inflation * (1 / (m - 1) + 1 / (n - 1))) / 8;
    return [
      least === 0 ? 0 : tSurvival(excess / Math.sqrt(least), m + n - 2),
      // Permutations make it larger.
      this.#permuted === null ? tSurvival(excess / Math.sqrt(most), Math.min(m, n) - 1) : 1,
    ];
  }

  #standing(shift: number, equalAs: EqualAs): Standing {
    const found = this.placements(shift, equalAs);
    const { ofA, ofB } = this.placements(this.estimate);
    const { variance, df } = satterthwaite([
      [this.#inflation * (found.ofA + ofA) / 2, this.sortedA.length - 1],
      [this.#inflation * (found.ofB + ofB) / 2, this.sortedB.length - 1],
    ]);
    return { excess: found.excess, placed: this.#inflation * (found.ofA + found.ofB), variance, df };
  }

  /**
   * p of an excess that is large in one direction.
   *
   * @param enough a p of at least this may be any other such one: permutations only make it larger
   */
  #p({ excess: found, placed, variance, df }: Standing, direction: 1 | -1, enough = 1): number {
    const excess = direction * found;
    if (excess > 0) return this.#tail(excess, placed, variance, df, enough);
    if (excess === 0 || enough <= 0.5) return 0.5;
    return 1 - this.#tail(-excess, placed, variance, df, 1);
  }

  #tail(excess: number, placed: number, variance: number, df: number, enough: number): number {
    const [m, n] = [this.sortedA.length, this.sortedB.length];
    // All values of either sample are equal: how often would chance part them so?
    const byT = variance === 0
      ? 1 / arrangements(Math.min(m, n), Math.max(m, n))
      : tSurvival(excess / Math.sqrt(variance), df);
    return this.#permuted === null || byT >= enough
      ? byT
      : Math.max(byT, this.#permuted.survival(placed === 0 ? Infinity : excess / Math.sqrt(placed)));
  }

  /** The lower end (direction 1) or the upper one: the outermost difference next to a shift that is not rejected. */
  #end(direction: 1 | -1, tail: number): number {
    const [m, n] = [this.sortedA.length, this.sortedB.length];
    const pairs = m * n;
    const middle = Math.floor((pairs + 1) / 2);
    const ranked = (rank: number) => this.differences.ranked(direction === 1 ? rank : pairs + 1 - rank);
    const atEstimate = this.#standing(this.estimate, 0.5);
    const t = atEstimate.variance === 0 ? 0 : tQuantile(tail, atEstimate.df);
    const expected = ({ variance }: Standing) => Math.ceil(pairs * (0.5 - t * Math.sqrt(variance)));
    let [rejected, accepted] = [0, middle];
    let guess = Math.min(middle, Math.max(1, expected(atEstimate)));
    for (let step = 1; accepted - rejected > 1; step++) {
      const value = ranked(guess);
      const standing = this.#standing(value, direction === 1 ? 0 : 1);
      if (this.#p(standing, direction, tail) < tail) {
        // All differences equal to this one share its fate.
        rejected = Math.round(pairs * (0.5 - direction * standing.excess));
      } else accepted = guess;
      const next = expected(standing);
      if (
        Math.abs(next - guess) <= Math.floor(RANK_SHARE * (middle - guess)) && middle - guess > 1 / RANK_SHARE
      ) {
        return value;
      }
      const aimed = step % 4 === 0 ? Math.floor((rejected + accepted) / 2) : next;
      guess = Math.min(accepted - 1, Math.max(rejected + 1, aimed));
    }
    return ranked(accepted);
  }
}
