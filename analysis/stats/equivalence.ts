import { type ShiftInterval, shiftInterval } from "./hodges_lehmann.ts";
import { mannWhitney } from "./mann_whitney.ts";
import { PairwiseDifferences } from "./pairwise_difference.ts";

export interface Equivalence {
  /** Half width of the region of equivalence, in the unit of the samples. */
  readonly margin: number;
  readonly alpha: number;
  /** TOST: the larger of the two one-sided p-values. Small means equivalent. */
  readonly p: number;
  /** p of "the shift is above -margin". */
  readonly pAboveLower: number;
  /** p of "the shift is below +margin". */
  readonly pBelowUpper: number;
  /** The 1 - 2 alpha interval of the shift B - A. */
  readonly interval: ShiftInterval;
  /** The interval lies strictly inside +-margin. */
  readonly inside: boolean;
  readonly method: string;
}

/**
 * Equivalence of location of two sorted samples, by two one-sided Mann-Whitney tests (Schuirmann 1987): B moved
 * up by the margin must be larger than A, and B moved down by it smaller. Moving is exact for integers.
 *
 * @param margin > 0, in the unit of the samples
 * @param alpha in (0, 1/2)
 * @param differences of these samples, where more is asked of them
 * @throws RangeError when a sample is empty or margin or alpha are outside their domain
 */
export function equivalence(
  sortedA: Float64Array,
  sortedB: Float64Array,
  margin: number,
  alpha: number = 0.05,
  differences: PairwiseDifferences = new PairwiseDifferences(sortedA, sortedB),
): Equivalence {
  if (!(margin > 0 && Number.isFinite(margin))) {
    throw new RangeError(`equivalence: margin is ${margin}, must be positive and finite`);
  }
  if (!(alpha > 0 && alpha < 0.5)) {
    throw new RangeError(`equivalence: alpha is ${alpha}, must lie in (0, 1/2)`);
  }
  const above = mannWhitney(sortedA, sortedB.map((value) => value + margin), "greater");
  const below = mannWhitney(sortedA, sortedB.map((value) => value - margin), "less");
  const interval = shiftInterval(sortedA, sortedB, 1 - 2 * alpha, differences);
  return {
    margin,
    alpha,
    p: Math.max(above.p, below.p),
    pAboveLower: above.p,
    pBelowUpper: below.p,
    interval,
    inside: -margin < interval.low && interval.high < margin,
    method: above.method === below.method
      ? `TOST, ${above.method}`
      : `TOST, ${above.method}; ${below.method}`,
  };
}
