import { Xoshiro128 } from "./random.ts";

/** Pivots are chosen from this many candidates a round, so that a round keeps about 1 in 50 of them. */
const SAMPLE_SIZE = 8192;

/**
 * The `rank`-th smallest (1-based) of the m n differences b - a of two sorted samples, exactly, without building
 * them: O(m + n) memory and expected O((m + n) log(m n)) time whatever the data.
 *
 * The differences form a matrix whose rows (one an element of A) and columns are sorted, so the number below a
 * pivot is counted by one walk of m + n steps (Johnson and Mizoguchi 1978). Pivots come in pairs close around
 * the wanted rank, from a seeded random sample of the candidates left (Floyd and Rivest 1975); what fits in
 * O(m + n) memory is selected directly. The answer does not depend on the sampling.
 *
 * @throws RangeError when a sample is empty or the rank is not an integer in [1, m n]
 */
export function pairwiseDifference(sortedA: Float64Array, sortedB: Float64Array, rank: number): number {
  const pairs = sortedA.length * sortedB.length;
  if (!(Number.isInteger(rank) && rank >= 1 && rank <= pairs)) {
    throw new RangeError(`pairwise difference: rank is ${rank}, must be an integer from 1 to ${pairs}`);
  }
  // One row an element of the SHORTER sample, so that walks over rows are short: b - a = (-a) - (-b).
  const difference = sortedA.length > sortedB.length
    ? select(negated(sortedB), negated(sortedA), rank)
    : select(sortedA, sortedB, rank);
  return difference + 0; // never -0
}

function negated(sorted: Float64Array): Float64Array {
  return sorted.map((value) => -value).reverse();
}

function select(sortedA: Float64Array, sortedB: Float64Array, rank: number): number {
  const candidates = new Candidates(sortedA, sortedB);
  const random = Xoshiro128.seeded();
  const few = 4 * SAMPLE_SIZE + (sortedA.length + sortedB.length) / 8;
  while (candidates.count > few) {
    const wanted = rank - candidates.below;
    const sample = candidates.sample(SAMPLE_SIZE, random);
    const share = wanted / candidates.count;
    const margin = 2.5 * Math.sqrt(SAMPLE_SIZE * share * (1 - share)) + 1;
    const at = (position: number) => sample[Math.min(SAMPLE_SIZE - 1, Math.max(0, Math.round(position)))]!;
    for (const pivot of [at(share * SAMPLE_SIZE - margin), at(share * SAMPLE_SIZE + margin)]) {
      const found = candidates.split(pivot, rank);
      if (found) return pivot;
    }
  }
  return candidates.values()[rank - candidates.below - 1]!;
}

/** The differences still possible: in row i those with column index in [from[i], to[i]). */
class Candidates {
  readonly #a: Float64Array;
  readonly #b: Float64Array;
  #from: Uint32Array;
  #to: Uint32Array;
  #spareLess: Uint32Array;
  #spareUpTo: Uint32Array;
  /** Differences known to be smaller than every candidate. */
  below = 0;
  count: number;

  constructor(sortedA: Float64Array, sortedB: Float64Array) {
    this.#a = sortedA;
    this.#b = sortedB;
    this.#from = new Uint32Array(sortedA.length);
    this.#to = new Uint32Array(sortedA.length).fill(sortedB.length);
    this.#spareLess = new Uint32Array(sortedA.length);
    this.#spareUpTo = new Uint32Array(sortedA.length);
    this.count = sortedA.length * sortedB.length;
  }

  /**
   * Keeps only the candidates on the pivot's side where the rank lies.
   *
   * @returns true when the pivot itself is the difference of that rank; then nothing was changed
   */
  split(pivot: number, rank: number): boolean {
    const a = this.#a;
    const b = this.#b;
    const less = this.#spareLess;
    const upTo = this.#spareUpTo;
    let totalLess = 0;
    let totalUpTo = 0;
    let j = 0;
    let k = 0;
    // The difference is formed as it is returned: comparing b with pivot + a would round differently.
    for (let i = 0; i < a.length; i++) {
      const ai = a[i]!;
      while (j < b.length && b[j]! - ai < pivot) j++;
      if (k < j) k = j;
      while (k < b.length && b[k]! - ai <= pivot) k++;
      less[i] = j;
      upTo[i] = k;
      totalLess += j;
      totalUpTo += k;
    }
    if (rank > totalUpTo) {
      if (totalUpTo > this.below) {
        this.#spareUpTo = this.#from;
        this.#from = upTo;
        this.count -= totalUpTo - this.below;
        this.below = totalUpTo;
      }
      return false;
    }
    if (rank > totalLess) return true;
    if (totalLess < this.below + this.count) {
      this.#spareLess = this.#to;
      this.#to = less;
      this.count = totalLess - this.below;
    }
    return false;
  }

  /** `size` candidates, one at random from each of `size` equal slices in row order; sorted ascending. */
  sample(size: number, random: Xoshiro128): Float64Array {
    const sample = new Float64Array(size);
    const slice = this.count / size;
    let row = 0;
    let rowStart = 0;
    for (let s = 0; s < size; s++) {
      const position = Math.min(this.count - 1, Math.floor((s + random.uniform()) * slice));
      while (position >= rowStart + this.#width(row)) rowStart += this.#width(row++);
      sample[s] = this.#b[this.#from[row]! + position - rowStart]! - this.#a[row]!;
    }
    return sample.sort();
  }

  /** All candidates, sorted ascending. */
  values(): Float64Array {
    const values = new Float64Array(this.count);
    let slot = 0;
    for (let i = 0; i < this.#a.length; i++) {
      for (let j = this.#from[i]!; j < this.#to[i]!; j++) values[slot++] = this.#b[j]! - this.#a[i]!;
    }
    return values.sort();
  }

  #width(row: number): number {
    return this.#to[row]! - this.#from[row]!;
  }
}
