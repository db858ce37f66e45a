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

/** Larger samples are compared with simulated ones of this size by sqrt(n) dip, whose distribution has settled. */
export const DIP_SIMULATED_UP_TO = 1000;

/**
 * Hartigan and Hartigan's dip test of unimodality (1985): p is the share of seeded uniform samples, the least
 * favourable unimodal ones, with a dip as large. Heavy ties (a coarse clock) look like many modes.
 *
 * @throws RangeError for fewer than 4 values
 */
export function dipTest(sorted: Float64Array, seed?: number): Dip {
  const n = sorted.length;
  if (n < 4) throw new RangeError(`dip: ${n} values, needs at least 4`);
  const dip = dipSorted(sorted);
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

/** Dips simulated so far, by size and seed: the sides of a comparison are often of one size. */
const known = new Map<string, Float64Array>();

/** Dips of DIP_SAMPLES uniform samples, made once per size and seed. */
function uniformDips(size: number, seed: number | undefined): Float64Array {
  const key = `${size} ${seed}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const random = Xoshiro128.seeded(seed);
  const sample = new Float64Array(size);
  const dips = new Float64Array(DIP_SAMPLES);
  for (let i = 0; i < DIP_SAMPLES; i++) {
    // Sums of exponential numbers are, but for their scale, uniform numbers in order.
    let sum = 0;
    for (let j = 0; j < size; j++) sample[j] = sum -= Math.log1p(-random.uniform());
    dips[i] = dipSorted(sample);
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
  const n = sorted.length;
  if (n === 0) throw new RangeError("dip: the sample is empty, needs at least 1 value");
  if (sorted[0] === sorted[n - 1]) return 1 / (2 * n);
  const minorant = knots(sorted, 1);
  const majorant = knots(sorted, -1);
  let low = 0;
  let high = n - 1;
  let dip = 1;
  for (;;) {
    // Knots of the greatest convex minorant downwards from `high`, of the least concave majorant upwards.
    const gcm = chain(minorant, high, low);
    const lcm = chain(majorant, low, high);
    const { distance, fromGcm, fromLcm } = farthest(sorted, gcm, lcm);
    if (distance < dip) break;
    for (let j = fromGcm; j + 1 < gcm.length; j++) {
      dip = Math.max(dip, bulge(sorted, gcm[j + 1]!, gcm[j]!, 1));
    }
    for (let j = fromLcm; j + 1 < lcm.length; j++) {
      dip = Math.max(dip, bulge(sorted, lcm[j]!, lcm[j + 1]!, -1));
    }
    if (low === gcm[fromGcm] && high === lcm[fromLcm]) break;
    low = gcm[fromGcm]!;
    high = lcm[fromLcm]!;
  }
  return dip / (2 * n);
}

/** For each value the previous knot of the convex minorant up to it, or (-1) the next of the concave majorant. */
function knots(x: Float64Array, direction: 1 | -1): Int32Array {
  const n = x.length;
  const first = direction === 1 ? 0 : n - 1;
  const knot = new Int32Array(n);
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
  return knot;
}

function chain(knot: Int32Array, from: number, to: number): number[] {
  const indices = [from];
  for (let at = from; at !== to;) indices.push(at = knot[at]!);
  return indices;
}

/** The largest distance between minorant and majorant, and the knots of each that end the interval inside. */
function farthest(x: Float64Array, gcm: readonly number[], lcm: readonly number[]) {
  let fromGcm = gcm.length - 1;
  let fromLcm = lcm.length - 1;
  if (gcm.length === 2 && lcm.length === 2) return { distance: 1, fromGcm, fromLcm };
  let distance = 0;
  let ix = gcm.length - 2;
  let iv = 1;
  do {
    const g = gcm[ix]!;
    const l = lcm[iv]!;
    if (g > l) {
      const before = gcm[ix + 1]!;
      const found = l - before + 1 - ((x[l]! - x[before]!) * (g - before)) / (x[g]! - x[before]!);
      iv++;
      if (found >= distance) [distance, fromGcm, fromLcm] = [found, ix + 1, iv - 1];
    } else {
      const before = lcm[iv - 1]!;
      const found = ((x[g]! - x[before]!) * (l - before)) / (x[l]! - x[before]!) - (g - before - 1);
      ix--;
      if (found >= distance) [distance, fromGcm, fromLcm] = [found, ix + 1, iv];
    }
    ix = Math.max(ix, 0);
    iv = Math.min(iv, lcm.length - 1);
  } while (gcm[ix] !== lcm[iv]);
  return { distance, fromGcm, fromLcm };
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
