/** What a gate answers. */

export const OUTCOMES = ["PASS", "WARN", "FAIL"] as const;

export type Outcome = (typeof OUTCOMES)[number];

/** FAIL before WARN before PASS; PASS of nothing. */
export function worstOf(outcomes: readonly Outcome[]): Outcome {
  return OUTCOMES[Math.max(0, ...outcomes.map((outcome) => OUTCOMES.indexOf(outcome)))]!;
}
