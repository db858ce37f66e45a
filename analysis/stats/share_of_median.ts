import { quantileSorted } from "./quantile.ts";
import { countDifferences } from "./rank.ts";
import type { ShiftTest } from "./shift_test.ts";
import { normalQuantile } from "./special.ts";

/** Densities are taken from the middle that intervals of this confidence span. */
const CONFIDENCE = 0.9;

/**
 * How many times the variance of a shift must be taken where it is held against a share of A's median: the median is
 * as uncertain as the shift, and a sample A that lies low by chance has a large shift and a small margin at once.
 *
 * The shift's estimate less the margin moves with each value of A by p / g + share * above / f: p is the share of B
 * beyond the value once B is moved back, `above` whether the value lies above the median, f and g the densities of A at
 * its median and of the differences at the shift. What that adds to the variance is the factor; at the lower margin the
 * same would make it smaller, so the factor of the upper one serves both. docs/validation.md has the error rates.
 *
 * @param share of A's median, > 0
 * @returns at least 1
 */
export function inflationBy(share: number, test: ShiftTest): number {
  const { sortedA: a, sortedB: b } = test;
  const [m, n] = [a.length, b.length];
  const ofA = densityAtMedian(a);
  const { low, high } = test.interval(CONFIDENCE);
  if (ofA === null || high === low) return 1;
  const { upTo } = countDifferences(a, b, high);
  const { below } = countDifferences(a, b, low);
  const ratio = (upTo - below) / (m * n) / (high - low) / ofA;
  const moves = share * ratio;
  const beyond = sharesBeyond(a, b, test.estimate);
  const median = quantileSorted(a, 0.5);
  const above = a.map((value) => value > median ? 1 : value < median ? 0 : 0.5);
  const both = beyond.map((p, i) => p - moves * above[i]!);
  const ofB = variance(sharesBeyond(b, a, -test.estimate)) / n;
  const plain = variance(beyond) / m + ofB;
  return plain === 0 ? 1 : Math.max(1, (variance(both) / m + ofB) / plain);
}

/** Values per unit around the median, as a share of all; null where half of them or so are equal. */
function densityAtMedian(sorted: Float64Array): number | null {
  const n = sorted.length;
  const reach = -normalQuantile((1 - CONFIDENCE) / 2) * Math.sqrt(n) / 2;
  const [first, last] = [Math.max(0, Math.floor(n / 2 - reach)), Math.min(n - 1, Math.ceil(n / 2 + reach))];
  const width = sorted[last]! - sorted[first]!;
  return width === 0 ? null : (last - first) / n / width;
}

/** For each value the share of the others that lie beyond it by more than a shift. */
function sharesBeyond(sorted: Float64Array, others: Float64Array, shift: number): Float64Array {
  let [upTo, below] = [0, 0];
  return sorted.map((value) => {
    while (below < others.length && others[below]! - value < shift) below++;
    while (upTo < others.length && others[upTo]! - value <= shift) upTo++;
    return 1 - (below + upTo) / 2 / others.length;
  });
}

function variance(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}
