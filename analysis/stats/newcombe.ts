import { normalQuantile } from "./special.ts";

/** A share with its interval. */
export interface ShareInterval {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Wilson's score interval of a share, without continuity correction: R's `prop.test(correct = FALSE)`. Wilson,
 * "Probable inference, the law of succession, and statistical inference" (1927).
 *
 * @param count from 0 to n
 * @param n >= 1
 * @param confidence in (0, 1)
 */
export function wilson(count: number, n: number, confidence: number): ShareInterval {
  const z = -normalQuantile((1 - confidence) / 2);
  const share = count / n;
  const middle = (count + z * z / 2) / (n + z * z);
  const half = (z / (n + z * z)) * Math.sqrt((count * (n - count)) / n + z * z / 4);
  return {
    share,
    // At both ends the interval begins at the share itself: rounding must not leave it.
    low: count === 0 ? 0 : middle - half,
    high: count === n ? 1 : middle + half,
  };
}

/**
 * Interval of the difference B - A of two independent shares from Wilson's intervals of each, which have the
 * confidence of the result. Newcombe, "Interval estimation for the difference between independent proportions:
 * comparison of eleven methods" (1998), method 10.
 */
export function newcombe(
  a: ShareInterval,
  b: ShareInterval,
): { difference: number; low: number; high: number } {
  const difference = b.share - a.share;
  return {
    difference,
    low: difference - Math.hypot(b.share - b.low, a.high - a.share),
    high: difference + Math.hypot(b.high - b.share, a.share - a.low),
  };
}
