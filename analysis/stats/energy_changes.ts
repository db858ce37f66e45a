import { drawToFront, Xoshiro128 } from "./random.ts";
import { sequentialP } from "./sequential.ts";

/** Where the distribution of a series changes. */
export interface EnergyChange {
  /** Values before the change. */
  readonly after: number;
  readonly p: number;
}

/** Values between two changes, and before the first one. */
const LEAST_BETWEEN = 3;
/** Their smallest p is 1 / (PERMUTATIONS + 1). */
const PERMUTATIONS = 999;
/** What is equal but for rounding. */
const ROUNDING = 1e-12;

/** From a value on, up to another one. */
interface Part {
  readonly from: number;
  readonly to: number;
}

/**
 * E-divisive: Matteson and James, "A nonparametric approach for multiple change point analysis of multivariate data"
 * (2014), with distances to the power of 1. The two neighbouring stretches that differ most, by energy distance, are
 * looked for in each part between the changes that are known; permutations within these parts say whether it could be
 * chance. It ends with the first that could, so that a series without a change has one with a probability of at most
 * `level`, if without changes all orders of its values are equally likely.
 *
 * @param values in their order, finite
 * @returns in the order of the series
 */
export function energyChanges(values: Float64Array, level: number, seed?: number): EnergyChange[] {
  const random = Xoshiro128.seeded(seed);
  const found: EnergyChange[] = [];
  for (;;) {
    const bounds = [0, ...found.map(({ after }) => after), values.length];
    const parts = bounds.slice(1).map((to, index): Part => ({ from: bounds[index]!, to }));
    const best = bestOf(values, parts);
    if (best === null || best.energy <= 0) return found;
    const shuffled = values.slice();
    const p = sequentialP(PERMUTATIONS, () => {
      for (const { from, to } of parts) drawToFront(shuffled.subarray(from, to), to - from - 1, random);
      return (bestOf(shuffled, parts)?.energy ?? 0) >= best.energy * (1 - ROUNDING);
    });
    if (p > level) return found;
    found.push({ after: best.after, p });
    found.sort((a, b) => a.after - b.after);
  }
}

/** With fewer values no stretch has a neighbour. */
const CHANGE_NEEDS = 2 * LEAST_BETWEEN;

interface Split {
  readonly after: number;
  readonly energy: number;
}

function bestOf(values: Float64Array, parts: readonly Part[]): Split | null {
  let best: Split | null = null;
  for (const { from, to } of parts) {
    const split = bestSplit(values.subarray(from, to));
    if (split !== null && (best === null || split.energy > best.energy)) {
      best = { after: from + split.after, energy: split.energy };
    }
  }
  return best;
}

/**
 * The split of a stretch into a beginning of a values, a middle of b that is held against it, and a rest, of which the
 * energy distance, scaled by a b / (a + b), is largest. With sums over pairs, of all a + b values, of the a and of the b,
 * that is 2 / (a + b) (all - (a + b - 1) (ofA / (a - 1) + ofB / (b - 1))). O(n^2): going to the next end, each sum grows
 * by the distances to one value.
 */
function bestSplit(values: Float64Array): Split | null {
  const n = values.length;
  if (n < CHANGE_NEEDS) return null;
  const inverses = Float64Array.from({ length: n }, (_, size) => size < 2 ? 0 : 1 / (size - 1));
  /** Sums over the pairs from a value up to the current end. */
  const within = new Float64Array(n);
  /** The same from the beginning up to a value, over the values but one. */
  const before = new Float64Array(n + 1);
  let [after, energy] = [0, -Infinity];
  for (let end = 2; end <= n; end++) {
    const last = values[end - 1]!;
    let distances = 0;
    let [cut, least] = [0, Infinity];
    for (let from = end - 2; from >= 0; from--) {
      distances += Math.abs(values[from]! - last);
      const sum = within[from]! + distances;
      within[from] = sum;
      if (from < LEAST_BETWEEN || from > end - LEAST_BETWEEN) continue;
      const both = before[from]! + sum * inverses[end - from]!;
      if (both < least) [cut, least] = [from, both];
    }
    const all = within[0]!;
    before[end] = all / (end - 1);
    const scaled = (2 / end) * (all - (end - 1) * least);
    if (scaled > energy) [after, energy] = [cut, scaled];
  }
  return { after, energy };
}
