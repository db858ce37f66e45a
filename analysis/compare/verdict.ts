import type { Pair } from "../sample/summary.ts";

/** The one vocabulary of answers, used in text, JSON, reports and by `--fail-on` (docs/verdicts.md). */
export const VERDICTS = [
  "EQUIVALENT",
  "DIFFERENT",
  "DIFFERENT-WITHIN-MARGIN",
  "INCONCLUSIVE",
  "NO-DATA",
  "CONFOUNDED",
] as const;

export type Verdict = (typeof VERDICTS)[number];

/** Where the 1 - 2 alpha interval of a shift lies: one that reaches the margin and ends there touches it. */
export type Place = "inside" | "outside" | "touches" | "crosses";

/** @param marginNs > 0 */
export function placeOf([low, high]: Pair<number>, marginNs: number): Place {
  if (-marginNs < low && high < marginNs) return "inside";
  if (high < -marginNs || low > marginNs) return "outside";
  const isWithin = -marginNs <= low && high <= marginNs;
  return isWithin || high === -marginNs || low === marginNs ? "touches" : "crosses";
}

/**
 * The verdict when the shift has an interval.
 *
 * @param isSignificant the adjusted p is below alpha
 */
export function verdictOf(place: Place, isSignificant: boolean): Verdict {
  if (place === "inside") return isSignificant ? "DIFFERENT-WITHIN-MARGIN" : "EQUIVALENT";
  return place === "outside" && isSignificant ? "DIFFERENT" : "INCONCLUSIVE";
}
