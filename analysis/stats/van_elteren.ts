import { arrangements } from "./permuted_placements.ts";
import { thinned } from "./pairwise_difference.ts";
import { type EqualAs, type Placements, placements, satterthwaite } from "./placements.ts";
import { differencesAround } from "./rank.ts";
import type { ShiftInterval } from "./shift_test.ts";
import { tQuantile, tSurvival } from "./special.ts";

/** Two samples of one stratum, each sorted ascending. */
export interface StratumPair {
  readonly a: Float64Array;
  readonly b: Float64Array;
}

export interface VanElteren {
  /** Positive when B is the larger one; null when all values of each sample are equal. */
  readonly t: number | null;
  readonly p: number;
  readonly method: string;
}

const TOLERANCE = 1e-12;

/**
 * With more values than this, a few of each sample tell where to begin, and how far off that is at most, as a
 * share of all.
 */
const LONG_WALK = 20_000;
const THINNED_TO = 32;
/** Of many strata fewer values each, so that there are not many more of these differences than so many. */
const MOST_THINNED = 65_536;
const THINNED_MARGIN = 0.02;

/** With more values the end of an interval is searched to this share of its distance from the middle. */
const SEARCHED_UP_TO = 2000;
const WEIGHT_SHARE = 1 / 1000;

const VARIANCE = "placement variance within strata, Student's t";

/**
 * Van Elteren's stratified Wilcoxon test (1960): the U of each stratum weighted with 1 / (N_h + 1), N_h its number
 * of values. Its variance is the sum of the strata's, from the placements as in ShiftTest, so that strata whose sides
 * spread unequally are not called shifted; Student's t with Satterthwaite's degrees of freedom.
 *
 * @throws RangeError without strata or when a stratum has fewer than 2 values on a side
 */
export function vanElteren(strata: readonly StratumPair[]): VanElteren {
  requireSides("van Elteren", strata);
  const standing = standingAt(strata, 0, 0.5, placementsOf(strata, stratifiedHodgesLehmann(strata), 0.5));
  const p = Math.min(1, 2 * tailOf(strata, { ...standing, excess: Math.abs(standing.excess) }));
  if (standing.variance === 0) return { t: null, p, method: "van Elteren, all values of each sample equal" };
  return {
    t: standing.excess / Math.sqrt(standing.variance),
    p,
    method: `van Elteren, weights 1 / (N + 1), ${VARIANCE}`,
  };
}

/**
 * Stratified Hodges-Lehmann estimate of a shift B - A common to all strata: the shift at which van Elteren's
 * statistic is 0, that is the median of the differences within strata, each weighted with 1 / (N_h + 1).
 * Exact, in O((m + n) log(m n)).
 *
 * @throws RangeError without strata or when a stratum has fewer than 2 values on a side
 */
export function stratifiedHodgesLehmann(strata: readonly StratumPair[]): number {
  requireSides("stratified Hodges-Lehmann", strata);
  const half = totalWeight(strata) / 2;
  const low = weightedDifference(strata, half * (1 - TOLERANCE));
  // The estimate is nearly always the same difference; one more pass then shows that.
  const isBoth = around(strata, low).weight >= half * (1 + TOLERANCE);
  const high = isBoth ? low : weightedDifference(strata, half * (1 + TOLERANCE));
  return low + (high - low) / 2;
}

/**
 * Confidence interval of the common shift B - A: the shifts that van Elteren's test does not reject, closed at its
 * ends.
 *
 * @throws RangeError without strata, when a stratum has fewer than 2 values on a side, or for a confidence outside
 *   (0, 1)
 */
export function stratifiedShiftInterval(
  strata: readonly StratumPair[],
  confidence: number = 0.95,
): ShiftInterval {
  requireSides("stratified interval", strata);
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`stratified interval: confidence is ${confidence}, must lie in (0, 1)`);
  }
  const tail = (1 - confidence) / 2;
  const mirrored = strata.map(({ a, b }) => ({ a: b, b: a }));
  return {
    low: lowerEnd(strata, tail),
    high: 0 - lowerEnd(mirrored, tail),
    confidence,
    method: `inversion of van Elteren's test, ${VARIANCE}`,
  };
}

