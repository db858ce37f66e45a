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
  const { sumA, squaresA, sumB, squaresB } = equalAs === 0.5
    ? halved(sortedA, sortedB, shift)
    : onePass(sortedA, sortedB, shift, equalAs);
  return {
    excess: sumB / (2 * m * n),
    ofA: ofMean(sumA, squaresA, m) / (4 * n * n),
    ofB: ofMean(sumB, squaresB, n) / (4 * m * m),
  };
}

/** Twice the counts, less what they are without a shift: integers, so that sums are exact while they can be. */
interface Sums {
  readonly sumA: number;
  readonly squaresA: number;
  readonly sumB: number;
  readonly squaresB: number;
}

/**
 * Where each value of A is passed by those of B, and each of B has passed those of A, in one pass over both: a
 * difference that is the shift itself counts as all of those below it, or of those above.
 */
function onePass(sortedA: Float64Array, sortedB: Float64Array, shift: number, equalAs: 0 | 1): Sums {
  const [m, n] = [sortedA.length, sortedB.length];
  let [sumA, squaresA, sumB, squaresB, i] = [0, 0, 0, 0, 0];
  for (let j = 0; j < n; j++) {
    const b = sortedB[j]!;
    const ofA = n - 2 * j;
    // The difference is formed as everywhere: comparing a with b - shift would round differently.
    if (equalAs === 0) {
      for (; i < m && b - sortedA[i]! > shift; i++) {
        sumA += ofA;
        squaresA += ofA * ofA;
      }
    } else {
      for (; i < m && b - sortedA[i]! >= shift; i++) {
        sumA += ofA;
        squaresA += ofA * ofA;
      }
    }
    const ofB = 2 * i - m;
    sumB += ofB;
    squaresB += ofB * ofB;
  }
  return { sumA: sumA - n * (m - i), squaresA: squaresA + n * n * (m - i), sumB, squaresB };
}

/** The same where such a difference counts by half. */
function halved(sortedA: Float64Array, sortedB: Float64Array, shift: number): Sums {
  const [m, n] = [sortedA.length, sortedB.length];
  // Values of B that are not below each of A, up to the one that is being passed.
  const passed = new Uint32Array(m);
  let [sumA, squaresA, sumB, squaresB, below, upTo] = [0, 0, 0, 0, 0, 0];
  for (let j = 0; j < n; j++) {
    const b = sortedB[j]!;
    for (; upTo < m && b - sortedA[upTo]! >= shift; upTo++) passed[upTo] = j;
    for (; below < upTo && b - sortedA[below]! > shift; below++) {
      const ofA = n - j - passed[below]!;
      sumA += ofA;
      squaresA += ofA * ofA;
    }
    const ofB = below + upTo - m;
    sumB += ofB;
    squaresB += ofB * ofB;
  }
  for (let i = below; i < m; i++) {
    const ofA = i < upTo ? -passed[i]! : -n;
    sumA += ofA;
    squaresA += ofA * ofA;
  }
  return { sumA, squaresA, sumB, squaresB };
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
