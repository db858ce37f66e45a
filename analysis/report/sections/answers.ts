/** The first screen of a comparison: each question with its answer in words, and where the shift lies. */

import { type Answer, answersOf, type Comparison } from "../../compare/comparison.ts";
import { confidence, joined } from "../../print/said.ts";
import type { ToldQuestion } from "../../print/compare/question.ts";
import type { ToldComparison } from "../../print/compare/told.ts";
import { notes, said } from "../html/blocks.ts";
import { capital } from "../html/labels.ts";
import { type Markup, markup } from "../html/markup.ts";
import { badge } from "../html/verdict_badge.ts";
import { axisOf, intervalPlot } from "../plots/intervals.ts";

export function answers(told: ToldComparison, comparison: Comparison): Markup {
  const { alpha } = comparison;
  return markup`<div class="answers">${
    answersOf(comparison).map(({ answer }, index) => [told.questions[index]!, answer] as const).map((
      [question, answer],
    ) => article(question, answer, told.letters, question === told.lead))
  }</div>
<p class="note">In each drawing: the green band is the margin, the dot the shift, the thick line its ${
    confidence(2 * alpha).text
  } interval, which decides, and the thin line the ${
    confidence(alpha).text
  } interval. Where a shift is far beyond the margin, the axis outside the margin is logarithmic.</p>`;
}

function article(
  told: ToldQuestion,
  { shift_ns, shift_ci_ns, tost, margin_ns }: Answer,
  letters: readonly [string, string],
  isLead: boolean,
): Markup {
  const { name, title, verdict } = told;
  const [a, b] = letters;
  const shown = { shift: shift_ns, interval: shift_ci_ns, deciding: tost?.ci_ns ?? null };
  return markup`<article class="answer ${verdict}${isLead && " main"}"><h3>${
    capital(title)
  }: the same in ${a} and ${b}?</h3>
<p class="says">${told.reply}</p>${badge(verdict)}
<p>${said(joined(told.explanation, " "))}</p>${notes(told.notes)}${
    shift_ns !== null && margin_ns !== null &&
    intervalPlot(name, letters, shown, margin_ns, axisOf([shown], margin_ns))
  }<p class="facts"><code>${name}</code>: ${said(joined([...told.facts, told.caution], "; "))}</p></article>
`;
}
