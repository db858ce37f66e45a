/**
 * Exact null distribution of the Mann-Whitney U of samples of m and n values without ties, as R's
 * pwilcox/qwilcox. Counts are sums of positive terms only, so even the smallest probability keeps its digits.
 */

/** R's `wilcox.test` is exact when both sizes are below this and there are no ties. */
export const EXACT_BELOW = 50;

/** Distributions computed so far, by m and n: a comparison needs few sizes, each many times. */
const known = new Map<number, WilcoxonDistribution>();

/** Distribution of U over 0 .. m n. */
export class WilcoxonDistribution {
  /** Number of arrangements with U = u, for u = 0 .. floor(m n / 2); the rest by symmetry. */
  readonly #counts: Float64Array;
  readonly #total: number;
  readonly #max: number;

  /**
   * The distribution for samples of m and n values, computed once.
   *
   * @throws RangeError unless 1 <= m, n < EXACT_BELOW: beyond that the table gets large and is not needed
   */
  static of(m: number, n: number): WilcoxonDistribution {
    for (const size of [m, n]) {
      if (!(Number.isInteger(size) && size >= 1 && size < EXACT_BELOW)) {
        throw new RangeError(
          `exact U distribution: a sample size is ${size}, must be 1 to ${EXACT_BELOW - 1}`,
        );
      }
    }
    const key = m * EXACT_BELOW + n;
    const distribution = known.get(key) ?? new WilcoxonDistribution(m, n);
    known.set(key, distribution);
    return distribution;
  }

  private constructor(m: number, n: number) {
    this.#max = m * n;
    this.#counts = partitionCounts(m, n).subarray(0, Math.floor(this.#max / 2) + 1);
    this.#total = binomial(m + n, m);
  }

  /** P(U <= u). */
  cdf(u: number): number {
    const whole = Math.floor(u);
    if (whole < 0) return 0;
    if (whole >= this.#max) return 1;
    return 2 * whole < this.#max ? this.#tail(whole) : 1 - this.#tail(this.#max - whole - 1);
  }

  /** P(U >= u), not computed as 1 - P(U < u). */
  survival(u: number): number {
    return this.cdf(this.#max - Math.ceil(u));
  }

  /** Smallest u with P(U <= u) >= p, for p in [0, 1/2], with the rounding allowance of R's qwilcox. */
  lowerQuantile(p: number): number {
    if (!(p >= 0 && p <= 0.5)) throw new RangeError(`U quantile: p is ${p}, must lie in [0, 1/2]`);
    const wanted = p - 10 * Number.EPSILON;
    let sum = 0;
    for (let u = 0; u < this.#counts.length; u++) {
      sum += this.#counts[u]! / this.#total;
      if (sum >= wanted) return u;
    }
    return Math.floor(this.#max / 2);
  }

  #tail(u: number): number {
    let sum = 0;
    for (let i = 0; i <= u; i++) sum += this.#counts[i]!;
    return sum / this.#total;
  }
}

/** Partitions counted so far, by m and n: larger samples need those of smaller ones. */
const partitions = new Map<number, Float64Array>();

/**
 * Partitions of u into at most m parts of at most n, u = 0 .. m n: the Gaussian binomial coefficient, by
 * p(m, n, u) = p(m - 1, n, u - n) + p(m, n - 1, u).
 */
function partitionCounts(m: number, n: number): Float64Array {
  const key = m * EXACT_BELOW + n;
  const found = partitions.get(key);
  if (found !== undefined) return found;
  const counts = new Float64Array(m * n + 1);
  if (m === 0 || n === 0) counts[0] = 1;
  else {
    const smaller = partitionCounts(m, n - 1);
    const fewer = partitionCounts(m - 1, n);
    counts.set(smaller);
    for (let u = n, i = 0; i < fewer.length; u++, i++) counts[u] = counts[u]! + fewer[i]!;
  }
  partitions.set(key, counts);
  return counts;
}

function binomial(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i;
  return value;
}
