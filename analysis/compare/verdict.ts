/** The one vocabulary of answers, used in text, JSON, reports and by `--fail-on` (docs/verdicts.md). */
export const VERDICTS = [
  "EQUIVALENT",
  "DIFFERENT",
  "DIFFERENT-BUT-NEGLIGIBLE",
  "INCONCLUSIVE",
  "NO-DATA",
  "CONFOUNDED",
] as const;

export type Verdict = (typeof VERDICTS)[number];

/**
 * The verdict when the shift has an interval.
 *
 * @param isInside the 1 - 2 alpha interval lies inside the margin
 * @param isOutside it lies outside
 * @param isSignificant the adjusted p is below alpha
 */
export function verdictOf(isInside: boolean, isOutside: boolean, isSignificant: boolean): Verdict {
  if (isInside) return isSignificant ? "DIFFERENT-BUT-NEGLIGIBLE" : "EQUIVALENT";
  return isOutside && isSignificant ? "DIFFERENT" : "INCONCLUSIVE";
}
