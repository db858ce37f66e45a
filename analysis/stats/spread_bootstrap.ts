import { Xoshiro128 } from "./random.ts";
import { brownForsythe } from "./spread.ts";

export interface SpreadTest {
  /** Null when no deviation varies. */
  readonly p: number | null;
  /** The smallest p that resamples can give; null when F's distribution was used. */
  readonly pFloor: number | null;
  /** 0 when F's distribution was used. */
  readonly resamples: number;
  readonly method: string;
}

/** Resamples of the test; its p-values are multiples of 1 / (SPREAD_RESAMPLES + 1). */
export const SPREAD_RESAMPLES = 1999;

/** More values than this in all, and F's distribution takes over. */
export const RESAMPLED_UP_TO = 1000;

/** F of the same values differs by rounding alone when their order differs. */
const SAME = 1e-9;

/**
 * Brown-Forsythe's test with its p from the bootstrap of Lim and Loh (1996): every group is drawn anew,
 * with replacement, from the pooled x - median of the group, and its median taken anew. Permuting the deviations
 * instead rejects far too often in small skewed groups, since deviations from a sample's own median are not
 * exchangeable. With more than RESAMPLED_UP_TO values p is F's. The same seed gives the same p.
 *
 * @param groups each sorted ascending
 * @throws RangeError as brownForsythe
 */
export function spreadTest(groups: readonly Float64Array[], seed?: number): SpreadTest {
  const { f, p } = brownForsythe(groups);
  const total = groups.reduce((sum, group) => sum + group.length, 0);
  if (f === null || total > RESAMPLED_UP_TO) {
    return { p, pFloor: null, resamples: 0, method: "Brown-Forsythe, F" };
  }
  const residuals = Float64Array.from(groups.flatMap(centred));
  const drawn = groups.map((group) => new Float64Array(group.length));
  const random = Xoshiro128.seeded(seed);
  const limit = ratioOf(groups) * (1 - SAME);
  let extreme = 1;
  for (let i = 0; i < SPREAD_RESAMPLES; i++) {
    for (const group of drawn) {
      for (let j = 0; j < group.length; j++) group[j] = residuals[random.index(total)]!;
      bringMiddle(group);
    }
    if (ratioOf(drawn) >= limit) extreme++;
  }
  return {
    p: extreme / (SPREAD_RESAMPLES + 1),
    pFloor: 1 / (SPREAD_RESAMPLES + 1),
    resamples: SPREAD_RESAMPLES,
    method: `Brown-Forsythe, bootstrap of residuals, ${SPREAD_RESAMPLES} resamples`,
  };
}

/** x - median; taken from the two middle values rather than from their rounded mean. */
function centred(sorted: Float64Array): number[] {
  const low = sorted[(sorted.length - 1) >> 1]!;
  const high = sorted[sorted.length >> 1]!;
  return Array.from(sorted, (value) => (value - low) / 2 + (value - high) / 2);
}

/**
 * Puts the values where the middle ones of the sorted sample are, by Hoare's quickselect: a sort of so many small
 * samples would cost several times the rest.
 */
function bringMiddle(values: Float64Array): void {
  const middle = values.length >> 1;
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[middle]!;
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const value = values[i]!;
      values[i++] = values[j]!;
      values[j--] = value;
    }
    if (j < middle) low = i;
    if (middle < i) high = j;
  }
  if (values.length % 2 === 1) return;
  // The lower one of an even number is the largest of the lower half.
  let largest = 0;
  for (let i = 1; i < middle; i++) if (values[i]! > values[largest]!) largest = i;
  const value = values[largest]!;
  values[largest] = values[middle - 1]!;
  values[middle - 1] = value;
}

/**
 * Squares of the deviations between groups over those within: F but for the degrees of freedom.
 *
 * @param groups the middle values of each are where they are when it is sorted
 */
function ratioOf(groups: readonly Float64Array[]): number {
  let [all, squares, ofMeans, total] = [0, 0, 0, 0];
  for (const group of groups) {
    const low = group[(group.length - 1) >> 1]!;
    const high = group[group.length >> 1]!;
    let sum = 0;
    for (const value of group) {
      const deviation = Math.abs((value - low) / 2 + (value - high) / 2);
      sum += deviation;
      squares += deviation * deviation;
    }
    all += sum;
    ofMeans += (sum * sum) / group.length;
    total += group.length;
  }
  const within = squares - ofMeans;
  const between = Math.max(0, ofMeans - (all * all) / total);
  // Resamples of equal values have neither; they are as extreme as any only when the groups differ.
  if (within <= SAME * squares) return between <= SAME * squares ? 0 : Infinity;
  return between / within;
}
