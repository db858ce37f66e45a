/** Histograms small enough to stand beside a line of text. */

import { quantileSorted } from "../stats/quantile.ts";

const MOST_BINS = 32;
const BARS = " ▁▂▃▄▅▆▇█";

/** Bins of equal width in ns; values beyond them are counted in the first and in the last. */
export interface Bins {
  readonly low_ns: number;
  readonly width_ns: number;
  readonly count: number;
}

/**
 * Bins that all samples share, from the smallest of their 1st percentiles to the largest of their 99th.
 *
 * @param samples ns, each sorted ascending
 * @returns null when no sample has a value
 */
export function binsOver(samples: readonly Float64Array[]): Bins | null {
  const some = samples.filter((sorted) => sorted.length > 0);
  if (some.length === 0) return null;
  const low = Math.floor(Math.min(...some.map((sorted) => quantileSorted(sorted, 0.01))));
  const high = Math.ceil(Math.max(...some.map((sorted) => quantileSorted(sorted, 0.99))));
  const width = Math.ceil((high + 1 - low) / MOST_BINS);
  return { low_ns: low, width_ns: width, count: Math.ceil((high + 1 - low) / width) };
}

/** Values in each bin. */
export function countsIn(bins: Bins | null, values: Float64Array): number[] {
  if (bins === null) return [];
  const counts = new Array<number>(bins.count).fill(0);
  for (const value of values) {
    const bin = Math.floor((value - bins.low_ns) / bins.width_ns);
    counts[Math.max(0, Math.min(bins.count - 1, bin))]!++;
  }
  return counts;
}

/** One bar per bin, the tallest full; a bin with a run is never blank. */
export function sparkline(counts: readonly number[]): string {
  const most = Math.max(1, ...counts);
  return counts.map((count) => BARS[Math.ceil((count / most) * (BARS.length - 1))]).join("");
}
