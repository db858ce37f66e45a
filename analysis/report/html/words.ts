/** The answer in words: for a reader who knows no statistics, and without a claim that statistics would not make. */

import { interval, percent } from "../../print/compare_text_words.ts";
import type { Answer, Comparison, LeaveOut } from "../../compare/comparison.ts";
import { lettersOf, reasonText } from "../../print/reasons.ts";
import type { Pair } from "../../sample/summary.ts";
import { formatChosen, formatDuration } from "../../units/format_value.ts";
import type { Verdict } from "../../compare/verdict.ts";

/** What each verdict answers to: is it the same on both sides? */
export const ANSWERS: Readonly<Record<Verdict, string>> = {
  EQUIVALENT: "Yes, the same within the margin",
  "DIFFERENT-BUT-NEGLIGIBLE": "Different, but by less than the margin",
  DIFFERENT: "No, different",
  INCONCLUSIVE: "Not settled by these runs",
  "NO-DATA": "No answer: too little to go by",
  CONFOUNDED: "No answer: not measured alike",
};

/** The sentences below the answer. */
export function explanation(answer: Answer, comparison: Comparison): string[] {
  const { verdict, tost, n_to_settle } = answer;
  const margin = `+-${formatChosen(answer.margin_ns)}`;
  const source = comparison.margin_source === "option" ? "set by --margin" : "set before the runs";
  const range = tost === null
    ? ""
    : `the ${percent(2 * comparison.alpha)} interval of the shift, ${interval(tost.ci_ns)},`;
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
    const reasons = answer.reasons.map((reason) => reasonText(reason, lettersOf(comparison)));
    sentences.push(...reasons.map((reason) => `${reason[0]?.toUpperCase()}${reason.slice(1)}.`));
    if (verdict === "INCONCLUSIVE" && tost !== null) {
      sentences.push(`By ${range} neither "the same" nor "different" can be said at a margin of ${margin}.`);
    }
    if (verdict === "CONFOUNDED") sentences.push("The numbers are for information only.");
  }
  if (n_to_settle !== null && tost !== null) {
    sentences.push(
      `About ${n_to_settle} complete runs a side would settle it with 80 % probability, if shift and spread stay.`,
    );
  }
  if (answer.thin) sentences.push("Thin: fewer than 10 runs on a side, a few of them decide everything.");
  const letters = comparison.sides.map(({ side }) => side);
  sentences.push(...leaveOutWords(answer.leave_out, letters).map((words) => `Stability: ${words}.`));
  return sentences;
}

/** How stable a verdict is; nothing where that was not looked at. */
export function leaveOutWords(leaveOut: LeaveOut | null, letters: readonly string[]): string[] {
  if (leaveOut === null) return [];
  const { runs, verdict, left_out, searched, reason } = leaveOut;
  if (runs !== null && left_out !== null) {
    const which = letters.map((letter, side) => `${left_out[side]} of ${letter}`).join(" and ");
    return [`it becomes ${verdict} when ${runs} ${runs === 1 ? "run is" : "runs are"} left out (${which})`];
  }
  return reason === null ? [`with up to ${searched} runs left out it stays`] : [];
}

/** What was seen, in one sentence. */
export function finding({ shift_ns, median_ns }: Answer, [a, b]: Pair<string>): string {
  const medians = `Median ${formatDuration(median_ns[0])} in ${a} and ${
    formatDuration(median_ns[1])
  } in ${b}`;
  if (shift_ns === null) return `${medians}.`;
  if (shift_ns === 0) return `${medians}: no shift.`;
  return `${medians}: ${b} is about ${formatDuration(Math.abs(shift_ns))} ${
    shift_ns > 0 ? "later" : "earlier"
  }.`;
}
