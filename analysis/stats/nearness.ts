/**
 * How near the values of a group lie to each other, measured by how far they lie from other values: the ratio of the
 * distance of two of the group to the distance from one of them to another value. It sees a group that is tighter than
 * the others, and one that lies apart from them, however many each are: the spread of all together would be that of
 * whichever are more than half.
 */

import { evenRank, someWithoutTicks } from "./log_mad.ts";
import { satterthwaite } from "./placements.ts";
import { tSurvival } from "./special.ts";

/** Of a larger sample so many values are taken, evenly by rank. */
const MOST_VALUES = 64;

/** Relative width to which ratios are searched. */
const PRECISION = 1e-3;

/** Logarithms of ratios: the first step of a search, and where it ends. */
const FIRST_STEP = 0.25;
const FARTHEST = 32;

/**
 * Times the number of values, a variance that is seldom undercut, except where the share is about as small as it can be: a
 * group of two halves has the fewest near pairs when they are equal, and its own variance then vanishes.
 */
const FEW_BELOW = 0.1;

export const NEARNESS_METHOD =
  "median over triples of |x - x'| / |x - y|, jackknife, Student's t; at most 64 values of each, evenly by rank";

/** Where a ratio stands among those of the triples. */
interface Standing {
  /** Share of the triples with a smaller ratio, those with the same one by half, less 1/2. */
  readonly excess: number;
  /** Of the excess. */
  readonly variance: number;
  readonly df: number;
}

/**
 * Two values x and x' of a group and one value y of others: the ratio is below `r` when |x - x'| < r |x - y| for more
 * than half of all such triples. The share of triples is a U-statistic; its variance is taken by leaving out one value at
 * a time, at the ratio in question and at the estimate, whichever is larger, and not below FEW_BELOW where the share is below
 * 1/2: small samples do not tell their own variance. From 10 values on this keeps its level (docs/validation.md).
 */
export class Nearness {
  readonly #n: number;
  readonly #m: number;
  /** For each value of the group, the distances to the rest of it, ascending, and whose they are. */
  readonly #own: Distances;
  /** The same to the other values. */
  readonly #other: Distances;
  readonly #inflation: number;
  #estimate: number | null = null;
  #atEstimate: Standing | null = null;
  /** Both tails are mostly asked of one ratio. */
  #last: { readonly ratio: number; readonly standing: Standing } | null = null;

  /** Of samples whose values may have come in ticks, spread evenly over these. */
  static ofTicks(group: Float64Array, others: Float64Array, inflation = 1): Nearness {
    return new Nearness(
      someWithoutTicks(group, MOST_VALUES),
      someWithoutTicks(others, MOST_VALUES),
      inflation,
    );
  }

  /**
   * @param group ascending, at least 3 values
   * @param others ascending, at least 2
   * @param inflation how many times the variance is taken, where values count as fewer
   * @throws RangeError for smaller samples
   */
  constructor(group: Float64Array, others: Float64Array, inflation = 1) {
    if (group.length < 3 || others.length < 2) {
      throw new RangeError(
        `nearness: sizes are ${group.length} and ${others.length}, needs at least 3 of the group and 2 others`,
      );
    }
    const [x, y] = [evenly(group), evenly(others)];
    this.#n = x.length;
    this.#m = y.length;
    this.#own = distances(x, x, true);
    this.#other = distances(x, y, false);
    this.#inflation = inflation;
  }

  /** The median ratio. */
  get estimate(): number {
    return this.#estimate ??= Math.exp(this.#median());
  }

  /** p of "the ratio is not below this one": small where it is. */
  pBelow(ratio: number): number {
    const { excess, variance, df } = this.#standing(ratio);
    return tSurvival(excess / Math.sqrt(variance), df);
  }

  /** p of "the ratio is not above this one". */
  pAbove(ratio: number): number {
    const { excess, variance, df } = this.#standing(ratio);
    return tSurvival(-excess / Math.sqrt(variance), df);
  }

