/** Where the values of one sample lie among those of another, once the other is moved. */

/** How a difference counts that is the shift itself: as below it, as half, as above it. */
export type EqualAs = 0 | 0.5 | 1;

/** The placements of two samples about a shift: what Brunner and Munzel's test is made of. */
export interface Placements {
  /** Share of the differences b - a above the shift, less 1/2. */
  readonly excess: number;
  /** What the values of A and of B contribute to the variance of `excess`; 0 for a single value. */
  readonly ofA: number;
  readonly ofB: number;
}

/**
 * The share of the differences above a shift, with the variance that Brunner and Munzel (2000) estimate from the
 * placements: each value's share of the other sample beyond it. It assumes nothing of the samples' shapes. O(m + n).
 *
 * @param equalAs 0: about a shift just above this one, 1: just below it
 * @throws RangeError when a sample is empty
 */
export function placements(
  sortedA: Float64Array,
  sortedB: Float64Array,
  shift: number,
  equalAs: EqualAs = 0.5,
): Placements {
  const [m, n] = [sortedA.length, sortedB.length];
  if (m === 0 || n === 0) {
    throw new RangeError(`placements: sizes are ${m} and ${n}, needs at least 1 value a side`);
  }
  const weight = 2 * equalAs;
  // Twice the counts, less what they are without a shift: integers, so that sums are exact while they can be.
  let [sumB, squaresB, below, upTo] = [0, 0, 0, 0];
  for (let j = 0; j < n; j++) {
    const b = sortedB[j]!;
    // The difference is formed as everywhere: comparing a with b - shift would round differently.
    while (below < m && b - sortedA[below]! > shift) below++;
    if (upTo < below) upTo = below;
    while (upTo < m && b - sortedA[upTo]! >= shift) upTo++;
    const count = 2 * below + weight * (upTo - below) - m;
    sumB += count;
    squaresB += count * count;
  }
  let [sumA, squaresA] = [0, 0];
  [below, upTo] = [0, 0];
  for (let i = 0; i < m; i++) {
    const a = sortedA[i]!;
    while (below < n && sortedB[below]! - a < shift) below++;
    if (upTo < below) upTo = below;
    while (upTo < n && sortedB[upTo]! - a <= shift) upTo++;
    const count = n - 2 * upTo + weight * (upTo - below);
    sumA += count;
    squaresA += count * count;
  }
  return {
    excess: sumB / (2 * m * n),
    ofA: ofMean(sumA, squaresA, m) / (4 * n * n),
    ofB: ofMean(sumB, squaresB, n) / (4 * m * m),
  };
}

/** Variance of the mean of `size` numbers. */
function ofMean(sum: number, squares: number, size: number): number {
  return size < 2 ? 0 : Math.max(0, squares - (sum * sum) / size) / (size - 1) / size;
}

/** A variance that is a sum of estimates, and Satterthwaite's degrees of freedom, to which it is known. */
export interface Variance {
  readonly variance: number;
  /** NaN where the variance is 0. */
  readonly df: number;
}

/** @param parts estimated variances, each with its degrees of freedom */
export function satterthwaite(parts: readonly (readonly [variance: number, df: number])[]): Variance {
  let [variance, squares] = [0, 0];
  for (const [part, df] of parts) {
    if (part === 0) continue;
    variance += part;
    squares += (part * part) / df;
  }
  return { variance, df: (variance * variance) / squares };
}
