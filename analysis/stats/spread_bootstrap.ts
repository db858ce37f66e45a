import { absoluteDeviationsSorted } from "./quantile.ts";
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
export const RESAMPLED_UP_TO = 2000;

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
  const residuals = groups.flatMap(centred);
  const random = Xoshiro128.seeded(seed);
  const limit = ratioOf(groups) * (1 - SAME);
  let extreme = 1;
  for (let i = 0; i < SPREAD_RESAMPLES; i++) {
    const drawn = groups.map((group) => {
      return group.map(() => residuals[Math.floor(random.uniform() * total)]!).sort();
    });
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

/** Squares of the deviations between groups over those within: F but for the degrees of freedom. */
function ratioOf(groups: readonly Float64Array[]): number {
  let [all, squares, ofMeans, total] = [0, 0, 0, 0];
  for (const group of groups) {
    let sum = 0;
    for (const deviation of absoluteDeviationsSorted(group)) {
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
