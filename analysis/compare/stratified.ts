/** The shift that all strata share: what remains of a shift when the mix of strata is taken out. */

import { directionOf } from "./contrast.ts";
import type { Exploration, Unadjusted } from "./exploration.ts";
import { TEST_NEEDS } from "../sample/sample.ts";
import type { Answer, Mix, Stratification, Stratified } from "./comparison.ts";
import type { Pair } from "../sample/summary.ts";
import { stratifiedHodgesLehmann, stratifiedShiftInterval, vanElteren } from "../stats/van_elteren.ts";

/** Fewer strata cannot share anything. */
const STRATA_NEEDED = 2;

/**
 * @param ordered both sides of each stratum, sorted ascending
 * @returns nothing when fewer than 2 strata have 4 runs on each side
 */
export function stratifiedShifts(
  question: Stratified["question"],
  ordered: readonly Pair<Float64Array>[],
  alpha: number,
  exploration: Exploration,
): Unadjusted<Stratified>[] {
  const strata = ordered.filter(([a, b]) => Math.min(a.length, b.length) >= TEST_NEEDS)
    .map(([a, b]) => ({ a, b }));
  if (strata.length < STRATA_NEEDED) return [];
  const sizes = (side: "a" | "b") => strata.reduce((sum, stratum) => sum + stratum[side].length, 0);
  const { low, high, method } = stratifiedShiftInterval(strata, 1 - alpha);
  const { t, p, method: test } = vanElteren(strata);
  return [{
    question,
    strata: strata.length,
    n: [sizes("a"), sizes("b")],
    shift_ns: stratifiedHodgesLehmann(strata),
    shift_ci_ns: [low, high],
    shift_method: `stratified Hodges-Lehmann, ${method}`,
    direction: directionOf([low, high])!,
    van_elteren: exploration.add(p, null, { t, method: test }),
  }];
}

/**
 * Whether the mix of strata explains that a question is DIFFERENT.
 *
 * @returns the first key inside whose strata the shift lies within the margin
 */
export function mixOf(
  question: Stratified["question"],
  { verdict, margin_ns }: Answer,
  strata: readonly Stratification[],
): Mix | null {
  if (verdict !== "DIFFERENT") return null;
  for (const { key, stratified, same_runs_as } of strata) {
    if (same_runs_as !== null) continue;
    const within = stratified.find((of) => of.question === question);
    if (within === undefined) continue;
    const [low, high] = within.shift_ci_ns;
    if (margin_ns !== null && -margin_ns < low && high < margin_ns) {
      return { key, shift_ns: within.shift_ns, shift_ci_ns: within.shift_ci_ns };
    }
  }
  return null;
}
