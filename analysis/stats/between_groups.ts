/** Whether more of the variance of values lies between groups of them than chance would put there. */

import { drawToFront, Xoshiro128 } from "./random.ts";
import { DRAWN_WHOLE_UP_TO } from "./resample.ts";
import { chiSquareSurvival } from "./special.ts";

const PERMUTATIONS = 999;

/** Values with the group of each, from 0 on. */
export interface Grouped {
  readonly values: Float64Array;
  readonly groups: ArrayLike<number>;
}

export interface BetweenGroups {
  /** How often values dealt at random within the strata have as much between the groups. */
  readonly p: number;
  /** It is the smallest that the permutations can give. */
  readonly isSmallest: boolean;
  readonly method: string;
}

/**
 * The parts of the variance between groups, sum n_g (m_g - m)^2 over that of all values, and the permutation test of
 * their sum over the strata, each weighted with its values less 1: values change their groups within a stratum only. With
 * more than DRAWN_WHOLE_UP_TO values in a stratum the permutations' limit is taken, chi-square.
 *
 * @param count of groups
 * @returns null when nothing varies, or no stratum has two groups
 */
export function betweenGroups(strata: readonly Grouped[], count: number): BetweenGroups | null {
  const prepared = strata.map(({ values, groups }) => ({
    values: standardised(values),
    groups,
    ...sized(groups, count),
  }));
  const varied = prepared.filter(({ values, groupsHere }) => values !== null && groupsHere > 1);
  if (varied.length === 0) return null;
  const shareOf = (values: Float64Array, { groups, sizes }: typeof varied[number]) => {
    const sums = new Float64Array(count);
    for (let i = 0; i < values.length; i++) sums[groups[i]!]! += values[i]!;
    let between = 0;
    for (let g = 0; g < count; g++) if (sizes[g]! > 0) between += sums[g]! ** 2 / sizes[g]!;
    return between / values.length;
  };
  const weighted = (of: (stratum: typeof varied[number]) => Float64Array) =>
    varied.reduce((sum, one) => sum + (one.values!.length - 1) * shareOf(of(one), one), 0);
  const found = weighted(({ values }) => values!);
  if (varied.some(({ values }) => values!.length > DRAWN_WHOLE_UP_TO)) {
    const df = varied.reduce((sum, { groupsHere }) => sum + groupsHere - 1, 0);
    return {
      p: chiSquareSurvival(found, df),
      isSmallest: false,
      method: "chi-square, limit of the permutations",
    };
  }
  const random = Xoshiro128.seeded();
  const dealt = varied.map(({ values }) => values!.slice());
  let asMuch = 1;
  for (let permutation = 0; permutation < PERMUTATIONS; permutation++) {
    for (const values of dealt) drawToFront(values, values.length - 1, random);
    if (weighted((one) => dealt[varied.indexOf(one)]!) >= found * (1 - ROUNDING)) asMuch++;
  }
  return {
    p: asMuch / (PERMUTATIONS + 1),
    isSmallest: asMuch === 1,
    method: `${PERMUTATIONS} permutations within the sides`,
  };
}

/** Sums in another order differ by less. */
const ROUNDING = 1e-12;

function sized(groups: ArrayLike<number>, count: number): { sizes: Float64Array; groupsHere: number } {
  const sizes = new Float64Array(count);
  for (let i = 0; i < groups.length; i++) sizes[groups[i]!]!++;
  return { sizes, groupsHere: sizes.filter((size) => size > 0).length };
}

/** About the mean, in standard deviations with the divisor n; null when nothing varies. */
function standardised(values: Float64Array): Float64Array | null {
  const first = values[0] ?? 0;
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += (values[i]! - first) / values.length;
  const centred = values.map((value) => value - first - mean);
  let squares = 0;
  for (let i = 0; i < centred.length; i++) squares += centred[i]! ** 2;
  const sd = Math.sqrt(squares / values.length);
  return sd > 0 ? centred.map((value) => value / sd) : null;
}
