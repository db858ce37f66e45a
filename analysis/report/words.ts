/** The answer in words: for a reader who knows no statistics, and without a claim that statistics would not make. */

import type { Comparison, Pair, Question, QuestionName } from "../comparison.ts";
import { formatChosen, formatDuration, formatShift } from "../format_value.ts";
import type { Verdict } from "../verdict.ts";

/** What each question asks. */
export const ASKS: Readonly<Record<QuestionName, string>> = {
  offset: "Edge to first clock read",
  ttwu_to_tkread: "Wakeup begun to first clock read",
  edge_to_wakeup: "Edge to target runnable",
  wakeup_to_switch: "Target runnable to target on its CPU",
};

/** What each verdict answers to: is it the same on both sides? */
export const ANSWERS: Readonly<Record<Verdict, string>> = {
  EQUIVALENT: "Yes, the same within the margin",
  "DIFFERENT-BUT-NEGLIGIBLE": "Different, but by less than the margin",
  DIFFERENT: "No, different",
  INCONCLUSIVE: "Not settled by these runs",
  "NO-DATA": "No answer: too little to go by",
  CONFOUNDED: "No answer: not measured alike",
};

/** As in 90 %. */
export function confidence(beside: number): string {
  return `${Number((100 * (1 - beside)).toPrecision(6))} %`;
}

export function interval(ends: Pair<number> | null): string {
  return ends === null ? "-" : `${formatShift(ends[0])} to ${formatShift(ends[1])}`;
}

/** The sentences below the answer. */
export function explanation(question: Question, comparison: Comparison): string[] {
  const { verdict, tost, n_to_settle } = question;
  const margin = `+-${formatChosen(question.margin_ns)}`;
  const source = comparison.margin_source === "option" ? "set by --margin" : "set before the runs";
  const range = tost === null
    ? ""
    : `the ${confidence(2 * comparison.alpha)} interval of the shift, ${interval(tost.ci_ns)},`;
  const sentences: string[] = [];
  if (verdict === "EQUIVALENT") {
    sentences.push(
      `All of ${range} lies inside the margin of ${margin} that was ${source}: that counts as the same.`,
    );
  } else if (verdict === "DIFFERENT-BUT-NEGLIGIBLE") {
    sentences.push(
      `There is a shift, but all of ${range} lies inside the margin of ${margin} that was ${source}.`,
    );
  } else if (verdict === "DIFFERENT") {
    sentences.push(
      `All of ${range} lies outside the margin of ${margin} that was ${source}, and the test agrees.`,
    );
  } else {
    sentences.push(...question.reasons.map((reason) => `${reason[0]?.toUpperCase()}${reason.slice(1)}.`));
    if (verdict === "INCONCLUSIVE" && tost !== null) {
      sentences.push(`By ${range} neither "the same" nor "different" can be said at a margin of ${margin}.`);
    }
    if (verdict === "CONFOUNDED") sentences.push("The numbers are for information only.");
  }
  if (n_to_settle !== null) {
    sentences.push(`About ${n_to_settle} complete runs a side would settle it, if shift and spread stay.`);
  }
  return sentences;
}

/** What was seen, in one sentence. */
export function finding({ shift_ns, median_ns }: Question, [a, b]: Pair<string>): string {
  const medians = `Median ${formatDuration(median_ns[0])} in ${a} and ${
    formatDuration(median_ns[1])
  } in ${b}`;
  if (shift_ns === null) return `${medians}.`;
  if (shift_ns === 0) return `${medians}: no shift.`;
  return `${medians}: ${b} is about ${formatDuration(Math.abs(shift_ns))} ${
    shift_ns > 0 ? "later" : "earlier"
  }.`;
}
