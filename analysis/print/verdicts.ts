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

/** What is said of a key and of no question; INCONCLUSIVE and CONFOUNDED are said of both. */
export const KEY_VERDICT_MEANINGS = {
  "LOCKS-IN": "of a key: on both sides the runs with this value lie near each other, and far from the others",
  "DOES-NOT": "of a key: the runs with none of its values do, on either side",
  TWO: "of a key: on both sides the same one of its two largest groups spreads wider",
  ONE: "of a key: on both sides these spread alike, at the same place",
} as const;
