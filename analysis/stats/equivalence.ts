import type { ShiftTest } from "./shift_test.ts";

export interface Equivalence {
  /** TOST: the larger of the two one-sided p-values. Small means equivalent. */
  readonly p: number;
  /** p of "the shift is above -margin". */
  readonly pAboveLower: number;
  /** p of "the shift is below +margin". */
  readonly pBelowUpper: number;
  readonly method: string;
}

/**
 * Equivalence of location of two samples by two one-sided tests (Schuirmann 1987). p < alpha exactly where the
 * interval of confidence 1 - 2 alpha lies inside the margin and does not touch it.
 *
 * @param margin half width of the region of equivalence, > 0, in the unit of the samples
 * @throws RangeError for a margin outside its domain
 */
export function equivalence(test: ShiftTest, margin: number): Equivalence {
  if (!(margin > 0 && Number.isFinite(margin))) {
    throw new RangeError(`equivalence: margin is ${margin}, must be positive and finite`);
  }
  const [pAboveLower, pBelowUpper] = [test.pAbove(-margin), test.pBelow(margin)];
  return { p: Math.max(pAboveLower, pBelowUpper), pAboveLower, pBelowUpper, method: `TOST, ${test.method}` };
}
