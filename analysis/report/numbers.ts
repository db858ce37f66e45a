/** Every number of a question with the method that made it. */

import type { Comparison, Question, QuestionName } from "../comparison.ts";
import {
  formatChosen,
  formatDuration,
  formatP,
  formatShift,
  formatSigned,
  formatStatistic,
} from "../format_value.ts";
import { type Markup, markup } from "./markup.ts";
import { type Row, table } from "./table.ts";
import { ASKS, confidence, interval } from "./words.ts";

export function numbers(name: QuestionName, question: Question, comparison: Comparison): Markup {
  const letters = comparison.sides.map(({ side }) => side);
  const percentile = (value: number | null, n: number) =>
    value === null && n > 0 ? "n too small" : formatDuration(value);
  const sides = ([0, 1] as const).map((side): Row => ({
    head: letters[side]!,
    cells: [
      question.n[side],
      formatDuration(question.median_ns[side]),
      formatDuration(question.iqr_ns[side]),
      formatDuration(question.mad_ns[side]),
      percentile(question.p95_ns[side], question.n[side]),
      percentile(question.p99_ns[side], question.n[side]),
    ],
  }));
  return markup`<h3>${name}: ${ASKS[name]}</h3><p>${question.verdict}${
    question.reasons.map((reason) => `; because ${reason}`)
  }</p>${table("Both sides", ["side", "n", "median", "IQR", "MAD", "P95", "P99"], sides)}${
    table("Against each other", ["what", "value", "p or interval", "method"], tests(question, comparison))
  }`;
}

function tests(question: Question, comparison: Comparison): Row[] {
  const { mann_whitney: shift, tost, kolmogorov_smirnov: shape } = question;
  const rows: Row[] = [{
    head: "shift",
    cells: [
      formatShift(question.shift_ns),
      `${confidence(comparison.alpha)} interval ${interval(question.shift_ci_ns)}`,
      question.shift_method ?? "no interval",
    ],
  }, { head: "Cliff's delta", cells: [formatSigned(question.cliffs_delta), "-", "exact, from U"] }];
  if (shift !== null) {
    const holm = shift.p_holm === null
      ? "not in the Holm family"
      : `Holm ${formatP(shift.p_holm, shift.p_capped)} in a family of ${comparison.holm_family}`;
    rows.push({
      head: "Mann-Whitney",
      cells: [
        `U = ${formatStatistic(shift.u)}`,
        `${formatP(shift.p, shift.p_capped)}, ${holm}`,
        shift.method,
      ],
    });
  }
  if (tost !== null) {
    rows.push({
      head: "equivalence",
      cells: [
        `margin +-${formatChosen(question.margin_ns)}`,
        `${formatP(tost.p, tost.p_capped)}, ${confidence(2 * comparison.alpha)} interval ${
          interval(tost.ci_ns)
        }`,
        tost.method,
      ],
    });
  }
  if (shape !== null) {
    rows.push({
      head: "distribution",
      cells: [`D = ${formatStatistic(shape.d)}`, formatP(shape.p, shape.p_capped), shape.method],
    });
  }
  return rows;
}
