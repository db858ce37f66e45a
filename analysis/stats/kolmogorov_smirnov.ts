export interface KolmogorovSmirnov {
  /** Largest distance of the two empirical distribution functions, in [0, 1]. */
  readonly d: number;
  /** Two-sided; 0 only by underflow, that is below 1e-307. */
  readonly p: number;
  readonly method: string;
}

/** R's `ks.test` of two samples is exact below this product of the sizes. */
const EXACT_BELOW_PAIRS = 10_000;

/**
 * Two-sample Kolmogorov-Smirnov test of two sorted samples, as R's `ks.test` (4.0 and later): exact when
 * m n < 10,000, conditional on the ties of the pooled sample, else Kolmogorov's limit (conservative with ties).
 *
 * @throws RangeError when a sample is empty
 */
export function kolmogorovSmirnov(sortedA: Float64Array, sortedB: Float64Array): KolmogorovSmirnov {
  const m = sortedA.length;
  const n = sortedB.length;
  if (m === 0 || n === 0) {
    throw new RangeError(`Kolmogorov-Smirnov: sizes are ${m} and ${n}, needs at least 1 value a side`);
  }
  const { distance, tieEnds } = walk(sortedA, sortedB);
  const d = distance / (m * n);
  if (m * n < EXACT_BELOW_PAIRS) {
    const ties = tieEnds.includes(0) ? ", conditional on ties" : "";
    return { d, p: exactP(distance, m, n, tieEnds), method: `Kolmogorov-Smirnov, exact${ties}` };
  }
  return { d, p: limitP(d * Math.sqrt((m * n) / (m + n))), method: "Kolmogorov-Smirnov, asymptotic" };
}

/**
 * The largest |i n - j m| over the steps of the pooled sample: an integer, so rounding decides nothing. And
 * for each number of pooled values passed, whether the next value differs (1) or is tied to the last (0).
 */
function walk(sortedA: Float64Array, sortedB: Float64Array): { distance: number; tieEnds: Uint8Array } {
  const m = sortedA.length;
  const n = sortedB.length;
  const tieEnds = new Uint8Array(m + n + 1);
  let distance = 0;
  let i = 0;
  let j = 0;
  while (i < m || j < n) {
    const value = Math.min(i < m ? sortedA[i]! : Infinity, j < n ? sortedB[j]! : Infinity);
    while (sortedA[i] === value) i++;
    while (sortedB[j] === value) j++;
    tieEnds[i + j] = 1;
    distance = Math.max(distance, Math.abs(i * n - j * m));
  }
  tieEnds[0] = 1;
  return { distance, tieEnds };
}

/**
 * Share of the lattice paths from (0, 0) to (m, n) that reach the distance at the end of a group of ties.
 * Counts the paths that reach it, unlike R, which counts those that do not: small p-values keep their digits.
 */
function exactP(distance: number, m: number, n: number, tieEnds: Uint8Array): number {
  if (distance === 0) return 1;
  const paths = new Float64Array(n + 1);
  const reaching = new Float64Array(n + 1);
  for (let i = 0; i <= m; i++) {
    for (let j = 0; j <= n; j++) {
      if (i === 0 || j === 0) paths[j] = 1;
      else paths[j]! += paths[j - 1]!;
      if (tieEnds[i + j] === 1 && Math.abs(i * n - j * m) >= distance) reaching[j] = paths[j]!;
      else reaching[j] = (i === 0 ? 0 : reaching[j]!) + (j === 0 ? 0 : reaching[j - 1]!);
    }
  }
  return reaching[n]! / paths[n]!;
}

/** P(K > lambda) of Kolmogorov's distribution, by that one of its two series which converges at once. */
function limitP(lambda: number): number {
  if (lambda < 1) {
    let sum = 0;
    for (let k = 1; k <= 19; k += 2) sum += Math.exp(-((k * Math.PI) ** 2) / (8 * lambda * lambda));
    return lambda === 0 ? 1 : 1 - (Math.sqrt(2 * Math.PI) / lambda) * sum;
  }
  let sum = 0;
  for (let k = 10; k >= 1; k--) sum = Math.exp(-2 * (k * lambda) ** 2) - sum;
  return 2 * sum;
}
