/**
 * Intervals for the difference and the ratio of two independent estimates from the bounds of each: the distance
 * from an estimate to its bound stands for its spread on that side, so skewed bounds keep their skew. The method
 * of variance estimates recovery.
 */

import type { QuantileBounds } from "./quantile_bounds.ts";

type Bounded = QuantileBounds;

export interface Ends {
  readonly low: number;
  readonly high: number;
}

/**
 * Bounds of B - A, in the unit of the estimates. Zou and Donner, "Construction of confidence limits about effect
 * measures: a general approach" (2008), equations 3 and 4.
 *
 * @param a with finite estimate; a bound that does not exist is infinite, and so is then the end it makes
 */
export function moverDifference(a: Bounded, b: Bounded): Ends {
  const difference = b.estimate - a.estimate;
  return {
    low: difference - Math.hypot(b.estimate - b.low, a.high - a.estimate),
    high: difference + Math.hypot(b.high - b.estimate, a.estimate - a.low),
  };
}

/**
 * Bounds of B / A: the ratios r for which the bounds of B - r A hold 0. An interval inside (1 - m, 1 + m) is the
 * same as: B is above (1 - m) A and below (1 + m) A, so a margin that is a share of A needs no known A. Donner
 * and Zou, "Closed-form confidence intervals for functions of the normal mean and standard deviation" (2012),
 * section 2, for positive estimates.
 *
 * @returns null unless A's lower bound is above 0 and B's at least 0
 */
export function moverRatio(a: Bounded, b: Bounded): Ends | null {
  if (!(a.low > 0 && b.low >= 0)) return null;
  // In units of the estimates, so that squares neither overflow nor lose digits.
  const ratio = b.estimate / a.estimate;
  if (ratio === 0) return { low: 0, high: b.high / a.low };
  const [lowA, highA] = [a.low / a.estimate, a.high / a.estimate];
  const [lowB, highB] = [b.low / b.estimate, b.high / b.estimate];
  const squared = (bound: number) => bound * (2 - bound);
  const low = highA === Infinity
    ? 0
    : squared(lowB) / (1 + Math.sqrt(Math.max(0, 1 - squared(highA) * squared(lowB))));
  const high = highB === Infinity
    ? Infinity
    : (1 + Math.sqrt(Math.max(0, 1 - squared(lowA) * squared(highB)))) / squared(lowA);
  return { low: ratio * low, high: ratio * high };
}
