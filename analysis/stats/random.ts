/** Seed of every Monte-Carlo method by default: the same input gives the same bytes. */
export const DEFAULT_SEED = 20_240_601;

/**
 * xoshiro128** 1.1 of Blackman and Vigna ("Scrambled linear pseudorandom number generators", 2021), its state
 * filled from a 32-bit seed with the finaliser of MurmurHash3 over a Weyl sequence (SplitMix32).
 */
export class Xoshiro128 {
  /** Signed, like JavaScript's bit operations, so no word has to become a double. */
  readonly #state: Int32Array;

  /** @param state four 32-bit words, not all 0 */
  constructor(state: readonly [number, number, number, number]) {
    this.#state = Int32Array.from(state);
  }

  /** The generator whose state is filled from a 32-bit seed. */
  static seeded(seed: number = DEFAULT_SEED): Xoshiro128 {
    const word = (step: number) => mix32(seed + Math.imul(step, 0x9e3779b9));
    return new Xoshiro128([word(1), word(2), word(3), word(4)]);
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const s = this.#state;
    const result = Math.imul(rotateLeft(Math.imul(s[1]!, 5), 7), 9) >>> 0;
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = rotateLeft(s[3]!, 11);
    return result;
  }

  /**
   * An integer in [0, limit), all equally likely except for a share of limit / 2^32. @param limit up to 2^21
   */
  index(limit: number): number {
    return Math.floor((this.uint32() * limit) / 4_294_967_296);
  }

  /**
   * Counts as many draws of index(limit): most of the time of a bootstrap is spent here, so the state is kept in local
   * variables.
   *
   * @param counts overwritten, at least `limit` of them
   */
  countIndexes(counts: Uint16Array, draws: number, limit: number): void {
    counts.fill(0);
    const s = this.#state;
    let s0 = s[0]!;
    let s1 = s[1]!;
    let s2 = s[2]!;
    let s3 = s[3]!;
    for (let draw = 0; draw < draws; draw++) {
      const five = Math.imul(s1, 5);
      const word = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
      const t = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= t;
      s3 = (s3 << 11) | (s3 >>> 21);
      counts[Math.floor((word * limit) / 4_294_967_296)]!++;
    }
    s[0] = s0;
    s[1] = s1;
    s[2] = s2;
    s[3] = s3;
  }

  /** A double in [0, 1), a multiple of 2^-53. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 67_108_864 + (this.uint32() >>> 6)) / 9_007_199_254_740_992;
  }
}

function rotateLeft(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function mix32(value: number): number {
  let x = value | 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** Brings `count` values, drawn at random without replacement, to the front of the array; the others follow. */
export function drawToFront(values: Float64Array, count: number, random: Xoshiro128): void {
  for (let i = 0; i < count; i++) {
    const chosen = i + random.index(values.length - i);
    const value = values[chosen]!;
    values[chosen] = values[i]!;
    values[i] = value;
  }
}