  /** Logarithm of the ratio that half of the triples are below, from a guess on. */
  #median(): number {
    const isBelow = (log: number) => this.#share(Math.exp(log)) < 0.5;
    const guess = Math.log(middleOf(this.#own.values) / middleOf(this.#other.values));
    const from = Number.isFinite(guess) ? guess : 0;
    let step = FIRST_STEP;
    if (isBelow(from)) {
      while (step < FARTHEST && isBelow(from + step)) step *= 2;
      return searched(from, from + step, isBelow);
    }
    while (step < FARTHEST && !isBelow(from - step)) step *= 2;
    return searched(from - step, from, isBelow);
  }

  /**
   * The ratios that neither pBelow nor pAbove rejects at half of what is missing to the confidence.
   *
   * @param confidence in (0, 1)
   */
  interval(confidence: number): readonly [low: number, high: number] {
    const level = (1 - confidence) / 2;
    return [this.#end(-1, level), this.#end(1, level)];
  }

  /** How far the values lie nearer to each other than to the others, in triples: share less 1/2, and its variance. */
  get nearer(): { readonly excess: number; readonly variance: number } {
    return this.#standing(1);
  }

  /** The last ratio above the estimate (direction 1) or below it that is not rejected. */
  #end(direction: 1 | -1, level: number): number {
    const middle = Math.log(this.estimate);
    const isRejected = (step: number) => {
      const { excess, variance, df } = this.#standing(Math.exp(middle + direction * step));
      return tSurvival((direction * excess) / Math.sqrt(variance), df) < level;
    };
    let [low, high] = [0, FIRST_STEP];
    while (high < FARTHEST && !isRejected(high)) [low, high] = [high, 2 * high];
    return Math.exp(middle + direction * searched(low, high, (step) => !isRejected(step)));
  }

  #share(ratio: number): number {
    const [n, m] = [this.#n, this.#m];
    let twice = 0;
    for (let i = 0; i < n; i++) {
      const [own, other] = [this.#own.values[i]!, this.#other.values[i]!];
      let below = 0;
      let upTo = 0;
      for (let k = 0; k < m; k++) {
        const reach = ratio * other[k]!;
        while (below < n - 1 && own[below]! < reach) below++;
        if (upTo < below) upTo = below;
        while (upTo < n - 1 && own[upTo]! <= reach) upTo++;
        twice += below + upTo;
      }
    }
    return twice / (2 * n * (n - 1) * m);
  }

  #standing(ratio: number): Standing {
    if (this.#last?.ratio === ratio) return this.#last.standing;
    const at = this.#counted(ratio);
    const { variance } = this.#atEstimate ??= this.#counted(this.estimate);
    const least = at.excess < 0 ? (this.#inflation * FEW_BELOW) / this.#n : 0;
    const standing = { ...at, variance: Math.max(at.variance, variance, least) };
    this.#last = { ratio, standing };
    return standing;
  }

  #counted(ratio: number): Standing {
    const [n, m] = [this.#n, this.#m];
    // Triples, counted twice so that ties count by half, with each value of the group and with each other one.
    const ofGroup = new Float64Array(n);
    const ofOthers = new Float64Array(m);
    let total = 0;
    for (let i = 0; i < n; i++) {
      const [own, other] = [this.#own.values[i]!, this.#other.values[i]!];
      const [ownOf, otherOf] = [this.#own.of[i]!, this.#other.of[i]!];
      let sum = 0;
      let below = 0;
      let upTo = 0;
      for (let k = 0; k < m; k++) {
        const reach = ratio * other[k]!;
        while (below < n - 1 && own[below]! < reach) below++;
        if (upTo < below) upTo = below;
        while (upTo < n - 1 && own[upTo]! <= reach) upTo++;
        ofOthers[otherOf[k]!]! += below + upTo;
        sum += below + upTo;
      }
      below = 0;
      upTo = 0;
      for (let j = 0; j < n - 1; j++) {
        while (below < m && ratio * other[below]! < own[j]!) below++;
        if (upTo < below) upTo = below;
        while (upTo < m && ratio * other[upTo]! <= own[j]!) upTo++;
        ofGroup[ownOf[j]!]! += 2 * m - below - upTo;
      }
      ofGroup[i]! += sum;
      total += sum;
    }
    const group = jackknifed(ofGroup, total, 2 * (n - 1) * (n - 2) * m);
    const others = jackknifed(ofOthers, total, 2 * n * (n - 1) * (m - 1));
    const { variance, df } = satterthwaite([[group, n - 1], [others, m - 1]]);
    // All triples agree: one that does not may be the next.
    const least = 1 / (4 * n * m);
    return {
      excess: total / (2 * n * (n - 1) * m) - 0.5,
      variance: this.#inflation * Math.max(variance, least),
      df: variance > 0 ? df : Math.min(n, m) - 1,
    };
  }
}

/** From each value of one sample to those of another. */
interface Distances {
  /** Ascending. */
  readonly values: readonly Float64Array[];
  /** Index of the value that each is the distance to. */
  readonly of: readonly Uint32Array[];
}

function distances(from: Float64Array, to: Float64Array, isSame: boolean): Distances {
  const values: Float64Array[] = [];
  const of: Uint32Array[] = [];
  const size = isSame ? to.length - 1 : to.length;
  let first = 0;
  for (let i = 0; i < from.length; i++) {
    const x = from[i]!;
    while (first < to.length && to[first]! < x) first++;
    let left = (isSame ? i : first) - 1;
    let right = isSame ? i + 1 : first;
    const ofX = new Float64Array(size);
    const whose = new Uint32Array(size);
    for (let at = 0; at < size; at++) {
      const back = left < 0 ? Infinity : x - to[left]!;
      const ahead = right >= to.length ? Infinity : to[right]! - x;
      ofX[at] = Math.min(back, ahead);
      whose[at] = back <= ahead ? left-- : right++;
    }
    values.push(ofX);
    of.push(whose);
  }
  return { values, of };
}

/**
 * Variance of a share of triples by leaving out one value at a time.
 *
 * @param counted with each value, of `total`
 * @param left triples without a value
 */
function jackknifed(counted: Float64Array, total: number, left: number): number {
  const size = counted.length;
  let mean = 0;
  for (let i = 0; i < size; i++) mean += (total - counted[i]!) / left / size;
  let squares = 0;
  for (let i = 0; i < size; i++) squares += ((total - counted[i]!) / left - mean) ** 2;
  return (squares * (size - 1)) / size;
}

/** Where something ends to hold, from a value for which it does to one for which it does not. */
function searched(from: number, to: number, holds: (value: number) => boolean): number {
  let [low, high] = [from, to];
  while (high - low > PRECISION) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** A typical one of all distances: the median of medians. */
function middleOf(values: readonly Float64Array[]): number {
  return Float64Array.from(values, (of) => of[of.length >> 1]!).sort()[values.length >> 1]!;
}

function evenly(sorted: Float64Array): Float64Array {
  if (sorted.length <= MOST_VALUES) return sorted;
  return Float64Array.from(
    { length: MOST_VALUES },
    (_, i) => sorted[evenRank(i, MOST_VALUES, sorted.length)]!,
  );
}
