import { incompleteBeta } from "./incomplete.ts";

/** Weights of the order statistics, by sample size: files of a fleet mostly have one. */
const known = new Map<number, Float64Array>();
/** Sizes whose weights are kept. */
const MOST_KNOWN = 32;

/**
 * Variance of a sample's median by Maritz and Jarrett (1978): that of the median of samples drawn from these values, in
 * closed form, without a random draw or a density.
 *
 * @param sorted ascending, in any unit; the variance is in the unit squared
 * @throws RangeError for fewer than 2 values
 */
export function medianVariance(sorted: Float64Array): number {
  const n = sorted.length;
  if (n < 2) throw new RangeError(`variance of a median: ${n} values, needs at least 2`);
  const weights = weightsOf(n);
  // From the middle value, so that squares of times since boot lose no digits.
  const origin = sorted[n >> 1]!;
  let [mean, squares] = [0, 0];
  for (let i = 0; i < n; i++) {
    const distance = sorted[i]! - origin;
    mean += weights[i]! * distance;
    squares += weights[i]! * distance * distance;
  }
  return Math.max(0, squares - mean * mean);
}

function weightsOf(n: number): Float64Array {
  const found = known.get(n);
  if (found !== undefined) return found;
  const middle = (n + 1) / 2;
  const weights = new Float64Array(n);
  let below = 0;
  for (let i = 0; i < n; i++) {
    const upTo = i + 1 === n ? 1 : incompleteBeta(middle, middle, (i + 1) / n, (n - i - 1) / n).lower;
    weights[i] = upTo - below;
    below = upTo;
  }
  if (known.size < MOST_KNOWN) known.set(n, weights);
  return weights;
}
