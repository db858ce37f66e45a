import { absoluteDeviationsSorted } from "./quantile.ts";
import { endOfRun, firstAtLeast, merged as mergedTwo } from "./rank.ts";
import { chiSquareSurvival, fSurvival, normalQuantile } from "./special.ts";

export interface BrownForsythe {
  /** null when no deviation varies inside its group: the ratio has no denominator. */
  readonly f: number | null;
  readonly df1: number;
  readonly df2: number;
  /** Null when f is; 0 only by underflow, that is below 1e-307. */
  readonly p: number | null;
}

export interface FlignerKilleen {
  /** null when all deviations are equal: nothing can be ranked. */
  readonly chiSquare: number | null;
  readonly df: number;
  /** Null when chiSquare is; 0 only by underflow, that is below 1e-307. */
  readonly p: number | null;
}

/** The test of equal spread that decides. */
export interface EqualSpread {
  /** Null when no deviation varies; 0 only by underflow, that is below 1e-307. */
  readonly p: number | null;
  readonly method: string;
  /** The usual test: about the median. */
  readonly brownForsythe: BrownForsythe;
}

/** Smaller groups keep their level only about either middle value. */
const ZERO_REMOVED_FROM = 6;

/**
 * Brown-Forsythe's test without structural zeros (Hines and Hines 2000): the deviation of a group's middle value is 0
 * whatever its spread, and the two middle values of an even group have equal ones. The zero is left out, of the equal
 * pair the half that does not vary, which leaves sqrt 2 times the deviation. So groups of 6 with a fivefold spread
 * are told apart in 56 % of pairs rather than 25 %, at a level of 5.0 % (docs/validation.md has the level elsewhere).
 *
 * With a group below ZERO_REMOVED_FROM values that rejects 8 to 13 % of groups of 4 without a difference; there the
 * deviations are about either middle value, and the larger of both p counts, which rejects at most 5 %.
 *
 * @param groups each sorted ascending
 * @param deviations of these groups, when the caller uses them more than once
 * @throws RangeError as deviationsFromMedians
 */
export function spreadTest(
  groups: readonly Float64Array[],
  deviations: readonly Float64Array[] = deviationsFromMedians(groups),
): EqualSpread {
  const brownForsythe = varianceRatio(deviations);
  if (groups.every((group) => group.length >= ZERO_REMOVED_FROM)) {
    const { p } = varianceRatio(deviations.map(withoutZero));
    return { p, method: "Brown-Forsythe, zeros removed", brownForsythe };
  }
  const { p } = brownForsythe;
  const isClear = groups.every((group) => middleOf(group, -1) === middleOf(group, 0));
  if (isClear) return { p, method: "Brown-Forsythe, F", brownForsythe };
  const either = ([-1, 0] as const).flatMap((side) => {
    const about = varianceRatio(groups.map((group) => deviationsFrom(middleOf(group, side), group))).p;
    return about === null ? [] : [about];
  });
  return {
    p: either.length === 0 ? p : Math.max(...either),
    method: "Brown-Forsythe, the larger p of both middle values",
    brownForsythe,
  };
}

/** @param deviations from the median, sorted ascending, at least two */
function withoutZero(deviations: Float64Array): Float64Array {
  const rest = deviations.slice(1);
  if (deviations.length % 2 === 0) rest[0] = Math.SQRT2 * rest[0]!;
  return rest;
}

/** The lower (-1) or upper (0) middle value of a sorted group; with an odd number both are the median. */
function middleOf(sorted: Float64Array, side: -1 | 0): number {
  return sorted[(sorted.length + side) >> 1]!;
}

function deviationsFrom(centre: number, group: Float64Array): Float64Array {
  const deviations = new Float64Array(group.length);
  for (let i = 0; i < group.length; i++) deviations[i] = Math.abs(group[i]! - centre);
  return deviations;
}

/**
 * One-way analysis of variance of the deviations: about the median Brown-Forsythe's test (Levene's about the median;
 * `car::leveneTest`). O(number of values).
 */
