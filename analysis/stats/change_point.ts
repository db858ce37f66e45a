import { drawToFront, Xoshiro128 } from "./random.ts";
import { sequentialP } from "./sequential.ts";

export interface ChangePoint {
  /** Runs before the change: the level differs most between the first `after` runs and the rest. */
  readonly after: number;
  /** Pettitt's largest |U_t|: twice the difference between the rank sum and its expectation. */
  readonly k: number;
  readonly p: number;
  /** The smallest p that permutations can give; null for the approximation. */
  readonly pFloor: number | null;
  readonly method: string;
}

/** Most permutations of the test; its smallest p is 1 / (PETTITT_PERMUTATIONS + 1). */
export const PETTITT_PERMUTATIONS = 1999;

/** With up to this many runs, p comes from permutations. */
const PETTITT_PERMUTED_UP_TO = 1000;

/**
 * Pettitt's test (1979) of one change of location in a series, on midranks. Its p assumes that without a change all
 * orders are equally likely: look at the autocorrelation too, since a drift or dependence also lowers it. Seeded
 * permutations up to PETTITT_PERMUTED_UP_TO runs, beyond Pettitt's approximation 2 exp(-6 K^2 / (n^3 + n^2)).
 * O(n log n).
 *
 * @param scores of the runs in their order, as centredRanks gives them
 * @returns null when all values are equal
 * @throws RangeError for fewer than 4 runs
 */
export function changePoint(scores: Float64Array, seed?: number): ChangePoint | null {
  const n = scores.length;
  if (n < 4) throw new RangeError(`change point: ${n} runs, needs at least 4`);
  if (scores.every((score) => score === 0)) return null;
  const { after, k } = largestSum(scores);
  if (n > PETTITT_PERMUTED_UP_TO) {
    const p = Math.min(1, 2 * Math.exp((-6 * k * k) / (n ** 3 + n ** 2)));
    return { after, k, p, pFloor: null, method: "Pettitt, approximation" };
  }
  const random = Xoshiro128.seeded(seed);
  const shuffled = scores.slice();
  const p = sequentialP(PETTITT_PERMUTATIONS, () => {
    drawToFront(shuffled, n - 1, random);
    return largestSum(shuffled).k >= k;
  });
  return {
    after,
    k,
    p,
    pFloor: 1 / (PETTITT_PERMUTATIONS + 1),
    method: `Pettitt, up to ${PETTITT_PERMUTATIONS} permutations`,
  };
}

function largestSum(scores: Float64Array): { after: number; k: number } {
  let sum = 0;
  let k = 0;
  let after = 1;
  for (let t = 1; t < scores.length; t++) {
    sum += scores[t - 1]!;
    if (Math.abs(sum) > k) {
      k = Math.abs(sum);
      after = t;
    }
  }
  return { after, k };
}