/** The smallest difference next to a shift that is not rejected as too low. */
function lowerEnd(strata: readonly StratumPair[], tail: number): number {
  const estimate = stratifiedHodgesLehmann(strata);
  const atEstimate = placementsOf(strata, estimate, 0.5);
  const half = totalWeight(strata) / 2;
  const least = Math.min(...strata.map(weightOf)) / 2;
  const first = standingAt(strata, estimate, 0.5, atEstimate);
  const t = first.variance === 0 ? 0 : tQuantile(tail, first.df);
  const expected = ({ variance }: Standing) => half - t * Math.sqrt(variance);
  const isLong = strata.reduce((sum, { a, b }) => sum + a.length + b.length, 0) > SEARCHED_UP_TO;
  // The weight of the differences up to the end lies above `rejected`; those below `found` weigh `accepted`.
  let rejected = 0;
  let found = weightedDifference(strata, half * (1 - TOLERANCE));
  let accepted = half - standingAt(strata, found, 1, atEstimate).excess;
  let aim = expected(first);
  for (let step = 1; accepted - rejected > least; step++) {
    const aimed = step % 4 === 0 ? (rejected + accepted) / 2 : aim;
    const target = Math.min(accepted, Math.max(rejected + least, aimed));
    const value = weightedDifference(strata, target * (1 - TOLERANCE));
    const standing = standingAt(strata, value, 0, atEstimate);
    if (tailOf(strata, standing) < tail) rejected = half - standing.excess;
    else {
      found = value;
      accepted = half - standingAt(strata, value, 1, atEstimate).excess;
    }
    aim = expected(standing);
    if (isLong && Math.abs(aim - target) <= WEIGHT_SHARE * (half - target)) return value;
  }
  return found;
}

/** Weight of the differences beyond a shift less half of all, and how well it is known. */
interface Standing {
  readonly excess: number;
  readonly variance: number;
  readonly df: number;
}

function placementsOf(strata: readonly StratumPair[], shift: number, equalAs: EqualAs): Placements[] {
  return strata.map(({ a, b }) => placements(a, b, shift, equalAs));
}

function standingAt(
  strata: readonly StratumPair[],
  shift: number,
  equalAs: EqualAs,
  atEstimate: readonly Placements[],
): Standing {
  let excess = 0;
  const parts = placementsOf(strata, shift, equalAs).flatMap((found, h) => {
    const { a, b } = strata[h]!;
    const weight = weightOf(strata[h]!) * a.length * b.length;
    excess += weight * found.excess;
    const scale = (weight * weight) / 2;
    return [
      [scale * (found.ofA + atEstimate[h]!.ofA), a.length - 1],
      [scale * (found.ofB + atEstimate[h]!.ofB), b.length - 1],
    ] as const;
  });
  return { excess, ...satterthwaite(parts) };
}

/** p of an excess. */
function tailOf(strata: readonly StratumPair[], { excess, variance, df }: Standing): number {
  if (variance > 0) return tSurvival(excess / Math.sqrt(variance), df);
  if (excess <= 0) return excess === 0 ? 0.5 : 1;
  // All values of each sample are equal: how often would chance part them so?
  return strata.reduce((p, { a, b }) => {
    return p / arrangements(Math.min(a.length, b.length), Math.max(a.length, b.length));
  }, 1);
}

function weightOf({ a, b }: StratumPair): number {
  return 1 / (a.length + b.length + 1);
}

function totalWeight(strata: readonly StratumPair[]): number {
  return strata.reduce((sum, stratum) => sum + weightOf(stratum) * stratum.a.length * stratum.b.length, 0);
}

/**
 * The smallest difference b - a up to which the weights of the differences sum to the target. The weights are
 * interpolated by the Illinois rule and every fourth time the values are bisected; each end then moves to the
 * next existing difference, so the search ends at one and is exact.
 */
