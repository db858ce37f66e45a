/** This many resamples as extreme as the observed value give p to within a tenth of itself. */
const ENOUGH = 100;

/**
 * p of a permutation test by sequential Monte Carlo (Besag and Clifford 1991): resamples are drawn until
 * ENOUGH of them were as extreme as the observed value, and p is their share. Otherwise all are drawn, and
 * the observed value counts as one of them. In both cases a true null hypothesis has p <= x with a
 * probability of at most x. Up to p = ENOUGH / (most + 1) all are drawn; a large p, of which fewer digits
 * matter, needs few.
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
