import { incompleteBeta } from "./incomplete.ts";
import { quantileSorted } from "./quantile.ts";

/**
 * How many values an upper bound of a quantile needs: the largest of n values is such a bound when 1 - p^n >=
 * confidence, whatever the distribution. 59 for P95 and 299 for P99 at 95 %.
 *
 * @throws RangeError for a p or confidence outside (0, 1)
 */
export function runsForUpperBound(p: number, confidence: number = 0.95): number {
  requireShares(p, confidence);
  return Math.ceil(Math.log1p(-confidence) / Math.log(p));
}

/** A quantile of one sample, with a bound on each side that each holds with its own confidence. */
export interface QuantileBounds {
  /** Hyndman and Fan's type 7. */
  readonly estimate: number;
  /** -Infinity where the sample is too small for a bound. */
  readonly low: number;
  /** Infinity where the sample is too small for a bound. */
  readonly high: number;
}

/** Places of the order statistics that bound a quantile, from 1; 0 and n + 1 stand for no bound. */
export interface BoundRanks {
  readonly low: number;
  readonly high: number;
}

/**
 * The ranks of exact one-sided bounds, whatever the distribution: the number of values up to a quantile is
 * binomial. Hahn and Meeker, "Statistical Intervals" (1991), 5.2.
 *
 * @param n integer >= 1
 * @param confidence of each bound alone, at least 1/2; both together hold with 2 confidence - 1
 * @throws RangeError for a p or confidence outside (0, 1)
 */
export function boundRanks(n: number, p: number, confidence: number): BoundRanks {
  requireShares(p, confidence);
  return {
    low: binomialQuantile(1 - confidence, n, p),
    high: binomialQuantile(confidence, n, p) + 1,
  };
}

/**
 * @param sorted ascending; Infinity for values of which only a lower limit is known
 * @param ranks of boundRanks, for this size
 * @throws RangeError for an empty sample or a p outside [0, 1]
 */
export function quantileBounds(sorted: Float64Array, p: number, ranks: BoundRanks): QuantileBounds {
  const estimate = quantileOfCensored(sorted, p);
  const [low, high] = [sorted[ranks.low - 1] ?? -Infinity, sorted[ranks.high - 1] ?? Infinity];
  // At a confidence near 1/2 the rank of a bound may lie beyond that of the estimate.
  return { estimate, low: Math.min(low, estimate), high: Math.max(high, estimate) };
}

/** Type 7; Infinity as soon as one of the two values that it lies between is. */
function quantileOfCensored(sorted: Float64Array, p: number): number {
  const position = (sorted.length - 1) * p;
  const above = sorted[Math.ceil(position)];
  const isExact = Number.isInteger(position) && above !== undefined;
  return isExact || above === Infinity ? above : quantileSorted(sorted, p);
}

/**
 * The smallest k with P(X <= k) >= share, where X is the number of successes in n trials of probability p: R's
 * `qbinom(share, n, p)`.
 */
function binomialQuantile(share: number, n: number, p: number): number {
  let [below, enough] = [-1, n];
  while (enough - below > 1) {
    const k = Math.floor((below + enough) / 2);
    // P(X > k) is the regularised incomplete beta function of k + 1 and n - k at p.
    if (incompleteBeta(k + 1, n - k, p, 1 - p).upper >= share) enough = k;
    else below = k;
  }
  return enough;
}

function requireShares(p: number, confidence: number): void {
  for (const [what, share] of [["p", p], ["confidence", confidence]] as const) {
    if (!(share > 0 && share < 1)) {
      throw new RangeError(`bound of a quantile: ${what} is ${share}, must lie in (0, 1)`);
    }
  }
}
