/**
 * An interval of the median for the tables of the benchmarks; the program prints none for a single sample.
 */

import { incompleteBeta } from "../analysis/stats/incomplete.ts";

/**
 * Two order statistics, equally far from both ends, that contain the median with 95 % confidence: the number
 * of values below the median is binomial, whatever the distribution.
 *
 * @param sorted ascending
 * @returns null for fewer than 6 values
 */
export function medianInterval(sorted: Float64Array): { readonly low: number; readonly high: number } | null {
  const n = sorted.length;
  // The rank-th value lies above the median when fewer than rank of n values lie below it.
  const tailOf = (rank: number) => incompleteBeta(n - rank + 1, rank, 0.5, 0.5).lower;
  if (n === 0 || tailOf(1) > 0.025) return null;
  let low = 1;
  while (tailOf(low + 1) <= 0.025) low++;
  return { low: sorted[low - 1]!, high: sorted[n - low]! };
}
