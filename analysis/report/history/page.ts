/** A history as a page: for each question its levels over time, and what changed at each change. */

import type { History, QuestionHistory } from "../../history/history.ts";
import { historyText } from "../../print/history/text.ts";
import type { Stranger } from "../../print/model.ts";
import { tellHistory, type ToldQuestion } from "../../print/history/told.ts";
import { said } from "../html/blocks.ts";
import { htmlDocument, literal } from "../html/document.ts";
import { join, type Markup, markup } from "../html/markup.ts";
import { levelPlot } from "./level_plot.ts";

export interface HistoryPage {
  /** Version of this program. */
  readonly version: string;
  readonly history: History;
  /** Files that are no result files. */
  readonly unread: readonly Stranger[];
}

/** The same history gives the same bytes. */
export function historyPage({ version, history, unread }: HistoryPage): string {
  const told = tellHistory(history, unread);
  const title = `${history.env}: did a level change?`;
  const strangers = told.strangers.map(({ file, reason }) => markup`<li>${file}: ${reason}</li>`);
  const lines = historyText(told).trimEnd().split("\n");
  return htmlDocument(
    title,
    markup`<header><h1>${title}</h1><p>${said(told.head)}</p></header>
${
      told.warnings.length > 0 &&
      markup`<ul class="warnings">${told.warnings.map((one) => markup`<li>${said(one)}</li>`)}</ul>`
    }
${history.questions.map((question, index) => section(question, told.questions[index]!, history))}
${strangers.length > 0 && markup`<section><h2>Passed over</h2><ul>${strangers}</ul></section>`}
<section><h2>How changes are found</h2>${
      told.methods.map((one) => markup`<p>${said(one)}</p>`)
    }<p>Made by <code>probe history</code>, probe ${version}.</p></section>
<details class="text"><summary>This history as text</summary><pre>${
      join(lines, literal("\n"))
    }</pre></details>`,
  );
}

function section(question: QuestionHistory, told: ToldQuestion, history: History): Markup {
  const items = told.segments.flatMap(({ when, says }, index) => {
    const change = told.changes[index - 1];
    return [
      ...change === undefined
        ? []
        : [markup`<li><strong>changed</strong> ${said(change.says)}<ul>${
          change.facts.map((fact) => markup`<li>${said(fact)}</li>`)
        }</ul></li>`],
      markup`<li>${when}: ${said(says)}</li>`,
    ];
  });
  return markup`<section><h2>${told.name}: ${said(told.says)}</h2>${
    levelPlot(question, history)
  }<ul>${items}</ul></section>
`;
}
