import { Xoshiro128 } from "./random.ts";

export interface Dip {
  /** Largest distance to the nearest unimodal distribution function, in [1 / (2 n), 1 / 4]. */
  readonly dip: number;
  /** Small when the sample has more than one mode. */
  readonly p: number;
  /** The smallest p that the simulation can give. */
  readonly pFloor: number;
  readonly method: string;
}

/** Simulated uniform samples; p-values are multiples of 1 / (DIP_SAMPLES + 1). */
export const DIP_SAMPLES = 1999;

/**
 * For larger samples, sqrt(n) dip is compared with that of simulated samples of this size; its distribution
 * has settled.
 */
const DIP_SIMULATED_UP_TO = 1000;

/**
 * Hartigan and Hartigan's dip test of unimodality (1985): p is the share of seeded uniform samples, the least
 * favourable unimodal ones, with a dip as large. Ties are spread over the tick of the clock first: each of its
 * steps would look like a mode.
 *
 * @throws RangeError for fewer than 4 values
 */
export function dipTest(sorted: Float64Array, seed?: number): Dip {
  const n = sorted.length;
  if (n < 4) throw new RangeError(`dip: ${n} values, needs at least 4`);
  const dip = dipSorted(overTicks(sorted, seed));
  const size = Math.min(n, DIP_SIMULATED_UP_TO);
  const limit = dip * Math.sqrt(n / size) * (1 - 1e-12);
  let extreme = 1;
  for (const simulated of uniformDips(size, seed)) if (simulated >= limit) extreme++;
  const scaled = size < n ? `, of ${size} values and scaled` : "";
  return {
    dip,
    p: extreme / (DIP_SAMPLES + 1),
    pFloor: 1 / (DIP_SAMPLES + 1),
    method: `dip, ${DIP_SAMPLES} uniform samples${scaled}`,
  };
}

/**
 * Seeded uniform numbers of up to half a tick either way are added where values are equal. The tick is the smallest
 * distance between two different values.
 *
 * @returns sorted ascending; the sample itself when no values are equal
 */
function overTicks(sorted: Float64Array, seed: number | undefined): Float64Array {
  let tick = Infinity;
  let hasTies = false;
  for (let i = 1; i < sorted.length; i++) {
    const distance = sorted[i]! - sorted[i - 1]!;
    if (distance === 0) hasTies = true;
    else tick = Math.min(tick, distance);
  }
  if (!hasTies || tick === Infinity) return sorted;
  const random = Xoshiro128.seeded(seed);
  return sorted.map((value) => value + tick * (random.uniform() - 0.5)).sort();
}

/** Dips simulated so far, by size and seed: the sides of a comparison often have the same size. */
const known = new Map<string, Float64Array>();