function varianceRatio(deviations: readonly Float64Array[]): BrownForsythe {
  const total = deviations.reduce((sum, group) => sum + group.length, 0);
  const df1 = deviations.length - 1;
  const df2 = total - deviations.length;
  const means = deviations.map((group) => sumOf(group) / group.length);
  const grandMean = deviations.reduce((sum, group, i) => sum + means[i]! * group.length, 0) / total;
  let between = 0;
  let within = 0;
  for (const [i, group] of deviations.entries()) {
    const mean = means[i]!;
    between += group.length * (mean - grandMean) ** 2;
    for (let j = 0; j < group.length; j++) {
      const residue = group[j]! - mean;
      within += residue * residue;
    }
  }
  if (within === 0) return { f: null, df1, df2, p: null };
  const f = between / df1 / (within / df2);
  return { f, df1, df2, p: fSurvival(f, df1, df2) };
}

/**
 * Fligner-Killeen test of equal spread of k groups: normal scores of the pooled midranks of
 * |x - median of the group|, as R's `fligner.test`.
 *
 * @param groups each sorted ascending
 * @param deviations of these groups, when the caller uses them more than once
 * @throws RangeError as deviationsFromMedians
 */
export function flignerKilleen(
  groups: readonly Float64Array[],
  deviations: readonly Float64Array[] = deviationsFromMedians(groups),
): FlignerKilleen {
  const pooled = merged(deviations);
  const total = pooled.length;
  const df = groups.length - 1;
  const scores = new Float64Array(total);
  for (let start = 0; start < total;) {
    const end = endOfRun(pooled, start, pooled[start]!);
    // 1/2 + rank / (2 (N + 1)), approached from above: its distance to 1 keeps all digits.
    scores.fill(-normalQuantile(0.5 - (start + 1 + end) / 2 / (total + 1) / 2), start, end);
    start = end;
  }
  const scoreSums = Float64Array.from(deviations, (group) => {
    let sum = 0;
    let at = 0;
    for (let start = 0; start < group.length;) {
      const end = endOfRun(group, start, group[start]!);
      at = firstAtLeast(pooled, group[start]!, at);
      sum += scores[at]! * (end - start);
      start = end;
    }
    return sum;
  });
  if (pooled[0] === pooled[total - 1]) return { chiSquare: null, df, p: null };
  const mean = sumOf(scores) / total;
  let squares = 0;
  for (let i = 0; i < total; i++) {
    const excess = scores[i]! - mean;
    squares += excess * excess;
  }
  let chiSquare = 0;
  for (const [g, group] of deviations.entries()) {
    chiSquare += group.length * (scoreSums[g]! / group.length - mean) ** 2;
  }
  chiSquare /= squares / (total - 1);
  return { chiSquare, df, p: chiSquareSurvival(chiSquare, df) };
}

/**
 * |x - median| of each group, sorted ascending: the input of the tests of equal spread.
 *
 * @param groups each sorted ascending
 * @throws RangeError for fewer than 2 groups, an empty one, or no more values than groups
 */
export function deviationsFromMedians(groups: readonly Float64Array[]): Float64Array[] {
  if (groups.length < 2) throw new RangeError(`equal spread: ${groups.length} groups, needs at least 2`);
  const deviations = groups.map((group, i) => {
    if (group.length === 0) {
      throw new RangeError(`equal spread: group ${i + 1} is empty, needs at least 1 value`);
    }
    return absoluteDeviationsSorted(group);
  });
  if (deviations.every((group) => group.length === 1)) {
    throw new RangeError(`equal spread: every group has one value, needs more values than groups`);
  }
  return deviations;
}

/**
 * The values of all groups, sorted like each of them: the groups are merged two by two, nothing is sorted.
 */
function merged(groups: readonly Float64Array[]): Float64Array {
  if (groups.length < 2) return groups[0]!;
  const half = groups.length >> 1;
  return mergedTwo(merged(groups.slice(0, half)), merged(groups.slice(half)));
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}
