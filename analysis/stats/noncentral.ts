import { gammaTerm, incompleteGamma } from "./incomplete.ts";

/** Poisson weights below this share of the largest one add nothing. */
const NEGLIGIBLE = 1e-18;

/**
 * P(X <= x) of the noncentral chi-square distribution: central ones of df + 2 j degrees of freedom, weighted by
 * Poisson probabilities of j with mean lambda / 2, summed from the most likely j to both sides. Absolute error at
 * most 1e-12; O(sqrt lambda).
 *
 * @param lambda noncentrality
 * @throws RangeError unless x, lambda >= 0 and df > 0
 */
export function noncentralChiSquareCdf(x: number, df: number, lambda: number): number {
  if (!(x >= 0 && df > 0 && lambda >= 0)) {
    throw new RangeError(
      `noncentral chi-square: x, df, lambda are ${x}, ${df}, ${lambda}, needs x, lambda >= 0 and df > 0`,
    );
  }
  if (x === 0) return 0;
  const [y, mean] = [x / 2, lambda / 2];
  const mode = Math.floor(mean);
  const a = df / 2 + mode;
  const weightAtMode = mode === 0 ? Math.exp(-mean) : gammaTerm(mode, mean) / mode;
  const atMode = incompleteGamma(a, y).lower;
  // By y^a e^-y / Gamma(a + 1) the central distribution function falls from a to a + 1.
  const stepAtMode = gammaTerm(a, y) / a;
  let sum = weightAtMode * atMode;
  let [weight, central, step] = [weightAtMode, atMode, stepAtMode];
  for (let j = mode + 1; weight > NEGLIGIBLE * weightAtMode && central > step; j++) {
    weight *= mean / j;
    central -= step;
    step *= y / (df / 2 + j);
    sum += weight * central;
  }
  [weight, central, step] = [weightAtMode, atMode, stepAtMode];
  for (let j = mode - 1; j >= 0 && weight > NEGLIGIBLE * weightAtMode; j--) {
    weight *= (j + 1) / mean;
    step *= (df / 2 + j + 1) / y;
    central += step;
    sum += weight * central;
  }
  return Math.min(1, sum);
}
