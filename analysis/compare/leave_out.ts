/** How few runs, left out, change a verdict. */

import { INTERVAL_NEEDS } from "../sample/sample.ts";
import type { LeaveOut } from "./comparison.ts";
import { LeftOut, type Range } from "../stats/left_out.ts";
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
  if (bounds !== null && verdictWithin(bounds, rule) === verdict) {
    return { ...none, searched: limit, reason: null };
  }
  for (let runs = 1; runs <= limit; runs++) {
    for (let ofA = 0; ofA <= runs; ofA++) {
      const ofB = runs - ofA;
      if (a.length - ofA < INTERVAL_NEEDS || b.length - ofB < INTERVAL_NEEDS) continue;
      const later = verdictWith(a.subarray(0, a.length - ofA), b.subarray(ofB), rule);
      const earlier = verdictWith(a.subarray(ofA), b.subarray(0, b.length - ofB), rule);
      const other = later !== verdict ? later : earlier;
      if (other !== verdict) {
        return { runs, verdict: other, left_out: [ofA, ofB], searched: runs, reason: null };
      }
    }
  }
  return { ...none, searched: limit, reason: null };
}

/** As the whole question's, but that the ends of the interval are not looked for: the margin itself is tested. */
function verdictWith(
  a: Float64Array,
  b: Float64Array,
  { marginNs, uncertainty, alpha, adjusted }: Rule,
): Verdict {
  const test = new ShiftTest(a, b);
  const held = uncertainty === 1 ? test : new ShiftTest(a, b, uncertainty);
  const isInside = held.pAbove(-marginNs) < alpha && held.pBelow(marginNs) < alpha;
  const isOutside = !isInside && (held.pAbove(marginNs) < alpha || held.pBelow(-marginNs) < alpha);
  const place = isInside ? "inside" : isOutside ? "outside" : "crosses";
  return verdictOf(place, place !== "crosses" && adjusted(test.p) < alpha);
}

/** The verdict that verdictWith has whichever runs are left out; null where the bounds leave that open. */
function verdictWithin(bounds: LeftOut, { marginNs, uncertainty, alpha, adjusted }: Rule): Verdict | null {
  const isBelow = ([low, high]: Range) => high < alpha ? true : low >= alpha ? false : null;
  const above = isBelow(bounds.pAbove(-marginNs, uncertainty));
  const below = isBelow(bounds.pBelow(marginNs, uncertainty));
  const isInside = above === false || below === false
    ? false
    : above !== null && below !== null
    ? true
    : null;
  if (isInside === null) return null;
  if (!isInside) {
    const beyond = [
      isBelow(bounds.pAbove(marginNs, uncertainty)),
      isBelow(bounds.pBelow(-marginNs, uncertainty)),
    ];
    if (!beyond.includes(true)) return beyond.includes(null) ? null : verdictOf("crosses", false);
  }
  const [low, high] = bounds.p();
  const isSignificant = isBelow([adjusted(low), adjusted(high)]);
  return isSignificant === null ? null : verdictOf(isInside ? "inside" : "outside", isSignificant);
}
