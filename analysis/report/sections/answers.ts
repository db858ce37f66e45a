/** The first screen of a comparison: each question with its answer in words, and where the shift lies. */

import type { Answer, Comparison } from "../../compare/comparison.ts";
import { LEAD, type Question, QUESTIONS } from "../../compare/questions.ts";
import { interval, percent } from "../../print/compare_text_words.ts";
import { formatChosen, formatShift, formatSigned } from "../../units/format_value.ts";
import { axisOf, intervalPlot } from "../plots/intervals.ts";
import { unbroken } from "../html/labels.ts";
import { type Markup, markup } from "../html/markup.ts";
import { badge } from "../html/verdict_badge.ts";
import { ANSWERS, explanation, finding } from "../html/words.ts";

export function answers(comparison: Comparison): Markup {
  return markup`<div class="answers">${
    QUESTIONS.map((question) => article(question, comparison[question.name], comparison))
  }</div>
<p class="note">In each drawing: the green band is the margin, the dot the shift, the thick line its ${
    percent(2 * comparison.alpha)
  } interval, which decides, and the thin line the ${
    percent(comparison.alpha)
  } interval. Where a shift is far beyond the margin, the axis outside the margin is logarithmic.</p>`;
}

function article({ name, asks }: Question, answer: Answer, comparison: Comparison): Markup {
  const { verdict, shift_ns, shift_ci_ns, tost, margin_ns, n, cliffs_delta } = answer;
  const letters = [comparison.sides[0].side, comparison.sides[1].side] as const;
  const shown = { shift: shift_ns, interval: shift_ci_ns, deciding: tost?.ci_ns ?? null };
  const facts = [
    `shift ${letters[1]} - ${letters[0]} ${formatShift(shift_ns)}`,
    `${percent(2 * comparison.alpha)} interval ${interval(tost?.ci_ns ?? null)}`,
    `margin +-${formatChosen(margin_ns)}`,
    `n ${n[0]} + ${n[1]}`,
    `Cliff's delta ${formatSigned(cliffs_delta)}`,
  ];
  return markup`<article class="answer ${verdict}${name === LEAD.name && " main"}"><h3>${asks}: the same in ${
    letters[0]
  } and ${letters[1]}?</h3>
<p class="says">${ANSWERS[verdict]}</p>${badge(verdict)}
<p>${unbroken(`${finding(answer, letters)} ${explanation(answer, comparison).join(" ")}`)}</p>${
    shift_ns !== null && intervalPlot(name, shown, margin_ns, axisOf([shown], margin_ns))
  }<p class="facts"><code>${name}</code>: ${unbroken(facts.join("; "))}</p></article>
`;
}
