/** One question: estimate, interval, tests and verdict, with the refusals of statistics on too little data. */

import type { Pair, Question } from "./comparison.ts";
import { percentile, pValue, summarise } from "./compare_sample.ts";
import { cliffsDelta } from "./stats/cliffs_delta.ts";
import { equivalence } from "./stats/equivalence.ts";
import { hodgesLehmann, shiftInterval } from "./stats/hodges_lehmann.ts";
import { kolmogorovSmirnov } from "./stats/kolmogorov_smirnov.ts";
import { mannWhitney } from "./stats/mann_whitney.ts";
import type { Verdict } from "./verdict.ts";

/** Fewer complete runs a side are not tested at all. */
export const TEST_NEEDS = 4;
/** Fewer give no 95 % interval. */
export const INTERVAL_NEEDS = 6;

/** A question's numbers, before the p-values of all questions are adjusted together. */
export type Measured = Omit<Question, "verdict" | "reasons" | "n_to_settle">;

/**
 * @param samples sorted ascending, in ns
 * @param marginNs > 0
 */
export function measure(samples: Pair<Float64Array>, marginNs: number, alpha: number): Measured {
  const [a, b] = samples;
  const smaller = Math.min(a.length, b.length);
  const tested = smaller >= TEST_NEEDS;
  const bounded = smaller >= INTERVAL_NEEDS;
  const interval = bounded ? shiftInterval(a, b, 1 - alpha) : null;
  const test = tested ? mannWhitney(a, b) : null;
  const distributions = tested ? kolmogorovSmirnov(a, b) : null;
  const equivalent = bounded ? equivalence(a, b, marginNs, alpha) : null;
  return {
    ...summarise(samples),
    p95_ns: percentile(samples, 0.95),
    p99_ns: percentile(samples, 0.99),
    margin_ns: marginNs,
    shift_ns: smaller === 0 ? null : hodgesLehmann(a, b),
    shift_ci_ns: interval === null ? null : [interval.low, interval.high],
    shift_method: interval === null ? null : `Hodges-Lehmann, ${interval.method}`,
    cliffs_delta: smaller === 0 ? null : cliffsDelta(a, b),
    mann_whitney: test === null ? null : { u: test.u, ...pValue(test.p), p_holm: null, method: test.method },
    tost: equivalent === null ? null : {
      ...pValue(equivalent.p),
      ci_ns: [equivalent.interval.low, equivalent.interval.high],
      method: equivalent.method,
    },
    kolmogorov_smirnov: distributions === null
      ? null
      : { d: distributions.d, ...pValue(distributions.p), method: distributions.method },
  };
}

/**
 * The answer to a question.
 *
 * @param measured its numbers
 * @param pHolm its Mann-Whitney p adjusted for the family; null when it has none
 * @param confounded why the sides cannot be compared; empty when they can
 * @param broken why a side cannot be trusted; empty when both can
 */
export function answer(
  measured: Measured,
  pHolm: number | null,
  alpha: number,
  confounded: readonly string[],
  broken: readonly string[],
): Question {
  const test = measured.mann_whitney === null ? null : { ...measured.mann_whitney, p_holm: pHolm };
  const numbers = { ...measured, mann_whitney: test };
  const say = (verdict: Verdict, reasons: readonly string[], n_to_settle: number | null = null): Question => (
    { ...numbers, verdict, reasons, n_to_settle }
  );
  if (confounded.length > 0) return say("CONFOUNDED", confounded);
  if (broken.length > 0) return say("NO-DATA", broken);
  const [nA, nB] = measured.n;
  if (measured.tost === null) {
    const found = `${nA} complete runs in A and ${nB} in B have it observed`;
    return test === null
      ? say("NO-DATA", [`${found}; a test needs ${TEST_NEEDS} a side`])
      : say("INCONCLUSIVE", [`${found}; an interval needs ${INTERVAL_NEEDS} a side`], INTERVAL_NEEDS);
  }
  const [low, high] = measured.tost.ci_ns;
  const margin = measured.margin_ns;
  const significant = pHolm !== null && pHolm < alpha;
  if (-margin < low && high < margin) return say(significant ? "DIFFERENT-BUT-NEGLIGIBLE" : "EQUIVALENT", []);
  const outside = high < -margin || low > margin;
  if (outside && significant) return say("DIFFERENT", []);
  const reason = outside
    ? "the interval lies outside the margin, but the adjusted p is not below alpha"
    : "the interval crosses the margin";
  return say("INCONCLUSIVE", [reason], runsToSettle(measured));
}

/**
 * Runs per side after which the 1 - 2 alpha interval would no longer cross the margin: its half width shrinks
 * with 1 / sqrt(n), so n grows by (half width / distance of the shift to the margin)^2. Null when the shift lies
 * on the margin itself.
 */
function runsToSettle(measured: Measured): number | null {
  if (measured.tost === null || measured.shift_ns === null) return null;
  const [low, high] = measured.tost.ci_ns;
  const distance = Math.abs(measured.margin_ns - Math.abs(measured.shift_ns));
  const halfWidth = Math.max(high - measured.shift_ns, measured.shift_ns - low);
  if (distance === 0) return null;
  const [nA, nB] = measured.n;
  const harmonic = 2 / (1 / nA + 1 / nB);
  const needed = Math.ceil(harmonic * (halfWidth / distance) ** 2);
  return Number.isSafeInteger(needed) ? Math.max(needed, Math.ceil(harmonic) + 1) : null;
}

/** Where an interval of the shift lies. */
export function directionOf(interval: Pair<number> | null): "later" | "earlier" | "unclear" | null {
  if (interval === null) return null;
  if (interval[0] > 0) return "later";
  return interval[1] < 0 ? "earlier" : "unclear";
}
