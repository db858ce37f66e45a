import {
  accelerationOf,
  type BootstrapInterval,
  bootstrapInterval,
  RESAMPLES,
  type SampleInfluences,
  undefinedInterval,
} from "./bootstrap.ts";
import { Xoshiro128 } from "./random.ts";
import { iqrSorted, madSorted } from "./quantile.ts";
import {
  DRAWN_WHOLE_UP_TO,
  iqrCounted,
  leaveOneOut,
  madCounted,
  type Multiplicities,
  Resample,
  wholeResamples,
} from "./resample.ts";

/** Values left out, one at a time, to measure the acceleration: all of them, or so many evenly by rank. */
const LEFT_OUT = 500;

interface Spread {
  readonly name: string;
  of(sorted: Float64Array): number;
  counted(sorted: Float64Array, counted: Multiplicities): number;
}

const MAD: Spread = { name: "MAD", of: madSorted, counted: madCounted };
const IQR: Spread = { name: "IQR", of: iqrSorted, counted: iqrCounted };

/**
 * Ratio of the MADs, B over A, with its bootstrap interval: both samples resampled in full, whatever their size,
 * since of a large resample the order statistics are drawn without drawing the rest (resample.ts).
 *
 * @throws RangeError when a sample is empty or the confidence is outside (0, 1)
 */
export function madRatio(
  sortedA: Float64Array,
  sortedB: Float64Array,
  confidence: number = 0.95,
  seed?: number,
): BootstrapInterval {
  return spreadRatio(MAD, sortedA, sortedB, confidence, seed);
}

/**
 * Ratio of the interquartile ranges, B over A; as madRatio.
 *
 * @throws RangeError when a sample is empty or the confidence is outside (0, 1)
 */
export function iqrRatio(
  sortedA: Float64Array,
  sortedB: Float64Array,
  confidence: number = 0.95,
  seed?: number,
): BootstrapInterval {
  return spreadRatio(IQR, sortedA, sortedB, confidence, seed);
}

function spreadRatio(
  spread: Spread,
  sortedA: Float64Array,
  sortedB: Float64Array,
  confidence: number,
  seed: number | undefined,
): BootstrapInterval {
  const spreadA = spread.of(sortedA);
  const spreadB = spread.of(sortedB);
  if (spreadA === 0) return undefinedInterval(`the ${spread.name} of A is 0`, confidence);
  const random = Xoshiro128.seeded(seed);
  const resampled = (sorted: Float64Array): () => number => {
    if (sorted.length > DRAWN_WHOLE_UP_TO) {
      return () => spread.counted(sorted, new Resample(sorted.length, random));
    }
    const draw = wholeResamples(sorted, random);
    return () => spread.of(draw());
  };
  const [ofA, ofB] = [resampled(sortedA), resampled(sortedB)];
  const replicates = new Float64Array(RESAMPLES);
  for (let i = 0; i < RESAMPLES; i++) replicates[i] = ofB() / ofA();
  const acceleration = accelerationOf([
    influencesOn(spread, sortedA, spreadA, -1),
    influencesOn(spread, sortedB, spreadB, 1),
  ]);
  return bootstrapInterval(spreadB / spreadA, replicates, acceleration, confidence);
}

/** Jackknife influence of single values on `sign` times the logarithm of the spread. */
function influencesOn(spread: Spread, sorted: Float64Array, whole: number, sign: number): SampleInfluences {
  const size = sorted.length;
  if (size < 2 || whole === 0) return { size, influences: [] };
  const groups = Math.min(size, LEFT_OUT);
  const left = Array.from({ length: groups }, (_, group) => {
    const without = Math.floor(((group + 0.5) * size) / groups);
    return spread.counted(sorted, leaveOneOut(size, without)) / whole;
  });
  const mean = left.reduce((sum, value) => sum + value, 0) / groups;
  return { size, influences: left.map((value) => sign * (size - 1) * (mean - value)) };
}
