import { absoluteDeviationsSorted } from "./quantile.ts";
import { drawToFront, Xoshiro128 } from "./random.ts";
import { brownForsythe } from "./spread.ts";

export interface SpreadTest {
  /** Null when no deviation varies. */
  readonly p: number | null;
  /** The smallest p that permutations can give; null when F's distribution was used. */
  readonly pFloor: number | null;
  /** 0 when F's distribution was used. */
  readonly permutations: number;
  readonly method: string;
}

/** Permutations of the test; its p-values are multiples of 1 / (PERMUTATIONS + 1). */
export const PERMUTATIONS = 1999;

/** More values than this in all, and F's distribution takes over: 2e7 draws are about 0.3 s. */
export const PERMUTED_UP_TO = 10_000;

/** Sums of the same deviations differ by rounding alone when their order differs. */
const SAME = 1e-9;

/**
 * Brown-Forsythe's test with its p from permutations of |x - median of the group| over the groups, since F's
 * distribution rejects too often where deviations are skewed and groups small; with more than PERMUTED_UP_TO
 * values their means are normal enough, and p is F's. The same seed gives the same p.
 *
 * @param groups each sorted ascending
 * @throws RangeError as brownForsythe
 */
export function spreadTest(groups: readonly Float64Array[], seed?: number): SpreadTest {
  const { f, p } = brownForsythe(groups);
  const total = groups.reduce((sum, group) => sum + group.length, 0);
  if (f === null || total > PERMUTED_UP_TO) {
    return { p, pFloor: null, permutations: 0, method: "Brown-Forsythe, F" };
  }
  const bySize = groups.toSorted((x, y) => x.length - y.length);
  const sizes = bySize.map((group) => group.length);
  const deviations = centred(bySize.flatMap((group) => [...absoluteDeviationsSorted(group)]));
  const random = Xoshiro128.seeded(seed);
  const limit = between(deviations, sizes) * (1 - SAME);
  let extreme = 1;
  for (let i = 0; i < PERMUTATIONS; i++) {
    // The largest group is what the others leave.
    drawToFront(deviations, total - sizes.at(-1)!, random);
    if (between(deviations, sizes) >= limit) extreme++;
  }
  return {
    p: extreme / (PERMUTATIONS + 1),
    pFloor: 1 / (PERMUTATIONS + 1),
    permutations: PERMUTATIONS,
    method: `Brown-Forsythe, ${PERMUTATIONS} permutations`,
  };
}

function centred(values: readonly number[]): Float64Array {
  const mean = values.reduce((sum, value) => sum + value / values.length, 0);
  return Float64Array.from(values, (value) => value - mean);
}

/** Sum of squares between the groups, of values that sum to 0; F rises with it. */
function between(values: Float64Array, sizes: readonly number[]): number {
  let rest = 0;
  let squares = 0;
  let slot = 0;
  for (const [g, size] of sizes.entries()) {
    let sum = 0;
    if (g === sizes.length - 1) sum = -rest;
    else for (const end = slot + size; slot < end; slot++) sum += values[slot]!;
    rest += sum;
    squares += (sum * sum) / size;
  }
  return squares;
}
