import { newcombe, type ShareInterval, wilson } from "./newcombe.ts";
import { quantileSorted } from "./quantile.ts";
import { countUpTo, merged } from "./rank.ts";

/** How many runs of each side lie in the upper one of two modes. */
export interface ModeShares {
  /** Values above it are in the upper mode; in the unit of the samples. */
  readonly cut: number;
  /** Of A and of B. */
  readonly shares: readonly [ShareInterval, ShareInterval];
  /** B - A. */
  readonly difference: { readonly difference: number; readonly low: number; readonly high: number };
}

/** Values farther out than so many interquartile ranges (Tukey's outliers) do not pull the cut to them. */
const OUT = 1.5;

/**
 * Shares of the upper mode with Wilson's intervals, and their difference with Newcombe's. Both sides are parted at one
 * place, where the two classes of all their values together differ most: Otsu, "A threshold selection method from
 * gray-level histograms" (1979). O(m + n).
 *
 * @param sortedA ascending, not empty, and `sortedB` too
 * @param confidence in (0, 1)
 * @returns null when all values are equal
 */
export function modeShares(
  sortedA: Float64Array,
  sortedB: Float64Array,
  confidence: number,
): ModeShares | null {
  const cut = otsuCut(merged(sortedA, sortedB));
  if (cut === null) return null;
  const shareOf = (sorted: Float64Array) =>
    wilson(sorted.length - countUpTo(sorted, cut), sorted.length, confidence);
  const shares = [shareOf(sortedA), shareOf(sortedB)] as const;
  return { cut, shares, difference: newcombe(...shares) };
}

/** The middle between the two values between which the classes part; null when all values are equal. */
function otsuCut(sorted: Float64Array): number | null {
  const n = sorted.length;
  const [lower, upper] = [quantileSorted(sorted, 0.25), quantileSorted(sorted, 0.75)];
  const reach = OUT * (upper - lower);
  // Where half of the values are equal, there is no measure of far out.
  const near = (value: number) =>
    reach === 0 ? value : Math.min(upper + reach, Math.max(lower - reach, value));
  // Of distances to the first value, so that sums keep their digits.
  const first = near(sorted[0]!);
  let total = 0;
  for (const value of sorted) total += near(value) - first;
  let best = 0;
  let cut: number | null = null;
  let below = 0;
  for (let i = 0; i < n - 1; i++) {
    below += near(sorted[i]!) - first;
    if (sorted[i] === sorted[i + 1]) continue;
    const size = i + 1;
    const apart = (total - below) / (n - size) - below / size;
    const between = size * (n - size) * apart * apart;
    if (between > best) {
      best = between;
      cut = sorted[i]! + (sorted[i + 1]! - sorted[i]!) / 2;
    }
  }
  return cut;
}
