import { drawToFront, Xoshiro128 } from "./random.ts";
import { sequentialP } from "./sequential.ts";

export interface AndersonDarling {
  /** A^2 with midranks, version 2 of Scholz and Stephens. */
  readonly a2: number;
  /** A^2 standardised by its mean k - 1 and its standard deviation; null when all values are equal. */
  readonly t: number | null;
  /** In [0.001, 0.25] by interpolation, where a p at either end is capped; null when t is null. */
  readonly p: number | null;
  /** The smallest p that the method can give, and the largest. Show a p equal to one of them as capped. */
  readonly pFloor: number;
  readonly pCeiling: number;
  readonly method: string;
}

/** Most permutations of the test for small samples. */
export const AD_PERMUTATIONS = 1999;

/** With up to this many values in all, p comes from permutations. */
const AD_PERMUTED_UP_TO = 1000;

/** Percentiles of t for m = k - 1: B0 + B1 / sqrt m + B2 / m at these upper tails. */
const TAILS = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001] as const;
const B0 = [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085] as const;
const B1 = [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615] as const;
const B2 = [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154] as const;

/** A^2 of the same values in another order differs only by rounding. */
const SAME = 1e-9;

/**
 * k-sample Anderson-Darling test that all samples come from one distribution (Scholz and Stephens, "K-sample
 * Anderson-Darling tests", 1987, equation 7: ties by midranks). With up to AD_PERMUTED_UP_TO values p comes from
 * seeded permutations; beyond, from a quadratic in t fitted to ln(p / (1 - p)) at the published percentiles.
 *
 * @param samples each sorted ascending
 * @throws RangeError for fewer than 2 samples, an empty one, or fewer than 4 values in all
 */
export function andersonDarling(samples: readonly Float64Array[], seed?: number): AndersonDarling {
  if (samples.length < 2) {
    throw new RangeError(`Anderson-Darling: ${samples.length} samples, needs at least 2`);
  }
  const sizes = samples.map((sample) => sample.length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.includes(0) || total < 4) {
    throw new RangeError(
      `Anderson-Darling: sizes are ${sizes.join(", ")}, needs none empty and 4 values in all`,
    );
  }
  const pooled = new Pooled(samples, total);
  const a2 = pooled.statistic(pooled.labels);
  const permuted = total <= AD_PERMUTED_UP_TO;
  const limits = permuted
    ? {
      pFloor: 1 / (AD_PERMUTATIONS + 1),
      pCeiling: 1,
      method: `Anderson-Darling, up to ${AD_PERMUTATIONS} permutations`,
    }
    : { pFloor: 0.001, pCeiling: 0.25, method: "Anderson-Darling, asymptotic, interpolated" };
  if (pooled.distinct === 1) return { a2: 0, t: null, p: null, ...limits };
  const t = (a2 - (samples.length - 1)) / Math.sqrt(varianceOf(sizes, total));
  const p = permuted ? permutationP(pooled, a2, seed) : interpolatedP(t, samples.length - 1);
  return { a2, t, p, ...limits };
}

/** The pooled sample: its distinct values, and for each value, in order, the sample it comes from. */
class Pooled {
  readonly labels: Float64Array;
  /** Number of distinct values. */
  readonly distinct: number;
  readonly #sizes: readonly number[];
  /** Where each group of equal values ends, the rank of its middle, and the weight of a distance there. */
  readonly #ends: Uint32Array;
  readonly #middles: Float64Array;
  readonly #weights: Float64Array;

  constructor(samples: readonly Float64Array[], total: number) {
    this.#sizes = samples.map((sample) => sample.length);
    const labels = new Float64Array(total);
    this.labels = labels;
    const ends = new Uint32Array(total);
    const next = new Uint32Array(samples.length);
    let groups = 0;
    for (let slot = 0; slot < total; groups++) {
      // By index, because there are about as many rounds as values.
      let value = Infinity;
      for (let s = 0; s < samples.length; s++) {
        const sample = samples[s]!;
        if (next[s]! < sample.length && sample[next[s]!]! < value) value = sample[next[s]!]!;
      }
      for (let s = 0; s < samples.length; s++) {
        const sample = samples[s]!;
        let at = next[s]!;
        for (; at < sample.length && sample[at] === value; at++) labels[slot++] = s;
        next[s] = at;
      }
      ends[groups] = slot;
    }
    this.distinct = groups;
    this.#ends = ends.slice(0, groups);
    this.#middles = new Float64Array(groups);
    this.#weights = new Float64Array(groups);
    for (let group = 0, start = 0; group < groups; start = ends[group++]!) {
      const ties = ends[group]! - start;
      const middle = start + ties / 2;
      this.#middles[group] = middle;
      this.#weights[group] = ties / (middle * (total - middle) - (total * ties) / 4);
    }
  }

