/**
 * How many values an upper bound of a quantile needs: the largest of n values is such a bound when 1 - p^n >=
 * confidence, whatever the distribution. 59 for P95 and 299 for P99 at 95 %.
 *
 * @throws RangeError for a p or confidence outside (0, 1)
 */
export function runsForUpperBound(p: number, confidence: number = 0.95): number {
  for (const [what, share] of [["p", p], ["confidence", confidence]] as const) {
    if (!(share > 0 && share < 1)) {
      throw new RangeError(`bound of a quantile: ${what} is ${share}, must lie in (0, 1)`);
    }
  }
  return Math.ceil(Math.log1p(-confidence) / Math.log(p));
}
