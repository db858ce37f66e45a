import type { Xoshiro128 } from "./random.ts";
import { normalQuantile } from "./special.ts";

/**
 * Draws the order statistics of n uniform numbers that have the given ranks, without drawing the others: the gaps
 * between them are gamma numbers, divided by their sum (David and Nagaraja, "Order Statistics" (2003), 4.7). So
 * time does not depend on n.
 *
 * @param n integer >= 1
 * @param ranks ascending, different, from 1 to n
 * @returns one number in (0, 1) for each rank, ascending
 */
export function uniformOrderStatistics(n: number, ranks: readonly number[], random: Xoshiro128): number[] {
  let sum = 0;
  const sums = [...ranks, n + 1].map((rank, index) =>
    sum += randomGamma(rank - (ranks[index - 1] ?? 0), random)
  );
  return sums.slice(0, -1).map((upTo) => upTo / sum);
}

/**
 * A gamma number of scale 1. Marsaglia and Tsang, "A simple method for generating gamma variables" (2000).
 *
 * @param shape >= 1
 */
function randomGamma(shape: number, random: Xoshiro128): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    // The middle of the cell: never 0, never 1.
    const x = normalQuantile((random.uint32() + 0.5) / 2 ** 32);
    const v = (1 + c * x) ** 3;
    if (v <= 0) continue;
    if (Math.log(1 - random.uniform()) < (x * x) / 2 + d * (1 - v + Math.log(v))) return d * v;
  }
}