/** Dips of DIP_SAMPLES uniform samples, made once per size and seed. */
function uniformDips(size: number, seed: number | undefined): Float64Array {
  const key = `${size} ${seed}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const random = Xoshiro128.seeded(seed);
  const sample = new Float64Array(size);
  const dips = new Float64Array(DIP_SAMPLES);
  const reused = new Dips(size);
  for (let i = 0; i < DIP_SAMPLES; i++) {
    // Sums of exponential numbers are, except for their scale, uniform numbers in order.
    let sum = 0;
    for (let j = 0; j < size; j++) sample[j] = sum -= Math.log1p(-random.uniform());
    dips[i] = reused.of(sample);
  }
  known.set(key, dips);
  return dips;
}

/**
 * The dip of a sorted sample in O(n): Hartigan (1985), algorithm AS 217, with the corrections of Maechler's
 * diptest. The modal interval shrinks from the whole range until the distance inside it is no longer the larger
 * one. Distances are counted in values, the dip is theirs over 2 n.
 *
 * @throws RangeError for an empty sample
 */
export function dipSorted(sorted: Float64Array): number {
  return new Dips(sorted.length).of(sorted);
}

/** Computes dips of samples of one size; what they need is allocated once. */
class Dips {
  readonly #minorant: Int32Array;
  readonly #majorant: Int32Array;
  readonly #gcm: Chain;
  readonly #lcm: Chain;

  constructor(size: number) {
    if (size === 0) throw new RangeError("dip: the sample is empty, needs at least 1 value");
    this.#minorant = new Int32Array(size);
    this.#majorant = new Int32Array(size);
    this.#gcm = { knots: new Int32Array(size), length: 0, end: 0 };
    this.#lcm = { knots: new Int32Array(size), length: 0, end: 0 };
  }

  of(sorted: Float64Array): number {
    const n = sorted.length;
    if (sorted[0] === sorted[n - 1]) return 1 / (2 * n);
    const [gcm, lcm] = [this.#gcm, this.#lcm];
    fillKnots(this.#minorant, sorted, 1);
    fillKnots(this.#majorant, sorted, -1);
    let low = 0;
    let high = n - 1;
    let dip = 1;
    for (;;) {
      // Knots of the greatest convex minorant downwards from `high`, of the least concave majorant upwards.
      fillChain(gcm, this.#minorant, high, low);
      fillChain(lcm, this.#majorant, low, high);
      if (farthest(sorted, gcm, lcm) < dip) break;
      for (let j = gcm.end; j + 1 < gcm.length; j++) {
        dip = Math.max(dip, bulge(sorted, gcm.knots[j + 1]!, gcm.knots[j]!, 1));
      }
      for (let j = lcm.end; j + 1 < lcm.length; j++) {
        dip = Math.max(dip, bulge(sorted, lcm.knots[j]!, lcm.knots[j + 1]!, -1));
      }
      if (low === gcm.knots[gcm.end] && high === lcm.knots[lcm.end]) break;
      low = gcm.knots[gcm.end]!;
      high = lcm.knots[lcm.end]!;
    }
    return dip / (2 * n);
  }
}

/** The first `length` of `knots` are those of the minorant or majorant in the modal interval. */
interface Chain {
  readonly knots: Int32Array;
  length: number;
  /** Index of the knot that ends the next interval inside. */
  end: number;
}

/** For each value the previous knot of the convex minorant up to it, or (-1) the next of the concave majorant. */
function fillKnots(knot: Int32Array, x: Float64Array, direction: 1 | -1): void {
  const n = x.length;
  const first = direction === 1 ? 0 : n - 1;
  knot[first] = first;
  for (let step = 1; step < n; step++) {
    const j = first + direction * step;
    let near = j - direction;
    while (near !== first) {
      const far = knot[near]!;
      if ((x[j]! - x[near]!) * (near - far) < (x[near]! - x[far]!) * (j - near)) break;
      near = far;
    }
    knot[j] = near;
  }
}

function fillChain(chain: Chain, knot: Int32Array, from: number, to: number): void {
  const { knots } = chain;
  let length = 0;
  knots[length++] = from;
  for (let at = from; at !== to;) knots[length++] = at = knot[at]!;
  chain.length = length;
}

/** The largest distance between minorant and majorant; sets the knots of each that end the interval inside. */
function farthest(x: Float64Array, lower: Chain, upper: Chain): number {
  const [gcm, lcm] = [lower.knots, upper.knots];
  lower.end = lower.length - 1;
  upper.end = upper.length - 1;
  if (lower.length === 2 && upper.length === 2) return 1;
  let distance = 0;
  let ix = lower.length - 2;
  let iv = 1;
  do {
    const g = gcm[ix]!;
    const l = lcm[iv]!;
    if (g > l) {
      const before = gcm[ix + 1]!;
      const found = l - before + 1 - ((x[l]! - x[before]!) * (g - before)) / (x[g]! - x[before]!);
      iv++;
      if (found >= distance) {
        distance = found;
        lower.end = ix + 1;
        upper.end = iv - 1;
      }
    } else {
      const before = lcm[iv - 1]!;
      const found = ((x[g]! - x[before]!) * (l - before)) / (x[l]! - x[before]!) - (g - before - 1);
      ix--;
      if (found >= distance) {
        distance = found;
        lower.end = ix + 1;
        upper.end = iv;
      }
    }
    ix = Math.max(ix, 0);
    iv = Math.min(iv, upper.length - 1);
  } while (gcm[ix] !== lcm[iv]);
  return distance;
}

/** How far the steps rise above (1) or fall below (-1) the chord between two knots; at least 1. */
function bulge(x: Float64Array, from: number, to: number, side: 1 | -1): number {
  let largest = 1;
  if (to - from <= 1 || x[to] === x[from]) return largest;
  const slope = (to - from) / (x[to]! - x[from]!);
  for (let i = from; i <= to; i++) {
    largest = Math.max(largest, 1 + side * (i - from - (x[i]! - x[from]!) * slope));
  }
  return largest;
}
