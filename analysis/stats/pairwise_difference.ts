import { Xoshiro128 } from "./random.ts";
import { type Around, differencesAround } from "./rank.ts";

/** Each round chooses its pivots from this many candidates, so it keeps about 1 in 50 of them. */
const SAMPLE_SIZE = 8192;

/** How often an interval of values is narrowed by counting, before random pivots take over. */
const MOST_WALKS = 16;

/** This many values of each sample, evenly spaced by rank, tell where to begin: few of a sample of few. */
const THINNED_TO = 64;
const THINNED_BY = 16;

/** Counts this many margins of the approach apart are too far apart to interpolate between. */
const WIDE = 4;

/** So few differences are sorted at once; of more, one walk over both samples costs less than to sort them. */
const SORTED_UP_TO = 256;

/**
 * The differences b - a of two sorted samples in ascending order, for several ranks of them: what was found for one
 * rank narrows the search for the next.
 *
 * The differences form a matrix whose rows (one per element of A) and columns are sorted, so one pass of m +
 * n steps counts the number below a value (Johnson and Mizoguchi 1978). Between counts, the place of the
 * value is interpolated by the Illinois rule, and each end then moves to the next existing difference. When
 * that takes too long, the search goes on with random pivots; what fits into O(m + n) memory is sorted. The
 * answer depends on none of this.
 */
export class PairwiseDifferences {
  readonly #a: Float64Array;
  readonly #b: Float64Array;
  readonly #known: Around[];
  #sorted: Float64Array | null = null;
  #few: Float64Array | null = null;
  /** The values lie too unevenly to interpolate between them. */
  #isUneven = false;

  constructor(sortedA: Float64Array, sortedB: Float64Array) {
    this.#a = sortedA;
    this.#b = sortedB;
    const least = sortedB[0]! - sortedA.at(-1)!;
    const largest = sortedB.at(-1)! - sortedA[0]!;
    this.#known = [
      { count: 0, upTo: -Infinity, beyond: least },
      { count: sortedA.length * sortedB.length, upTo: largest, beyond: Infinity },
    ];
  }

  /**
   * The `rank`-th smallest (1-based), exactly, without building them all: O(m + n) memory and expected O((m +
   * n) log(m n)) time for any data.
   *
   * @throws RangeError when the rank is not an integer in [1, m n], which also covers an empty sample
   */
  ranked(rank: number): number {
    const [a, b] = [this.#a, this.#b];
    const pairs = a.length * b.length;
    if (!(Number.isInteger(rank) && rank >= 1 && rank <= pairs)) {
      throw new RangeError(`pairwise difference: rank is ${rank}, must be an integer from 1 to ${pairs}`);
    }
    if (pairs <= (this.#isUneven ? fewOf(a, b) : SORTED_UP_TO)) {
      this.#sorted ??= new Candidates(a, b).values();
      return this.#sorted[rank - 1]! + 0; // never -0
    }
    if (this.#isUneven) return selected(a, b, rank) + 0;
    this.#approach(rank);
    const found = this.#interpolated(rank);
    if (found !== null) return found + 0;
    this.#isUneven = true;
    return this.ranked(rank);
  }

  /**
   * Counts near the place where the rank seems to lie, judged by a few of all differences: far from what is known the
   * values lie too unevenly to interpolate.
   */
  #approach(rank: number): void {
    const [m, n] = [this.#a.length, this.#b.length];
    const most = Math.min(THINNED_TO, Math.ceil(Math.max(m, n) / THINNED_BY));
    const margin = 2 * Math.min(most, Math.max(m, n));
    const few = this.#few ??= new Candidates(thinned(this.#a, most), thinned(this.#b, most)).values();
    const { below, upTo } = this.#around(rank);
    if ((upTo.count - below.count) / (m * n) < (WIDE * margin) / few.length) return;
    const at = Math.floor((rank / (m * n)) * few.length);
    for (const near of [at - margin, at + margin]) {
      this.#count(few[Math.min(few.length - 1, Math.max(0, near))]!);
    }
  }

  /** The counts next to a rank. */
  #around(rank: number): { below: Around; upTo: Around } {
    let below = this.#known[0]!;
    let upTo = this.#known[1]!;
    for (const counted of this.#known) {
      if (counted.count < rank && counted.count >= below.count) below = counted;
      if (counted.count >= rank && counted.count <= upTo.count) upTo = counted;
    }
    return { below, upTo };
  }

  #interpolated(rank: number): number | null {
    let { below, upTo } = this.#around(rank);
    let [missing, excess] = [rank - 0.5 - below.count, upTo.count - rank + 0.5];
    // Half the weight of an end that stays for the second time, so that it moves too.
    let stays: "low" | "high" | null = null;
    for (let walk = 0; below.beyond !== upTo.upTo; walk++) {
      if (walk === MOST_WALKS) return null;
      const [low, high] = [below.beyond, upTo.upTo];
      const between = low + (high - low) * (missing / (missing + excess));
      // The mean of two neighbouring numbers rounds to one of them.
      const counted = this.#count(between < high ? between : low);
      if (counted.count >= rank) {
        upTo = counted;
        excess = counted.count - rank + 0.5;
        if (stays === "low") missing /= 2;
        stays = "low";
      } else {
        below = counted;
        missing = rank - 0.5 - counted.count;
        if (stays === "high") excess /= 2;
        stays = "high";
      }
    }
    return upTo.upTo;
  }

  /** One walk over both samples. */
  #count(value: number): Around {
    const counted = differencesAround(this.#a, this.#b, value);
    this.#known.push(counted);
    return counted;
  }
}

/** At most `most` values of a sorted sample, evenly spaced by rank. */
export function thinned(sorted: Float64Array, most: number): Float64Array {
  const size = Math.min(sorted.length, most);
  return Float64Array.from(
    { length: size },
    (_, i) => sorted[Math.floor(((i + 0.5) * sorted.length) / size)]!,
  );
}

/** This many differences fit into O(m + n) memory. */
function fewOf(sortedA: Float64Array, sortedB: Float64Array): number {
  return 4 * SAMPLE_SIZE + (sortedA.length + sortedB.length) / 8;
}

/**
 * The difference of a rank by pivots in pairs close around the wanted rank, from a seeded random sample of the
 * candidates left (Floyd and Rivest 1975), whatever the data.
 */
function selected(sortedA: Float64Array, sortedB: Float64Array, rank: number): number {
  // One row per element of the SHORTER sample, so that passes over rows are short: b - a = (-a) - (-b).
  return sortedA.length > sortedB.length
    ? select(negated(sortedB), negated(sortedA), rank)
    : select(sortedA, sortedB, rank);
}

function negated(sorted: Float64Array): Float64Array {
  return sorted.map((value) => -value).reverse();
}

function select(sortedA: Float64Array, sortedB: Float64Array, rank: number): number {
  const candidates = new Candidates(sortedA, sortedB);
  const random = Xoshiro128.seeded();
  const few = fewOf(sortedA, sortedB);
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

/** The differences still possible: in row i those with a column index in [from[i], to[i]). */
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
   * @returns true when the pivot itself is the difference of that rank; nothing is changed then
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
    // Computes the difference as it is returned: comparing b with pivot + a would round differently.
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
