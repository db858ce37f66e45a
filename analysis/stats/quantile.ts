/**
 * Order statistics of one sample. Every function takes a sample already sorted ascending, of finite numbers
 * (ns in this project), so that a column is sorted once; results have the unit of the sample.
 */

/**
 * Quantile of Hyndman and Fan's type 7, linear between order statistics (the default of R and NumPy).
 *
 * @param p in [0, 1]
 * @throws RangeError for an empty sample or a p outside [0, 1]
 */
export function quantileSorted(sorted: ArrayLike<number>, p: number): number {
  requireSize(sorted, "quantile");
  if (!(p >= 0 && p <= 1)) throw new RangeError(`quantile: p is ${p}, must lie in [0, 1]`);
  const position = (sorted.length - 1) * p;
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (position - below) * (high - low);
}

/** Median. @throws RangeError for an empty sample */
export function medianSorted(sorted: Float64Array): number {
  return quantileSorted(sorted, 0.5);
}

/**
 * Interquartile range, type 7 on both ends; exact even when the quartiles themselves are too large to be
 * exact (2^53 ns).
 *
 * @throws RangeError for an empty sample
 */
export function iqrSorted(sorted: Float64Array): number {
  requireSize(sorted, "interquartile range");
  const first = sorted[0]!;
  const fromFirst = (p: number) => {
    const position = (sorted.length - 1) * p;
    const below = Math.floor(position);
    const low = sorted[below]! - first;
    const high = sorted[Math.min(below + 1, sorted.length - 1)]! - first;
    return low + (position - below) * (high - low);
  };
  return fromFirst(0.75) - fromFirst(0.25);
}

/**
 * Median absolute deviation from the median, unscaled (R's `mad(x, constant = 1)`): times 1.4826 it estimates the
 * standard deviation of normal data. The deviations grow from the median outwards on either side, so that the middle
 * ones of both together are found by bisection, in O(log n). Taken as absoluteDeviationsSorted does.
 *
 * @throws RangeError for an empty sample
 */
export function madSorted(sorted: Float64Array): number {
  requireSize(sorted, "median absolute deviation");
  const half = sorted.length >> 1;
  const last = rankedDeviation(sorted, half);
  if (sorted.length % 2 === 1) return last;
  const before = rankedDeviation(sorted, half - 1);
  return before + (last - before) / 2;
}

/**
 * The deviation of a rank, from 0 on: so many of the smaller ones lie to the left of the median, the rest to the right.
 * Resamples spend their time here, so that it makes no function of its own.
 */
function rankedDeviation(sorted: Float64Array, rank: number): number {
  const n = sorted.length;
  const middle = (n - 1) >> 1;
  const low = sorted[middle]!;
  const high = sorted[n >> 1]!;
  let few = Math.max(0, rank - (n - 1 - middle));
  let many = Math.min(rank, middle + 1);
  while (few < many) {
    const left = (few + many) >> 1;
    const before = deviation(sorted[middle - left]!, low, high);
    if (before < deviation(sorted[middle + rank - left]!, low, high)) few = left + 1;
    else many = left;
  }
  const left = middle - few;
  const right = middle + 1 + rank - few;
  const toLeft = left < 0 ? Infinity : deviation(sorted[left]!, low, high);
  return right >= n ? toLeft : Math.min(toLeft, deviation(sorted[right]!, low, high));
}

/** From the median, which lies between two middle values. */
function deviation(value: number, low: number, high: number): number {
  return Math.abs((value - low) / 2 + (value - high) / 2);
}

/**
 * |x - median| of a sorted sample, itself sorted ascending, in O(n): the deviations fall towards the median
 * from both ends, so two pointers merge them. They are measured from the two middle values, not from their
 * rounded mean, so adding a constant to integers changes nothing.
 *
 * @throws RangeError for an empty sample
 */
export function absoluteDeviationsSorted(sorted: Float64Array): Float64Array {
  requireSize(sorted, "deviations from the median");
  const low = sorted[Math.floor((sorted.length - 1) / 2)]!;
  const high = sorted[Math.floor(sorted.length / 2)]!;
  const deviation = (value: number) => Math.abs((value - low) / 2 + (value - high) / 2);
  const deviations = new Float64Array(sorted.length);
  let left = 0;
  let right = sorted.length - 1;
  let fromLeft = deviation(sorted[left]!);
  let fromRight = deviation(sorted[right]!);
  for (let slot = right; slot > 0; slot--) {
    if (fromLeft > fromRight) {
      deviations[slot] = fromLeft;
      fromLeft = deviation(sorted[++left]!);
    } else {
      deviations[slot] = fromRight;
      fromRight = deviation(sorted[--right]!);
    }
  }
  deviations[0] = fromLeft;
  return deviations;
}

function requireSize(sorted: ArrayLike<number>, what: string): void {
  if (sorted.length === 0) throw new RangeError(`${what}: the sample is empty, needs at least 1 value`);
}
