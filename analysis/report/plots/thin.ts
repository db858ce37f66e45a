/** Reduces many points to fewer for drawing: always the same ones, always including both ends. */

/**
 * Ranks, from 0, that represent a sorted sample: all when n is at most `most`; otherwise most of them evenly
 * spaced, and closer and closer towards both ends, down to the outermost values themselves.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(thinnedRanks(3, 8), [0, 1, 2]);
 * assert.deepEqual(thinnedRanks(1000, 12), [0, 3, 13, 52, 200, 400, 600, 800, 947, 986, 996, 999]);
 * ```
 */
export function thinnedRanks(n: number, most: number): number[] {
  if (n <= most) return Array.from({ length: n }, (_, rank) => rank);
  const tail = Math.floor(most / 3);
  const even = most - 2 * tail;
  const ranks = new Set<number>();
  for (let i = 1; i <= even; i++) ranks.add(Math.floor((n * i) / (even + 1)));
  const reach = n / (even + 1);
  for (let i = 0; i < tail; i++) {
    const rank = Math.min(n - 1, Math.round(reach ** (i / tail)) - 1);
    ranks.add(rank).add(n - 1 - rank);
  }
  return [...ranks].sort((x, y) => x - y);
}

/** Bounds [start, end) of `blocks` blocks of nearly equal length that cover 0 to n. */
export function blocksOf(n: number, blocks: number): [start: number, end: number][] {
  return Array.from(
    { length: blocks },
    (_, i) => [Math.floor((n * i) / blocks), Math.floor((n * (i + 1)) / blocks)],
  );
}
