import { PairwiseDifferences } from "./pairwise_difference.ts";

/**
 * Hodges-Lehmann estimate of the shift B - A: the median of all m n differences b - a, exact for every size
 * (R's `wilcox.test` solves an equation instead once it is not exact). O(m + n) memory, O((m + n) log(m n)).
 *
 * @param differences of these samples, when the caller uses them more than once
 * @throws RangeError when a sample is empty
 */
export function hodgesLehmann(
  sortedA: Float64Array,
  sortedB: Float64Array,
  differences: PairwiseDifferences = new PairwiseDifferences(sortedA, sortedB),
): number {
  if (sortedA.length === 0 || sortedB.length === 0) {
    const sizes = `${sortedA.length} and ${sortedB.length}`;
    throw new RangeError(`Hodges-Lehmann: sizes are ${sizes}, needs at least 1 value a side`);
  }
  const pairs = sortedA.length * sortedB.length;
  const low = differences.ranked(Math.floor((pairs + 1) / 2));
  if (pairs % 2 === 1) return low;
  const high = differences.ranked(pairs / 2 + 1);
  return low + (high - low) / 2;
}
