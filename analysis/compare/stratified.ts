/** The shift that all strata share: what remains of a shift when the mix of strata is taken out. */

import { directionOf } from "./contrast.ts";
import { deferred, withFields } from "../lazy.ts";
import type { Exploration } from "./exploration.ts";
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
): Stratified[] {
  const strata = ordered.filter(([a, b]) => Math.min(a.length, b.length) >= TEST_NEEDS)
    .map(([a, b]) => ({ a, b }));
  if (strata.length < STRATA_NEEDED) return [];
  const sizes = (side: "a" | "b") => strata.reduce((sum, stratum) => sum + stratum[side].length, 0);
  const ofShift = () => {
    const { low, high, method } = stratifiedShiftInterval(strata, 1 - alpha);
    return {
      shift_ns: stratifiedHodgesLehmann(strata),
      shift_ci_ns: [low, high] as const,
      shift_method: `stratified Hodges-Lehmann, ${method}`,
      direction: directionOf([low, high])!,
    };
  };
  const ofTest = exploration.later(() => {
    const { t, p, method } = vanElteren(strata);
    return { van_elteren: exploration.add(p, null, { t, method }) };
  });
  const of = { question, strata: strata.length, n: [sizes("a"), sizes("b")] as const };
  const shift = deferred(["shift_ns", "shift_ci_ns", "shift_method", "direction"], ofShift);
  return [withFields(withFields(of, shift), deferred(["van_elteren"], ofTest))];
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
  for (const stratification of strata) {
    if (stratification.same_runs_as !== null) continue;
    const { key, stratified } = stratification;
    const within = stratified.find((of) => of.question === question);
    if (within === undefined) continue;
    const [low, high] = within.shift_ci_ns;
    if (margin_ns !== null && -margin_ns < low && high < margin_ns) {
      return { key, shift_ns: within.shift_ns, shift_ci_ns: within.shift_ci_ns };
    }
  }
  return null;
}
