import { SETTLED_STEPS, SETTLED_UNIT } from "./dip.generated.ts";
import { Xoshiro128 } from "./random.ts";
import { countBelow, endOfRun } from "./rank.ts";
import { sequentialP } from "./sequential.ts";

export interface Dip {
  /** Largest distance to the nearest unimodal distribution function, in [1 / (2 n), 1 / 4]. */
  readonly dip: number;
  /** Small when the sample has more than one mode. */
  readonly p: number;
  /** The smallest p that the simulation can give. */
  readonly pFloor: number;
  readonly method: string;
}

/** Simulated uniform samples; the smallest p is 1 / (DIP_SAMPLES + 1). */
export const DIP_SAMPLES = 1999;

/**
 * For larger samples, sqrt(n) dip is compared with that of simulated samples of this size; its distribution
 * has settled.
 */
export const DIP_SIMULATED_UP_TO = 1000;

/**
 * Hartigan and Hartigan's dip test of unimodality (1985): p is the share of seeded uniform samples, the least
 * favourable unimodal ones, with a dip as large. Of fewer than DIP_SIMULATED_UP_TO values as many samples are drawn as
 * sequential.ts says; the dips of samples of that size are known beforehand. Ties are spread over the tick of the clock
 * first: each of its steps would look like a mode.
 *
 * @throws RangeError for fewer than 4 values
 */
export function dipTest(sorted: Float64Array, seed?: number): Dip {
  const n = sorted.length;
  if (n < 4) throw new RangeError(`dip: ${n} values, needs at least 4`);
  const dip = dipSorted(overTicks(sorted, seed));
  const size = Math.min(n, DIP_SIMULATED_UP_TO);
  const limit = dip * Math.sqrt(n / size) * (1 - 1e-12);
  const pFloor = 1 / (DIP_SAMPLES + 1);
  if (size === DIP_SIMULATED_UP_TO && seed === undefined) {
    const simulated = settledDips();
    const p = (simulated.length - countBelow(simulated, limit) + 1) / (DIP_SAMPLES + 1);
    return { dip, p, pFloor, method: methodOf(`${DIP_SAMPLES}`, size, n) };
  }
  const simulated = UniformDips.of(size, seed);
  let drawn = 0;
  const p = sequentialP(DIP_SAMPLES, () => simulated.at(drawn++) >= limit);
  return { dip, p, pFloor, method: methodOf(`up to ${DIP_SAMPLES}`, size, n) };
}

function methodOf(samples: string, size: number, n: number): string {
  return `dip, ${samples} uniform samples${size < n ? `, of ${size} values and scaled` : ""}`;
}

let settled: Float64Array | null = null;

/** Of samples of DIP_SIMULATED_UP_TO values, by the seed that is used when none is given; ascending. */
function settledDips(): Float64Array {
  if (settled !== null) return settled;
  let sum = 0;
  settled = Float64Array.from(SETTLED_STEPS.split(" "), (step) => (sum += Number(step)) * SETTLED_UNIT);
  return settled;
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
  const spread = sorted.map((value) => value + tick * (random.uniform() - 0.5));
  // Different values stay apart: only equal ones have to be put in order.
  for (let from = 0; from < sorted.length; from++) {
    if (sorted[from + 1] !== sorted[from]) continue;
    const to = endOfRun(sorted, from, sorted[from]!);
    if (to - from > FEW) spread.subarray(from, to).sort();
    else putInOrder(spread, from, to);
    from = to - 1;
  }
  return spread;
}

/** Up to so many values are put in order one by one. */
const FEW = 16;

function putInOrder(values: Float64Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const value = values[i]!;
    let slot = i;
    for (; slot > from && values[slot - 1]! > value; slot--) values[slot] = values[slot - 1]!;
    values[slot] = value;
  }
}

/** By size and seed: the sides of a comparison often have the same size. */
const known = new Map<string, UniformDips>();

/** Dips of uniform samples of one size, each drawn when it is first asked for. */
export class UniformDips {
  readonly #random: Xoshiro128;
  readonly #sample: Float64Array;
  readonly #dips: Dips;
  readonly #drawn: number[] = [];

  static of(size: number, seed: number | undefined): UniformDips {
    const key = `${size} ${seed}`;
    const found = known.get(key) ?? new UniformDips(size, seed);
    known.set(key, found);
    return found;
  }

  private constructor(size: number, seed: number | undefined) {
    this.#random = Xoshiro128.seeded(seed);
    this.#sample = new Float64Array(size);
    this.#dips = new Dips(size);
  }

  at(index: number): number {
    while (this.#drawn.length <= index) {
      // Sums of exponential numbers are, except for their scale, uniform numbers in order.
      let sum = 0;
      const sample = this.#sample;
      for (let j = 0; j < sample.length; j++) sample[j] = sum -= Math.log1p(-this.#random.uniform());
      this.#drawn.push(this.#dips.of(sample));
    }
    return this.#drawn[index]!;
  }
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
