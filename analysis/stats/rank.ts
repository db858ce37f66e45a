/**
 * Ranks of pooled samples, by merging sorted ones: nothing here sorts, and everything takes O(number of
 * values).
 */

import type { Ordered } from "./ordered.ts";

/** How the values of two samples compare. */
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

/** The neighbourhood of a value among the differences of two samples. */
export interface Around {
  /** Number of differences up to the value. */
  readonly count: number;
  /** The largest of those, and the smallest beyond. */
  readonly upTo: number;
  readonly beyond: number;
}

/** The m n differences b - a of two sorted samples around a value, in one pass of m + n steps. */
export function differencesAround(sortedA: Float64Array, sortedB: Float64Array, value: number): Around {
  const [m, n] = [sortedA.length, sortedB.length];
  let count = 0;
  let upTo = -Infinity;
  let beyond = Infinity;
  let i = 0;
  let j = 0;
  while (i < m && j < n) {
    // Computes the difference as it is returned: comparing b with value + a would round differently.
    const difference = sortedB[j]! - sortedA[i]!;
    if (difference <= value) {
      j++;
      if (difference > upTo) upTo = difference;
    } else {
      i++;
      count += j;
      if (difference < beyond) beyond = difference;
    }
  }
  return { count: count + (m - i) * n, upTo, beyond };
}

/**
 * For each value of a series: the number of values of `among` below it plus the number of those that are at
 * most it. Within its own sample that is twice its midrank minus 1. Integers, so sums are exact. O(m + n).
 *
 * @param among sorted ascending
 * @returns in the order of the series
 */
export function countsBelowAndUpTo({ sorted, order }: Ordered, among: Float64Array): Float64Array {
  const counts = new Float64Array(sorted.length);
  let below = 0;
  let upTo = 0;
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i]!;
    while (below < among.length && among[below]! < value) below++;
    if (upTo < below) upTo = below;
    while (upTo < among.length && among[upTo]! <= value) upTo++;
    counts[order[i]!] = below + upTo;
  }
  return counts;
}

/**
 * 2 rank - (n + 1) of each value of a series, with midranks for ties: always integers, so sums are exact.
 *
 * @returns in the order of the series
 */
export function centredRanks(series: Ordered): Float64Array {
  const counts = countsBelowAndUpTo(series, series.sorted);
  for (let i = 0; i < counts.length; i++) counts[i]! -= counts.length;
  return counts;
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

/** Number of sorted values below `value`. */
export function countBelow(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Number of sorted values that are at most `value`. */
export function countUpTo(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** First index at or after `start` whose value is not `value`. */
export function endOfRun(sorted: Float64Array, start: number, value: number): number {
  let end = start;
  while (end < sorted.length && sorted[end] === value) end++;
  return end;
}

/** First index at or after `start` whose value is at least `value`, in the logarithm of the way. */
export function firstAtLeast(sorted: Float64Array, value: number, start: number): number {
  let low = start;
  let step = 1;
  while (low + step < sorted.length && sorted[low + step]! < value) {
    low += step;
    step *= 2;
  }
  let high = Math.min(sorted.length, low + step);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function tieTerm(t: number): number {
  return t * (t - 1) * (t + 1);
}
