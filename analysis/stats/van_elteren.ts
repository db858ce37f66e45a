import type { ShiftInterval } from "./hodges_lehmann.ts";
import { type Alternative, sigmaOfU } from "./mann_whitney.ts";
import { thinned } from "./pairwise_difference.ts";
import { countPairs, differencesAround, tieSumSorted } from "./rank.ts";
import { normalCdf, normalQuantile, normalSurvival } from "./special.ts";

/** Two samples of one stratum, each sorted ascending. */
export interface StratumPair {
  readonly a: Float64Array;
  readonly b: Float64Array;
}

export interface VanElteren {
  /** Positive when B is the larger one; null when no stratum can tell (all values of each are equal). */
  readonly z: number | null;
  /** 1 when z is null; 0 only by underflow. */
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
const THINNED_MARGIN = 0.02;

/**
 * Van Elteren's stratified Wilcoxon test (1960): the U of each stratum weighted with 1 / (N_h + 1), N_h its number
 * of values; normal approximation with tie correction within each stratum, without continuity correction.
 *
 * @throws RangeError without strata or when a stratum lacks a side
 */
export function vanElteren(
  strata: readonly StratumPair[],
  alternative: Alternative = "two-sided",
): VanElteren {
  requireSides("van Elteren", strata);
  let excess = 0;
  let variance = 0;
  for (const { a, b } of strata) {
    const { greater, equal, tieSum } = countPairs(a, b);
    const weight = weightOf({ a, b });
    excess += weight * (greater + equal / 2 - (a.length * b.length) / 2);
    variance += (weight * sigmaOfU(a.length, b.length, tieSum)) ** 2;
  }
  if (variance === 0) return { z: null, p: 1, method: "van Elteren, all values of each stratum equal" };
  const z = excess / Math.sqrt(variance);
  const p = alternative === "greater"
    ? normalSurvival(z)
    : alternative === "less"
    ? normalCdf(z)
    : Math.min(1, 2 * normalSurvival(Math.abs(z)));
  return { z, p, method: "van Elteren, weights 1 / (N + 1), normal approximation with tie correction" };
}

/**
 * Stratified Hodges-Lehmann estimate of a shift B - A common to all strata: the shift at which van Elteren's
 * statistic is 0, that is the median of the differences within strata, each weighted with 1 / (N_h + 1).
 * Exact, in O((m + n) log(m n)).
 *
 * @throws RangeError without strata or when a stratum lacks a side
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
 * ends. A shift between neighbouring differences ties no two values across the samples, so only ties within a
 * sample lessen the variance.
 *
 * @throws RangeError without strata, when a stratum lacks a side, or for a confidence outside (0, 1)
 */
export function stratifiedShiftInterval(
  strata: readonly StratumPair[],
  confidence: number = 0.95,
): ShiftInterval {
  requireSides("stratified interval", strata);
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`stratified interval: confidence is ${confidence}, must lie in (0, 1)`);
  }
  let variance = 0;
  for (const { a, b } of strata) {
    const tieSum = tieSumSorted(a) + tieSumSorted(b);
    variance += (weightOf({ a, b }) * sigmaOfU(a.length, b.length, tieSum)) ** 2;
  }
  const half = totalWeight(strata) / 2;
  const reach = -normalQuantile((1 - confidence) / 2) * Math.sqrt(variance);
  const least = Math.min(...strata.map(weightOf));
  const target = Math.min(half, Math.max(least, half - reach)) * (1 - TOLERANCE);
  const mirrored = strata.map(({ a, b }) => ({ a: b, b: a }));
  const achieved = variance === 0
    ? 1
    : 1 - 2 * normalCdf(-Math.min(half - least, reach) / Math.sqrt(variance));
  return {
    low: weightedDifference(strata, target),
    high: 0 - weightedDifference(mirrored, target),
    confidence,
    achieved: Math.max(0, achieved),
    method: "van Elteren inversion, normal approximation with tie correction",
  };
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

/**
 * Two values between which the target should lie, from a few of all differences; none when a pass is short.
 */
function beginning(strata: readonly StratumPair[], target: number): number[] {
  if (strata.reduce((sum, { a, b }) => sum + a.length + b.length, 0) < LONG_WALK) return [];
  const few = strata.flatMap(({ a, b }) => {
    const [fewA, fewB] = [thinned(a, THINNED_TO), thinned(b, THINNED_TO)];
    const weight = (weightOf({ a, b }) * a.length * b.length) / (fewA.length * fewB.length);
    return Array.from(fewA).flatMap((x) => Array.from(fewB, (y) => ({ value: y - x, weight })));
  });
  few.sort((x, y) => x.value - y.value);
  const margin = THINNED_MARGIN * totalWeight(strata);
  const at = (wanted: number) => {
    let sum = 0;
    return (few.find(({ weight }) => (sum += weight) >= wanted) ?? few.at(-1)!).value;
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
    if (a.length === 0 || b.length === 0) {
      throw new RangeError(
        `${what}: sizes in stratum ${h + 1} are ${a.length} and ${b.length}, needs at least 1 value a side`,
      );
    }
  }
}
