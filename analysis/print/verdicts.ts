/** What each verdict means, in one line. */

import type { Verdict } from "../compare/verdict.ts";

export const VERDICT_MEANINGS: Readonly<Record<Verdict, string>> = {
  EQUIVALENT: 'the 90 % interval of the shift lies inside the margin: "the same"',
  DIFFERENT: "the interval lies outside the margin, and the test agrees",
  "DIFFERENT-WITHIN-MARGIN": "there is a significant shift, and its interval lies inside the margin",
  INCONCLUSIVE: "neither; mostly the interval crosses the margin: measure more runs",
  "NO-DATA": "too few complete runs, or too many whose stages contradict each other",
  CONFOUNDED: "the sides were not measured alike; the report names what differs between them",
};
