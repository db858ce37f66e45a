/** So many resamples as extreme as what was observed tell the p to a tenth of itself. */
const ENOUGH = 100;

/**
 * p of a permutation test by sequential Monte Carlo (Besag and Clifford 1991): resamples are drawn until ENOUGH of
 * them were as extreme as what was observed, and p is their share; else all are drawn, and what was observed counts as
 * one of them. A true null hypothesis has p <= x with a probability of at most x either way. Up to p = ENOUGH / (most
 * + 1) all are drawn; a large p, of which fewer digits matter, takes few.
 *
 * @param most resamples
 * @param isExtreme draws one, and says whether it is as extreme
 */
export function sequentialP(most: number, isExtreme: () => boolean): number {
  let extreme = 0;
  for (let drawn = 1; drawn <= most; drawn++) {
    if (isExtreme() && ++extreme === ENOUGH) return extreme / drawn;
  }
  return (extreme + 1) / (most + 1);
}
