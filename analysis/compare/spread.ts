/** Spread of samples against each other: ratio of MADs, and the tests of equal spread. */

import { deferred, once, withFields } from "../lazy.ts";
import type { Exploration } from "./exploration.ts";
import { cappedP, INTERVAL_NEEDS, TEST_NEEDS } from "../sample/sample.ts";
import type { SideSpread, SpreadDirection, SpreadTests } from "./comparison.ts";
import type { Ratio } from "../sample/ratio.ts";
import type { Pair } from "../sample/summary.ts";
import { deviationsFromMedians, flignerKilleen, spreadTest } from "../stats/spread.ts";
import { madSorted } from "../stats/quantile.ts";
import { madRatio } from "../stats/spread_ratio.ts";

/** So many strata of a key get intervals of their ratios, those with the most runs: a page shows no more. */
export const STRATA_RESAMPLED = 24;

/**
 * B's spread compared with A's.
 *
 * @param samples sorted ascending
 * @param interval as ratioOf
 */
export function sideSpread(
  samples: Pair<Float64Array>,
  alpha: number,
  exploration: Exploration,
  interval: RatioInterval,
): SideSpread {
  const ratio = once(() => ratioOf(samples, alpha, interval));
  return withFields({
    get mad_ratio() {
      return ratio();
    },
    get direction() {
      return interval === "resampled" ? directionOfRatio(ratio()) : null;
    },
  }, spreadTests(() => samples, exploration));
}

/** Whether a ratio gets an interval: resamples cost more than all else that is computed of two samples. */
export type RatioInterval = "resampled" | "left out";

/**
 * Ratio of the MADs, the second over the first; null with too few values, or when the first does not vary.
 */
export function ratioOf([a, b]: Pair<Float64Array>, alpha: number, interval: RatioInterval): Ratio | null {
  if (Math.min(a.length, b.length) < INTERVAL_NEEDS) return null;
  if (interval === "left out") {
    const madA = madSorted(a);
    return madA === 0 ? null : { ratio: madSorted(b) / madA, ci: [null, null], ...NO_INTERVAL };
  }
  const { estimate, low, high, method, notice } = madRatio(a, b, 1 - alpha);
  return estimate === null ? null : { ratio: estimate, ci: [low, high], method, notice };
}

const NO_INTERVAL = {
  method: "no interval",
  notice: `only the ${STRATA_RESAMPLED} strata with the most runs are resampled`,
};

function directionOfRatio(ratio: Ratio | null): SpreadDirection | null {
  if (ratio === null) return null;
  const [low, high] = ratio.ci;
  if (low !== null && low > 1) return "wider";
  return high !== null && high < 1 ? "tighter" : "unclear";
}

/** Tests of equal spread between those groups that are large enough; the groups are made when that is asked for. */
export function spreadTests(
  groups: () => readonly Float64Array[],
  exploration: Exploration,
): SpreadTests {
  return deferred(
    ["test", "brown_forsythe", "fligner_killeen"],
    exploration.later((): SpreadTests => {
      const large = groups().filter(isLarge);
      if (large.length < 2) return { ...NONE, fligner_killeen: null };
      const deviations = deviationsFromMedians(large);
      const { chiSquare, df, p } = flignerKilleen(large, deviations);
      return withFields(decided(large, deviations, exploration), {
        fligner_killeen: chiSquare === null || p === null
          ? null
          : { chi_square: chiSquare, df, ...cappedP(p) },
      });
    }),
  );
}

/** The test whose p decides, and Brown-Forsythe's about the median. */
type Decided = Pick<SpreadTests, "test" | "brown_forsythe">;

const NONE: Decided = { test: null, brown_forsythe: null };

/** Like spreadTests, without Fligner-Killeen's. */
export function decidingTests(groups: readonly Float64Array[], exploration: Exploration): Decided {
  return deferred(
    ["test", "brown_forsythe"],
    exploration.later(() => {
      const large = groups.filter(isLarge);
      return large.length < 2 ? NONE : decided(large, deviationsFromMedians(large), exploration);
    }),
  );
}

function decided(
  groups: readonly Float64Array[],
  deviations: readonly Float64Array[],
  exploration: Exploration,
): Decided {
  const { p, method, brownForsythe } = spreadTest(groups, deviations);
  const { f, df1, df2, p: pAboutMedian } = brownForsythe;
  return {
    test: p === null ? null : exploration.add(p, null, { method }),
    brown_forsythe: f === null || pAboutMedian === null ? null : { f, df1, df2, ...cappedP(pAboutMedian) },
  };
}

function isLarge(group: Float64Array): boolean {
  return group.length >= TEST_NEEDS;
}
