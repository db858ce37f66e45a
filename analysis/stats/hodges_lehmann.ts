import { sigmaOfU } from "./mann_whitney.ts";
import { PairwiseDifferences } from "./pairwise_difference.ts";
import { tieSumSorted } from "./rank.ts";
import { normalCdf, normalQuantile } from "./special.ts";
import { EXACT_BELOW, WilcoxonDistribution } from "./wilcoxon.ts";

/** Confidence interval of the shift B - A, in the unit of the samples. */
export interface ShiftInterval {
  readonly low: number;
  readonly high: number;
  /** The confidence asked for. */
  readonly confidence: number;
  /** The confidence reached: exact, or by the normal approximation; below `confidence` only for tiny samples. */
  readonly achieved: number;
  readonly method: string;
}

/**
 * Hodges-Lehmann estimate of the shift B - A: the median of all m n differences b - a, exact for every size
 * (R's `wilcox.test` solves an equation instead once it is not exact). O(m + n) memory, O((m + n) log(m n)).
 *
 * @param differences of these samples, when the caller uses them more than once
 * @throws RangeError when a sample is empty
 */
export function hodgesLehmann(
  sortedA: Float64Array,
  sortedB: Float64Array,
  differences: PairwiseDifferences = new PairwiseDifferences(sortedA, sortedB),
): number {
  requireSizes("Hodges-Lehmann", sortedA, sortedB);
  const pairs = sortedA.length * sortedB.length;
  const low = differences.ranked(Math.floor((pairs + 1) / 2));
  if (pairs % 2 === 1) return low;
  const high = differences.ranked(pairs / 2 + 1);
  return low + (high - low) / 2;
}

/**
 * Confidence interval of the shift: from the c-th smallest to the c-th largest of the m n differences, the set of
 * shifts that the Mann-Whitney test does not reject, closed at its ends. A shift that lies between two
 * neighbouring differences leaves no ties ACROSS the samples, so only ties within a sample matter: with both
 * sizes below 50 and none of those, c comes from the exact distribution of U, as in R's
 * `wilcox.test(conf.int = TRUE)`; else from the normal approximation with continuity correction, its variance
 * corrected for the ties within each sample. (There R solves for a continuous z; its ends lie within a
 * neighbouring difference of these.)
 *
 * @param confidence in (0, 1)
 * @param differences of these samples, where more is asked of them
 * @throws RangeError when a sample is empty or the confidence is outside (0, 1)
 */
export function shiftInterval(
  sortedA: Float64Array,
  sortedB: Float64Array,
  confidence: number = 0.95,
  differences: PairwiseDifferences = new PairwiseDifferences(sortedA, sortedB),
): ShiftInterval {
  requireSizes("interval of the shift", sortedA, sortedB);
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`interval of the shift: confidence is ${confidence}, must lie in (0, 1)`);
  }
  const { rank, achieved, method } = intervalRank(sortedA, sortedB, confidence);
  const pairs = sortedA.length * sortedB.length;
  return {
    low: differences.ranked(rank),
    high: differences.ranked(pairs + 1 - rank),
    confidence,
    achieved,
    method,
  };
}

/** Which ordered difference is the lower end, and what confidence that gives. */
export interface EndRank {
  readonly rank: number;
  readonly achieved: number;
  readonly method: string;
}

/** Where shiftInterval's lower end lies among the differences: c, from the bottom and (the upper end) from the top. */
export function intervalRank(sortedA: Float64Array, sortedB: Float64Array, confidence: number): EndRank {
  const m = sortedA.length;
  const n = sortedB.length;
  const tieSum = tieSumSorted(sortedA) + tieSumSorted(sortedB);
  return m < EXACT_BELOW && n < EXACT_BELOW && tieSum === 0
    ? exactRank(m, n, confidence)
    : normalRank(m, n, tieSum, confidence);
}

function exactRank(m: number, n: number, confidence: number): EndRank {
  const distribution = WilcoxonDistribution.of(m, n);
  const rank = Math.max(1, distribution.lowerQuantile((1 - confidence) / 2));
  return { rank, achieved: 1 - 2 * distribution.cdf(rank - 1), method: "Mann-Whitney inversion, exact" };
}

function normalRank(m: number, n: number, tieSum: number, confidence: number): EndRank {
  const sigma = sigmaOfU(m, n, tieSum);
  const z = -normalQuantile((1 - confidence) / 2);
  const middle = (m * n) / 2;
  // The smallest count of differences below a shift that is not rejected: (middle - count - 1/2) / sigma <= z.
  const rank = Math.min(Math.floor(middle + 0.5), Math.max(1, Math.ceil(middle - 0.5 - z * sigma)));
  const achieved = sigma === 0 ? 1 : Math.max(0, 1 - 2 * normalCdf((rank - 0.5 - middle) / sigma));
  return {
    rank,
    achieved,
    method: "order statistics, normal approximation with tie and continuity correction",
  };
}

function requireSizes(what: string, sortedA: Float64Array, sortedB: Float64Array): void {
  if (sortedA.length === 0 || sortedB.length === 0) {
    throw new RangeError(
      `${what}: sizes are ${sortedA.length} and ${sortedB.length}, needs at least 1 value a side`,
    );
  }
}
