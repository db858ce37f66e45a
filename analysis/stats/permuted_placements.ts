import { Xoshiro128 } from "./random.ts";

/** Up to so many arrangements all are looked at; of more as many are drawn as PERMUTATIONS. */
const ENUMERATED_UP_TO = 50_000;
export const PERMUTATIONS = 9999;

/** Distributions made so far, by both sizes: a comparison asks for few of them, each of them many times. */
const known = new Map<string, PermutedPlacements>();

/**
 * Distribution of Brunner and Munzel's studentised statistic over the arrangements of two samples without ties
 * (Neubert and Brunner 2007): it depends on the sizes only, and is symmetric about 0. Made when it is first asked.
 */
export class PermutedPlacements {
  /** Whether every arrangement was looked at. */
  readonly isExact: boolean;
  readonly #few: number;
  readonly #many: number;
  #known: Float64Array | null = null;

  /** @throws RangeError unless both sizes are integers of at least 2 */
  static of(m: number, n: number): PermutedPlacements {
    const [few, many] = m < n ? [m, n] : [n, m];
    if (!(Number.isSafeInteger(few) && Number.isSafeInteger(many) && few >= 2)) {
      throw new RangeError(`permuted placements: sizes are ${m} and ${n}, must be integers of at least 2`);
    }
    const key = `${few} ${many}`;
    const distribution = known.get(key) ?? new PermutedPlacements(few, many);
    known.set(key, distribution);
    return distribution;
  }

  private constructor(few: number, many: number) {
    this.#few = few;
    this.#many = many;
    this.isExact = arrangements(few, many) <= ENUMERATED_UP_TO;
  }

  /** Sizes of the statistic, ascending; infinite where the samples do not overlap. */
  get #sizes(): Float64Array {
    if (this.#known !== null) return this.#known;
    const [few, many] = [this.#few, this.#many];
    const ranks = Array.from({ length: few }, (_, i) => i);
    const sizes: number[] = [];
    if (this.isExact) {
      do sizes.push(Math.abs(studentised(ranks, many))); while (advance(ranks, few + many));
    } else {
      const random = Xoshiro128.seeded();
      for (let i = 0; i < PERMUTATIONS; i++) {
        draw(ranks, few + many, random);
        sizes.push(Math.abs(studentised(ranks, many)));
      }
    }
    return this.#known = Float64Array.from(sizes).sort();
  }

  /** P(T >= t), for t > 0; of drawn arrangements the sample itself counts as one more. */
  survival(t: number): number {
    const sizes = this.#sizes;
    // Equal arrangements may differ by rounding.
    const from = t * (1 - 1e-12);
    let [low, high] = [0, sizes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sizes[middle]! >= from) high = middle;
      else low = middle + 1;
    }
    const beyond = sizes.length - low;
    return this.isExact ? beyond / sizes.length / 2 : (beyond + 1) / (sizes.length + 1) / 2;
  }
}

/** Ways to choose `few` of all; Infinity where they are too many to count. */
export function arrangements(few: number, many: number): number {
  let ways = 1;
  for (let i = 1; i <= few; i++) ways = (ways * (many + i)) / i;
  return Math.round(ways);
}

/** The next choice in lexicographic order of as many ranks below `total`; false after the last. */
function advance(ranks: number[], total: number): boolean {
  let at = ranks.length - 1;
  while (at >= 0 && ranks[at] === total - ranks.length + at) at--;
  if (at < 0) return false;
  ranks[at]!++;
  for (let i = at + 1; i < ranks.length; i++) ranks[i] = ranks[i - 1]! + 1;
  return true;
}

/** As many ranks below `total` at random, none twice, ascending (Floyd). */
function draw(ranks: number[], total: number, random: Xoshiro128): void {
  for (let chosen = 0; chosen < ranks.length; chosen++) {
    const limit = total - ranks.length + chosen;
    let rank = Math.floor(random.uniform() * (limit + 1));
    for (let i = 0; i < chosen; i++) if (ranks[i] === rank) rank = limit;
    // Those chosen so far are in order: the new one goes where it belongs.
    let slot = chosen;
    for (; slot > 0 && ranks[slot - 1]! > rank; slot--) ranks[slot] = ranks[slot - 1]!;
    ranks[slot] = rank;
  }
}

/** The statistic of the smaller sample at these ranks of both, as placements.ts has it, in O(smaller sample). */
function studentised(ranks: readonly number[], many: number): number {
  const few = ranks.length;
  let [sum, squares, manySquares, manySum, before] = [0, 0, 0, 0, 0];
  for (let i = 0; i <= few; i++) {
    // So many of the larger sample lie below this one of the smaller, and have i of it below them.
    const below = i === few ? many : ranks[i]! - i;
    const ofMany = 2 * i - few;
    manySum += ofMany * (below - before);
    manySquares += ofMany * ofMany * (below - before);
    before = below;
    if (i === few) break;
    const count = 2 * below - many;
    sum += count;
    squares += count * count;
  }
  const variance = (squares - (sum * sum) / few) / (few - 1) / few / (4 * many * many) +
    (manySquares - (manySum * manySum) / many) / (many - 1) / many / (4 * few * few);
  const excess = sum / (2 * few * many);
  // Apart, each sample's placements are all the same.
  return 4 * excess * excess === 1 ? Infinity : excess / Math.sqrt(variance);
}
