import { countPairs } from "./rank.ts";
import { normalCdf, normalSurvival } from "./special.ts";
import { EXACT_BELOW, WilcoxonDistribution } from "./wilcoxon.ts";

/** What is claimed about the second sample B compared with the first, A. */
export type Alternative = "two-sided" | "greater" | "less";

export interface MannWhitney {
  /** U of B: pairs with b > a, plus half of the pairs with b = a. R's W of `wilcox.test(b, a)`. */
  readonly u: number;
  /** In [0, 1]; 0 only by underflow, that is below 1e-307. */
  readonly p: number;
  /** Which null distribution and which corrections were used. */
  readonly method: string;
}

/**
 * Mann-Whitney test of two sorted samples, as R's `wilcox.test(b, a)`: exact when both sizes are below 50 and
 * no two values are equal, else normal with tie and continuity correction. When all values are equal, every
 * arrangement has the same U and p is exactly 1.
 *
 * @throws RangeError when a sample is empty
 */
export function mannWhitney(
  sortedA: Float64Array,
  sortedB: Float64Array,
  alternative: Alternative = "two-sided",
): MannWhitney {
  const m = sortedA.length;
  const n = sortedB.length;
  if (m === 0 || n === 0) {
    throw new RangeError(`Mann-Whitney: sizes are ${m} and ${n}, needs at least 1 value a side`);
  }
  const { greater, equal, tieSum } = countPairs(sortedA, sortedB);
  const u = greater + equal / 2;
  if (m < EXACT_BELOW && n < EXACT_BELOW && tieSum === 0) {
    return { u, p: exactP(u, m, n, alternative), method: "Mann-Whitney, exact" };
  }
  const sigma = sigmaOfU(m, n, tieSum);
  if (sigma === 0) return { u, p: 1, method: "Mann-Whitney, all values equal" };
  const corrections = tieSum === 0 ? "continuity correction" : "tie and continuity correction";
  return {
    u,
    p: normalP(u - (m * n) / 2, sigma, alternative),
    method: `Mann-Whitney, normal approximation with ${corrections}`,
  };
}

/** Standard deviation of U under exchangeability, corrected for ties (`tieSum` as in rank.ts). */
export function sigmaOfU(m: number, n: number, tieSum: number): number {
  const total = m + n;
  return Math.sqrt(((m * n) / 12) * Math.max(0, total + 1 - tieSum / (total * (total - 1))));
}

function exactP(u: number, m: number, n: number, alternative: Alternative): number {
  const distribution = WilcoxonDistribution.of(m, n);
  if (alternative === "greater") return distribution.survival(u);
  if (alternative === "less") return distribution.cdf(u);
  const tail = u > (m * n) / 2 ? distribution.survival(u) : distribution.cdf(u);
  return Math.min(1, 2 * tail);
}

function normalP(excess: number, sigma: number, alternative: Alternative): number {
  if (alternative === "greater") return normalSurvival((excess - 0.5) / sigma);
  if (alternative === "less") return normalCdf((excess + 0.5) / sigma);
  const z = (Math.abs(excess) - 0.5) / sigma;
  return Math.min(1, 2 * normalSurvival(z));
}
