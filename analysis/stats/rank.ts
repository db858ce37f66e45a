/** Ranks of pooled samples, by merging sorted ones: nothing here sorts, everything is O(number of values). */

/** How the values of two samples lie to each other. */
export interface PairCounts {
  /** Pairs (a, b) with b > a. */
  readonly greater: number;
  /** Pairs (a, b) with b = a. */
  readonly equal: number;
  /** Sum of t^3 - t over the groups of t equal values of the pooled sample; 0 when there are no ties. */
  readonly tieSum: number;
}

/**
 * Counts over all pairs of two sorted samples, in O(m + n). With it the rank sum of B's midranks in the pooled
 * sample is `greater + equal / 2 + n (n + 1) / 2`.
 */
export function countPairs(sortedA: Float64Array, sortedB: Float64Array): PairCounts {
  let greater = 0;
  let equal = 0;
  let tieSum = 0;
  let i = 0;
  let j = 0;
  while (i < sortedA.length || j < sortedB.length) {
    const a = i < sortedA.length ? sortedA[i]! : Infinity;
    const b = j < sortedB.length ? sortedB[j]! : Infinity;
    const value = Math.min(a, b);
    const endA = endOfRun(sortedA, i, value);
    const endB = endOfRun(sortedB, j, value);
    greater += i * (endB - j);
    equal += (endA - i) * (endB - j);
    tieSum += tieTerm(endA - i + endB - j);
    i = endA;
    j = endB;
  }
  return { greater, equal, tieSum };
}

/**
 * Number of the m n differences b - a of two sorted samples that are below a limit, and that are at most it, in
 * O(m + n).
 */
export function countDifferences(
  sortedA: Float64Array,
  sortedB: Float64Array,
  limit: number,
): { below: number; upTo: number } {
  let below = 0;
  let upTo = 0;
  let j = 0;
  let k = 0;
  for (let i = 0; i < sortedA.length; i++) {
    const a = sortedA[i]!;
    while (j < sortedB.length && sortedB[j]! - a < limit) j++;
    if (k < j) k = j;
    while (k < sortedB.length && sortedB[k]! - a <= limit) k++;
    below += j;
    upTo += k;
  }
  return { below, upTo };
}

/** Sum of t^3 - t over the groups of equal values of one sorted sample. */
export function tieSumSorted(sorted: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < sorted.length;) {
    const end = endOfRun(sorted, i, sorted[i]!);
    sum += tieTerm(end - i);
    i = end;
  }
  return sum;
}

/** A table of so many entries stays in the caches. */
const MOST_BUCKETS = 65_536;
/** Outside the buckets lies this share of the values at each end, so that no outlier makes the buckets wide. */
const OUTSIDE = 0.001;

/**
 * Of each value the number of sorted values below it plus the number of those that are at most it: among its own
 * sample twice its midrank less 1. Integers, so that sums are exact. O(n log n) by bisection, but only of the values
 * in its own bucket of equal width: bisecting all of a million takes more than twice as long.
 *
 * @param values in any order
 * @param sorted ascending
 */
export function countsBelowAndUpTo(values: Float64Array, sorted: Float64Array): Float64Array {
  const n = sorted.length;
  if (n === 0) return new Float64Array(values.length);
  const least = sorted[Math.floor(OUTSIDE * n)]!;
  const largest = sorted[n - 1 - Math.floor(OUTSIDE * n)]!;
  const buckets = Math.min(n, MOST_BUCKETS);
  const wanted = buckets / (largest - least);
  const scale = Number.isFinite(wanted) ? wanted : 0;
  // Monotone however it rounds, so that a bucket has all values between two of its own.
  const bucketOf = (value: number) =>
    Math.min(buckets + 1, Math.max(0, Math.floor((value - least) * scale) + 1));
  const starts = new Uint32Array(buckets + 3);
  for (let i = 0; i < n; i++) starts[bucketOf(sorted[i]!) + 1]!++;
  for (let i = 1; i < starts.length; i++) starts[i]! += starts[i - 1]!;
  const counts = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const bucket = bucketOf(value);
    const end = starts[bucket + 1]!;
    const below = countBelow(sorted, value, starts[bucket]!, end);
    counts[i] = below + (sorted[below] === value ? countUpTo(sorted, value, below + 1, end) : below);
  }
  return counts;
}

/**
 * 2 rank - (n + 1) of each value of a series, ties by midranks: integers even then, so that sums are exact.
 *
 * @param runs in the order of the runs
 * @param sorted the same values, ascending; or others, among which each value is then ranked
 */
export function centredRanks(runs: Float64Array, sorted: Float64Array): Float64Array {
  const counts = countsBelowAndUpTo(runs, sorted);
  for (let i = 0; i < counts.length; i++) counts[i]! -= sorted.length;
  return counts;
}

/** More values than this are ranked to 1 in RANK_GRID only: bisecting all of them misses every cache. */
const RANKED_IN_FULL_UP_TO = 10_000;
const RANK_GRID = 4096;

/**
 * As centredRanks; of more than RANKED_IN_FULL_UP_TO values the ranks are those among RANK_GRID evenly chosen ones,
 * centred about their mean. For tests that take ties by midranks.
 */
export function centredRanksToGrid(runs: Float64Array, sorted: Float64Array): Float64Array {
  const n = runs.length;
  if (n <= RANKED_IN_FULL_UP_TO) return centredRanks(runs, sorted);
  const grid = Float64Array.from({ length: RANK_GRID }, (_, i) => {
    return sorted[Math.floor(((i + 0.5) * n) / RANK_GRID)]!;
  });
  const ranks = centredRanks(runs, grid);
  let mean = 0;
  for (const rank of ranks) mean += rank / n;
  return ranks.map((rank) => ((rank - mean) * n) / RANK_GRID);
}

/** The values of two sorted samples, sorted, in O(m + n). */
export function merged(sortedA: Float64Array, sortedB: Float64Array): Float64Array {
  const [m, n] = [sortedA.length, sortedB.length];
  const both = new Float64Array(m + n);
  let i = 0;
  let j = 0;
  let slot = 0;
  while (i < m && j < n) both[slot++] = sortedA[i]! <= sortedB[j]! ? sortedA[i++]! : sortedB[j++]!;
  both.set(sortedA.subarray(i), slot);
  both.set(sortedB.subarray(j), slot + m - i);
  return both;
}

/** Number of sorted values below `value`, when it is known to lie in [low, high]. */
export function countBelow(sorted: Float64Array, value: number, low = 0, high = sorted.length): number {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Number of sorted values that are at most `value`, when it is known to lie in [low, high]. */
export function countUpTo(sorted: Float64Array, value: number, low = 0, high = sorted.length): number {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** First index at or after `start` whose value is not `value`. */
function endOfRun(sorted: Float64Array, start: number, value: number): number {
  let end = start;
  while (end < sorted.length && sorted[end] === value) end++;
  return end;
}

function tieTerm(t: number): number {
  return t * (t - 1) * (t + 1);
}
