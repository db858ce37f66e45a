import {
  accelerationOf,
  type BootstrapInterval,
  bootstrapInterval,
  RESAMPLES,
  type SampleInfluences,
  undefinedInterval,
} from "./bootstrap.ts";
import { DEFAULT_SEED, Xoshiro128 } from "./random.ts";
import { madSorted } from "./quantile.ts";
import { tQuantile } from "./special.ts";
import { DRAWN_WHOLE_UP_TO, leaveOneOut, madCounted, Resample, resampledMads } from "./resample.ts";

/**
 * Values that are left out, one at a time, to measure the acceleration: all of them, or this many, evenly by
 * rank.
 */
const LEFT_OUT = 500;

/** When both samples are larger than this, they are split into batches instead of being resampled. */
const BATCHED_ABOVE = 2000;
const BATCHES = 40;

/** What the interval takes from one sample alone, whatever it is compared with. */
interface Resampled {
  /** The MAD of each resample. */
  readonly replicates: Float64Array;
  readonly influences: SampleInfluences;
}

/**
 * Samples resampled so far, as A and as B: a stratum is compared with its other side and with the first stratum, which is
 * compared with all others. The two roles have random numbers of their own, so both samples of a ratio are independent.
 */
const known: readonly [WeakMap<Float64Array, Resampled>, WeakMap<Float64Array, Resampled>] = [
  new WeakMap(),
  new WeakMap(),
];

/**
 * Ratio of the MADs, B over A, with its bootstrap interval. Both samples are resampled in full, whatever
 * their size, because the order statistics of a large resample can be drawn without drawing the rest
 * (resample.ts). When both are large, the interval comes from random batches instead.
 *
 * @throws RangeError when a sample is empty or the confidence is outside (0, 1)
 */
export function madRatio(
  sortedA: Float64Array,
  sortedB: Float64Array,
  confidence: number = 0.95,
  seed?: number,
): BootstrapInterval {
  const madA = madSorted(sortedA);
  const madB = madSorted(sortedB);
  if (madA === 0) return undefinedInterval("the MAD of A is 0", confidence);
  if (Math.min(sortedA.length, sortedB.length) > BATCHED_ABOVE) {
    const batched = batchedInterval(sortedA, sortedB, madB / madA, confidence, Xoshiro128.seeded(seed));
    if (batched !== null) return batched;
  }
  const [ofA, ofB] = [resampledAs(0, sortedA, seed), resampledAs(1, sortedB, seed)];
  const replicates = new Float64Array(RESAMPLES);
  for (let i = 0; i < RESAMPLES; i++) replicates[i] = ofB.replicates[i]! / ofA.replicates[i]!;
  const acceleration = accelerationOf([negated(ofA.influences), ofB.influences]);
  return bootstrapInterval(madB / madA, replicates, acceleration, confidence);
}

function resampledAs(role: 0 | 1, sorted: Float64Array, seed: number = DEFAULT_SEED): Resampled {
  const found = seed === DEFAULT_SEED ? known[role].get(sorted) : undefined;
  if (found !== undefined) return found;
  const replicates = sorted.length > DRAWN_WHOLE_UP_TO
    ? countedMads(sorted, Xoshiro128.seeded(seed + role))
    : resampledMads(sorted, RESAMPLES, seed + role);
  const resampled = { replicates, influences: influencesOn(sorted, madSorted(sorted)) };
  if (seed === DEFAULT_SEED) known[role].set(sorted, resampled);
  return resampled;
}

/** The MAD of each resample of a larger sample. */
function countedMads(sorted: Float64Array, random: Xoshiro128): Float64Array {
  const mads = new Float64Array(RESAMPLES);
  for (let i = 0; i < RESAMPLES; i++) mads[i] = madCounted(sorted, new Resample(sorted.length, random));
  return mads;
}

/**
 * For large samples: both are split at random into BATCHES. The logarithm of the ratio of the whole is
 * normal; its variance is that of the batches' logarithms divided by their number, known to 2 (BATCHES - 1)
 * degrees of freedom or fewer.
 *
 * @returns null when a batch does not vary
 */
function batchedInterval(
  sortedA: Float64Array,
  sortedB: Float64Array,
  ratio: number,
  confidence: number,
  random: Xoshiro128,
): BootstrapInterval | null {
  const variances = [sortedA, sortedB].map((sorted) => {
    const logarithms = dealt(sorted, random).map((batch) => Math.log(madSorted(batch)));
    const mean = logarithms.reduce((sum, value) => sum + value, 0) / BATCHES;
    return logarithms.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (BATCHES - 1) / BATCHES;
  }) as [number, number];
  const variance = variances[0] + variances[1];
  if (!Number.isFinite(variance) || ratio === 0) return null;
  // Welch's degrees of freedom.
  const df = variance === 0 ? 1 : variance ** 2 * (BATCHES - 1) / (variances[0] ** 2 + variances[1] ** 2);
  const factor = Math.exp(tQuantile((1 - confidence) / 2, df) * Math.sqrt(variance));
  return {
    estimate: ratio,
    low: ratio / factor,
    high: ratio * factor,
    confidence,
    resamples: 0,
    method: `t interval of the logarithm from ${BATCHES} random batches`,
    notice: null,
  };
}

/** The values of a sorted sample, dealt one by one into BATCHES random batches, each sorted. */
function dealt(sorted: Float64Array, random: Xoshiro128): Float64Array[] {
  const batchOf = new Uint8Array(sorted.length);
  const sizes = new Uint32Array(BATCHES);
  for (let i = 0; i < sorted.length; i++) sizes[batchOf[i] = random.index(BATCHES)]!++;
  const batches = Array.from(sizes, (size) => new Float64Array(size));
  const next = new Uint32Array(BATCHES);
  for (let i = 0; i < sorted.length; i++) batches[batchOf[i]!]![next[batchOf[i]!]!++] = sorted[i]!;
  return batches;
}

/** Jackknife influence of single values on the logarithm of the MAD. */
function influencesOn(sorted: Float64Array, whole: number): SampleInfluences {
  const size = sorted.length;
  if (size < 2 || whole === 0) return { size, influences: [] };
  const groups = Math.min(size, LEFT_OUT);
  const left = Array.from({ length: groups }, (_, group) => {
    const without = Math.floor(((group + 0.5) * size) / groups);
    return madCounted(sorted, leaveOneOut(size, without)) / whole;
  });
  const mean = left.reduce((sum, value) => sum + value, 0) / groups;
  return { size, influences: left.map((value) => (size - 1) * (mean - value)) };
}

function negated({ size, influences }: SampleInfluences): SampleInfluences {
  return { size, influences: influences.map((influence) => -influence) };
}