  /** A^2 when the i-th pooled value belongs to sample labels[i]. */
  statistic(labels: Float64Array): number {
    return this.#sizes.length === 2 ? this.#ofTwo(labels) : this.#ofMany(labels);
  }

  /** The distances of two samples are each other's negative, so those of the second suffice. */
  #ofTwo(labels: Float64Array): number {
    const total = labels.length;
    const [first, second] = this.#sizes as readonly [number, number];
    const ends = this.#ends;
    const middles = this.#middles;
    const weights = this.#weights;
    let sum = 0;
    let below = 0;
    let start = 0;
    for (let group = 0; group < ends.length; group++) {
      const end = ends[group]!;
      let here = 0;
      for (let i = start; i < end; i++) here += labels[i]!;
      const distance = total * (below + here / 2) - second * middles[group]!;
      if (distance !== 0) sum += weights[group]! * distance * distance;
      below += here;
      start = end;
    }
    return ((sum / first + sum / second) * (total - 1)) / total / total;
  }

  #ofMany(labels: Float64Array): number {
    const total = labels.length;
    const sums = new Float64Array(this.#sizes.length);
    const below = new Float64Array(this.#sizes.length);
    const here = new Float64Array(this.#sizes.length);
    let start = 0;
    for (const [group, end] of this.#ends.entries()) {
      here.fill(0);
      for (let i = start; i < end; i++) here[labels[i]!]!++;
      const middle = this.#middles[group]!;
      const scale = this.#weights[group]!;
      for (const [s, size] of this.#sizes.entries()) {
        const distance = total * (below[s]! + here[s]! / 2) - size * middle;
        // The last distinct value has no weight, because all samples lie at or below it.
        if (distance !== 0) sums[s]! += scale * distance * distance;
        below[s]! += here[s]!;
      }
      start = end;
    }
    let a2 = 0;
    for (const [s, size] of this.#sizes.entries()) a2 += sums[s]! / size;
    return (a2 * (total - 1)) / total / total;
  }
}

/** Variance of A^2 without ties (equation 4 there). */
function varianceOf(sizes: readonly number[], total: number): number {
  const k = sizes.length;
  const inverse = sizes.reduce((sum, size) => sum + 1 / size, 0);
  let harmonic = 0;
  let g = 0;
  // g = sum over i < j < N of 1 / ((N - i) j), with the harmonic sum of j from i + 1 to N - 1 kept running.
  for (let i = total - 1; i >= 1; i--) {
    g += harmonic / (total - i);
    harmonic += 1 / i;
  }
  const h = harmonic;
  const a = (4 * g - 6) * (k - 1) + (10 - 6 * g) * inverse;
  const b = (2 * g - 4) * k * k + 8 * h * k + (2 * g - 14 * h - 4) * inverse - 8 * h + 4 * g - 6;
  const c = (6 * h + 2 * g - 2) * k * k + (4 * h - 4 * g + 6) * k + (2 * h - 6) * inverse + 4 * h;
  const d = (2 * h + 6) * k * k - 4 * h * k;
  return (((a * total + b) * total + c) * total + d) / ((total - 1) * (total - 2) * (total - 3));
}

function permutationP(pooled: Pooled, a2: number, seed: number | undefined): number {
  const random = Xoshiro128.seeded(seed);
  const labels = pooled.labels.slice();
  return sequentialP(AD_PERMUTATIONS, () => {
    drawToFront(labels, labels.length - 1, random);
    return pooled.statistic(labels) >= a2 * (1 - SAME);
  });
}

function interpolatedP(t: number, m: number): number {
  const percentiles = TAILS.map((_, i) => B0[i]! + B1[i]! / Math.sqrt(m) + B2[i]! / m);
  if (t <= percentiles[0]!) return TAILS[0];
  if (t >= percentiles.at(-1)!) return TAILS.at(-1)!;
  const logit = quadraticFit(percentiles, TAILS.map((tail) => Math.log(tail / (1 - tail))))(t);
  return Math.min(TAILS[0], Math.max(TAILS.at(-1)!, 1 / (1 + Math.exp(-logit))));
}

/** Least squares of a quadratic, by polynomials that are orthogonal over the x. */
function quadraticFit(x: readonly number[], y: readonly number[]): (at: number) => number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const dot = (u: readonly number[], v: readonly number[]) =>
    u.reduce((sum, value, i) => sum + value * v[i]!, 0);
  const centre = mean(x);
  const linear = x.map((value) => value - centre);
  const square = linear.map((value) => value * value);
  const constant = mean(square);
  const slope = dot(square, linear) / dot(linear, linear);
  const bend = square.map((value, i) => value - constant - slope * linear[i]!);
  const level = mean(y);
  const first = dot(y, linear) / dot(linear, linear);
  const second = dot(y, bend) / dot(bend, bend);
  return (at) => {
    const d = at - centre;
    return level + first * d + second * (d * d - constant - slope * d);
  };
}
