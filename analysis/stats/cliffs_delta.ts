import { countPairs } from "./rank.ts";

/**
 * Cliff's delta, P(b > a) - P(b < a) over all pairs, exact, in O(m + n). In [-1, 1]; positive when the second
 * sample B is the larger one.
 *
 * @throws RangeError when a sample is empty
 */
export function cliffsDelta(sortedA: Float64Array, sortedB: Float64Array): number {
  const pairs = sortedA.length * sortedB.length;
  if (pairs === 0) {
    const sizes = `${sortedA.length} and ${sortedB.length}`;
    throw new RangeError(`Cliff's delta: sizes are ${sizes}, needs at least 1 value a side`);
  }
  const { greater, equal } = countPairs(sortedA, sortedB);
  return (greater - (pairs - greater - equal)) / pairs;
}
