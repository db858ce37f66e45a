/** A series and the order of its values: sorted once, so everything after that is one pass. */
export interface Ordered {
  /** The values, ascending. */
  readonly sorted: Float64Array;
  /**
   * Where in the series each of `sorted` stands: sorted[k] = series[order[k]]; of equal values the earlier
   * comes first.
   */
  readonly order: Uint32Array;
  /**
   * Where in the series each part but the first begins, ascending; absent when it is one part. Neighbours in different
   * parts have nothing to do with each other.
   */
  readonly joints?: readonly number[];
}

/** Begin and end of each part. */
export function partsOf({ sorted, joints = [] }: Ordered): (readonly [from: number, to: number])[] {
  const ends = [...joints, sorted.length];
  return ends.map((end, index) => [ends[index - 1] ?? 0, end]);
}

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const SIGN = 0x80000000;

/**
 * Sorts a series by its bits (radix sort, least significant digit first), in O(values): 100,000 latencies
 * take a fifth of the time of `toSorted`, which does not give the order. Digits that all values share cost
 * only one pass, and integers of nanoseconds share most of them.
 *
 * @param series no NaN
 */
export function ordered(series: Float64Array): Ordered {
  const n = series.length;
  // The low word of a number comes first: Deno only runs on little-endian machines.
  const words = new Uint32Array(series.buffer, series.byteOffset, 2 * n);
  let order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  let keys = new Uint32Array(n);
  let [nextOrder, nextKeys] = [new Uint32Array(n), new Uint32Array(n)];
  const starts = new Uint32Array(DIGITS);
  for (const word of [0, 1]) {
    for (let i = 0; i < n; i++) keys[i] = keyOf(words, order[i]!, word);
    for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
      starts.fill(0);
      for (let i = 0; i < n; i++) starts[(keys[i]! >>> shift) & (DIGITS - 1)]!++;
      if (n === 0 || starts[(keys[0]! >>> shift) & (DIGITS - 1)] === n) continue;
      let start = 0;
      for (let digit = 0; digit < DIGITS; digit++) {
        const size = starts[digit]!;
        starts[digit] = start;
        start += size;
      }
      for (let i = 0; i < n; i++) {
        const key = keys[i]!;
        const to = starts[(key >>> shift) & (DIGITS - 1)]!++;
        nextKeys[to] = key;
        nextOrder[to] = order[i]!;
      }
      [keys, nextKeys] = [nextKeys, keys];
      [order, nextOrder] = [nextOrder, order];
    }
  }
  const sorted = new Float64Array(n);
  for (let i = 0; i < n; i++) sorted[i] = series[order[i]!]!;
  return { sorted, order };
}

/**
 * One word of a number, transformed so that unsigned words sort like the numbers: negative ones sort in
 * reverse.
 */
function keyOf(words: Uint32Array, at: number, word: number): number {
  const bits = words[2 * at + word]!;
  if (words[2 * at + 1]! >= SIGN) return ~bits;
  return word === 1 ? bits ^ SIGN : bits;
}
