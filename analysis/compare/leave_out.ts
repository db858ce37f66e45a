/** How few runs, left out, change a verdict. */

import { INTERVAL_NEEDS } from "../sample/sample.ts";
import type { LeaveOut } from "./comparison.ts";
import { each } from "../lazy.ts";
import { type Kept, LeftOut, type Range } from "../stats/left_out.ts";
import { ShiftTest } from "../stats/shift_test.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

/** Most runs left out, as a share of all and as a number. */
const LARGEST_SHARE = 0.05;
const MOST_LEFT_OUT = 10;

/** Sides with more runs are not searched: a few runs decide nothing there, and each try passes over all. */
const SEARCHED_UP_TO = 10_000;

export interface Rule {
  readonly marginNs: number;
  /** How many times the shift's variance is taken for the margin. */
  readonly uncertainty: number;
  readonly alpha: number;
  /** Why no single run can be left out; null: each can. */
  readonly bound: "not_exchangeable" | "nested" | null;
  /** A p of the shift adjusted for the family, the other p-values in it as they are. */
  adjusted(p: number): number;
}

/**
 * Tries the runs that move the shift most, at the ends of each side: to leave out the largest of A and the smallest
 * of B moves every ordered difference up as far as leaving out so many of each can, and the other way down. Runs from
 * the middle, which may change how wide the interval is, are not tried.
 *
 * @param test of all runs, at least INTERVAL_NEEDS a side
 * @param verdict of all runs
 */
export function leaveOut(test: ShiftTest, rule: Rule, verdict: Verdict): LeaveOut {
  const { sortedA: a, sortedB: b } = test;
  const none = { runs: null, verdict: null, left_out: null };
  if (rule.bound !== null) return { ...none, searched: 0, reason: { code: rule.bound } };
  if (Math.max(a.length, b.length) > SEARCHED_UP_TO) {
    return { ...none, searched: 0, reason: { code: "many_runs", most: SEARCHED_UP_TO } };
  }
  const limit = Math.min(MOST_LEFT_OUT, Math.max(1, Math.floor(LARGEST_SHARE * (a.length + b.length))));
  // Bounds of all choices at once, for most sides cost less than the first one.
  const bounds = LeftOut.of(test, limit);
  const known = (kept: Kept | null) => bounds === null ? NOTHING_KNOWN : decidedBy(bounds, rule, kept);
  if (verdictBy(known(null)) === verdict) return { ...none, searched: limit, reason: null };
  const verdictOn = (keptA: Range, keptB: Range) => {
    const bounded = known({ a: keptA, b: keptB });
    return verdictBy(bounded) ?? verdictWith(a.subarray(...keptA), b.subarray(...keptB), rule, bounded);
  };
  for (let runs = 1; runs <= limit; runs++) {
    for (let ofA = 0; ofA <= runs; ofA++) {
      const ofB = runs - ofA;
      if (a.length - ofA < INTERVAL_NEEDS || b.length - ofB < INTERVAL_NEEDS) continue;
      const later = verdictOn([0, a.length - ofA], [ofB, b.length]);
      const earlier = verdictOn([ofA, a.length], [0, b.length - ofB]);
      const other = later !== verdict ? later : earlier;
      if (other !== verdict) {
        return { runs, verdict: other, left_out: [ofA, ofB], searched: runs, reason: null };
      }
    }
  }
  return { ...none, searched: limit, reason: null };
}

/** What a verdict is made of: which p-values are below alpha. Null: it depends on the runs that are left out. */
interface Decisions<Decision> {
  /** That the shift lies above the margin's lower end, and below its upper one. */
  readonly isAboveLow: Decision;
  readonly isBelowHigh: Decision;
  /** That it lies beyond one of them. */
  readonly isAboveHigh: Decision;
  readonly isBelowLow: Decision;
  /** That there is one. */
  readonly isSignificant: Decision;
}

const NOTHING_KNOWN: Decisions<null> = {
  isAboveLow: null,
  isBelowHigh: null,
  isAboveHigh: null,
  isBelowLow: null,
  isSignificant: null,
};

/**
 * What holds by the bounds alone.
 *
 * @param kept null: whichever runs are left out
 */
function decidedBy(
  bounds: LeftOut,
  { marginNs, uncertainty, alpha, adjusted }: Rule,
  kept: Kept | null,
): Decisions<boolean | null> {
  const isBelow = ([low, high]: Range) => high < alpha ? true : low >= alpha ? false : null;
  return each<Decisions<boolean | null>>({
    isAboveLow: () => isBelow(bounds.pAbove(-marginNs, uncertainty, kept)),
    isBelowHigh: () => isBelow(bounds.pBelow(marginNs, uncertainty, kept)),
    isAboveHigh: () => isBelow(bounds.pAbove(marginNs, uncertainty, kept)),
    isBelowLow: () => isBelow(bounds.pBelow(-marginNs, uncertainty, kept)),
    isSignificant: () => {
      const [low, high] = bounds.p(kept);
      return isBelow([adjusted(low), adjusted(high)]);
    },
  });
}

/**
 * As the whole question's, but that the ends of the interval are not looked for: the margin itself is tested.
 *
 * @param known what needs no test
 */
function verdictWith(
  a: Float64Array,
  b: Float64Array,
  { marginNs, uncertainty, alpha, adjusted }: Rule,
  known: Decisions<boolean | null>,
): Verdict {
  const test = new ShiftTest(a, b);
  const held = uncertainty === 1 ? test : new ShiftTest(a, b, uncertainty);
  return verdictBy(each<Decisions<boolean>>({
    isAboveLow: () => known.isAboveLow ?? held.pAbove(-marginNs) < alpha,
    isBelowHigh: () => known.isBelowHigh ?? held.pBelow(marginNs) < alpha,
    isAboveHigh: () => known.isAboveHigh ?? held.pAbove(marginNs) < alpha,
    isBelowLow: () => known.isBelowLow ?? held.pBelow(-marginNs) < alpha,
    isSignificant: () => known.isSignificant ?? adjusted(test.p) < alpha,
  }))!;
}

/** The verdict; null where decisions that it needs are open. */
function verdictBy(decisions: Decisions<boolean | null>): Verdict | null {
  const { isAboveLow } = decisions;
  const isInside = isAboveLow === false ? false : either(isAboveLow, decisions.isBelowHigh, false);
  if (isInside === null) return null;
  if (!isInside) {
    const { isAboveHigh } = decisions;
    const isOutside = isAboveHigh === true ? true : either(isAboveHigh, decisions.isBelowLow, true);
    if (isOutside === null) return null;
    if (!isOutside) return verdictOf("crosses", false);
  }
  const { isSignificant } = decisions;
  return isSignificant === null ? null : verdictOf(isInside ? "inside" : "outside", isSignificant);
}

/** Of two decisions of which one with this value decides; the first has not. */
function either(first: boolean | null, second: boolean | null, decides: boolean): boolean | null {
  return second === decides ? decides : first === null || second === null ? null : !decides;
}
