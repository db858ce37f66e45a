/** Spread of samples against each other: ratio of MADs, and the tests of equal spread. */

import type { Exploration } from "./compare_exploration.ts";
import { INTERVAL_NEEDS, pValue, TEST_NEEDS } from "./compare_sample.ts";
import type { Pair, Ratio, SideSpread, SpreadDirection, SpreadTest, SpreadTests } from "./comparison.ts";
import { brownForsythe, flignerKilleen, spreadTest } from "./stats/spread.ts";
import { madRatio } from "./stats/spread_ratio.ts";

/**
 * B's spread against A's.
 *
 * @param samples sorted ascending
 */
export function sideSpread(
  samples: Pair<Float64Array>,
  alpha: number,
  exploration: Exploration,
): SideSpread {
  const mad_ratio = ratioOf(samples, alpha);
  return { mad_ratio, direction: directionOfRatio(mad_ratio), ...spreadTests(samples, exploration) };
}

/** Ratio of the MADs, the second over the first; null with too few values or a first one that does not vary. */
export function ratioOf([a, b]: Pair<Float64Array>, alpha: number): Ratio | null {
  if (Math.min(a.length, b.length) < INTERVAL_NEEDS) return null;
  const { estimate, low, high, method, notice } = madRatio(a, b, 1 - alpha);
  return estimate === null ? null : { ratio: estimate, ci: [low, high], method, notice };
}

export function directionOfRatio(ratio: Ratio | null): SpreadDirection | null {
  if (ratio === null) return null;
  const [low, high] = ratio.ci;
  if (low !== null && low > 1) return "wider";
  return high !== null && high < 1 ? "tighter" : "unclear";
}

/** Tests of equal spread between those groups that are large enough to have one. */
export function spreadTests(groups: readonly Float64Array[], exploration: Exploration): SpreadTests {
  const large = groups.filter(isLarge);
  const fk = large.length < 2 ? null : flignerKilleen(large);
  return {
    test: decidingTest(large, exploration),
    brown_forsythe: brownForsytheOf(large),
    fligner_killeen: fk === null || fk.chiSquare === null || fk.p === null
      ? null
      : { chi_square: fk.chiSquare, df: fk.df, ...pValue(fk.p) },
  };
}

/** The test whose p decides, of those groups that are large enough. */
export function decidingTest(
  groups: readonly Float64Array[],
  exploration: Exploration,
): SpreadTests["test"] {
  const large = groups.filter(isLarge);
  if (large.length < 2) return null;
  const { p, method } = spreadTest(large);
  return p === null ? null : exploration.add(p, null, { method });
}

export function brownForsytheOf(groups: readonly Float64Array[]): SpreadTest | null {
  const large = groups.filter(isLarge);
  if (large.length < 2) return null;
  const { f, df1, df2, p } = brownForsythe(large);
  return f === null || p === null ? null : { f, df1, df2, ...pValue(p) };
}

function isLarge(group: Float64Array): boolean {
  return group.length >= TEST_NEEDS;
}