function weightedDifference(strata: readonly StratumPair[], target: number): number {
  let low = Math.min(...strata.map(({ a, b }) => b[0]! - a.at(-1)!));
  let high = Math.max(...strata.map(({ a, b }) => b.at(-1)! - a[0]!));
  let missing = target;
  let excess = totalWeight(strata) - target;
  // Half the weight of an end that stays for the second time, so that it moves too.
  let stays: "low" | "high" | null = null;
  const first = beginning(strata, target);
  for (let step = 0; low < high; step++) {
    const share = (step - first.length) % 4 === 3 ? 0.5 : missing / (missing + excess);
    const between = first[step] ?? low + (high - low) * Math.min(1, Math.max(0, share));
    // The mean of two neighbouring numbers rounds to one of them.
    const middle = low <= between && between < high ? between : low;
    const { weight, upTo, beyond } = around(strata, middle);
    if (weight >= target) {
      high = upTo;
      excess = weight - target;
      if (stays === "low") missing /= 2;
      stays = "low";
    } else {
      low = beyond;
      missing = target - weight;
      if (stays === "high") excess /= 2;
      stays = "high";
    }
  }
  return low + 0; // never -0
}

/** A few of all differences, ascending, and the weight up to each of them. */
interface Few {
  readonly values: Float64Array;
  readonly weights: Float64Array;
}

/** Found so far: each step of a search for an end asks for them again. */
const known = new WeakMap<readonly StratumPair[], Few>();

function fewOf(strata: readonly StratumPair[]): Few {
  const before = known.get(strata);
  if (before !== undefined) return before;
  const most = Math.min(THINNED_TO, Math.max(2, Math.floor(Math.sqrt(MOST_THINNED / strata.length))));
  const found = strata.flatMap(({ a, b }) => {
    const [fewA, fewB] = [thinned(a, most), thinned(b, most)];
    const weight = (weightOf({ a, b }) * a.length * b.length) / (fewA.length * fewB.length);
    return Array.from(fewA).flatMap((x) => Array.from(fewB, (y) => ({ value: y - x, weight })));
  });
  found.sort((x, y) => x.value - y.value);
  let sum = 0;
  const few = {
    values: Float64Array.from(found, ({ value }) => value),
    weights: Float64Array.from(found, ({ weight }) => sum += weight),
  };
  known.set(strata, few);
  return few;
}

/**
 * Two values between which the target should lie, from a few of all differences; none when a pass is short.
 */
function beginning(strata: readonly StratumPair[], target: number): number[] {
  if (strata.reduce((sum, { a, b }) => sum + a.length + b.length, 0) < LONG_WALK) return [];
  const { values, weights } = fewOf(strata);
  const margin = THINNED_MARGIN * totalWeight(strata);
  const at = (wanted: number) => {
    const found = weights.findIndex((weight) => weight >= wanted);
    return values[found < 0 ? values.length - 1 : found]!;
  };
  return [at(target - margin), at(target + margin)];
}

/** Weight of the differences up to a value, the largest of them and the smallest beyond. O(m + n). */
function around(strata: readonly StratumPair[], value: number) {
  let weight = 0;
  let upTo = -Infinity;
  let beyond = Infinity;
  for (const { a, b } of strata) {
    const found = differencesAround(a, b, value);
    weight += weightOf({ a, b }) * found.count;
    upTo = Math.max(upTo, found.upTo);
    beyond = Math.min(beyond, found.beyond);
  }
  return { weight, upTo, beyond };
}

function requireSides(what: string, strata: readonly StratumPair[]): void {
  if (strata.length === 0) throw new RangeError(`${what}: no strata, needs at least 1`);
  for (const [h, { a, b }] of strata.entries()) {
    if (a.length < 2 || b.length < 2) {
      throw new RangeError(
        `${what}: sizes in stratum ${h + 1} are ${a.length} and ${b.length}, needs at least 2 values a side`,
      );
    }
  }
}
