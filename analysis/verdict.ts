/** The one vocabulary of answers, used in text, JSON, reports and by `--fail-on` (statistics.md, "Verdicts"). */
export const VERDICTS = [
  "EQUIVALENT",
  "DIFFERENT",
  "DIFFERENT-BUT-NEGLIGIBLE",
  "INCONCLUSIVE",
  "NO-DATA",
  "CONFOUNDED",
] as const;

export type Verdict = (typeof VERDICTS)[number];
