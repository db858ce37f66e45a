/** A history for a terminal of 80 columns. */

import { sentence } from "../layout/text.ts";
import { plain, say } from "../said.ts";
import type { ToldHistory, ToldQuestion } from "./told.ts";

export function historyText({ head, questions, warnings, strangers, methods }: ToldHistory): string {
  const lines = [
    ...sentence(head),
    ...questions.flatMap((question) => ["", ...ofQuestion(question)]),
    ...warnings.length === 0 ? [] : ["", ...warnings.flatMap((one) => sentence(one, "warning: "))],
    ...strangers.length === 0 ? [] : [
      "",
      "passed over",
      ...strangers.flatMap(({ file, reason }) => sentence(plain(`${file}: ${reason}`), "  ")),
    ],
    "",
    ...methods.flatMap((one) => sentence(one)),
  ];
  return `${lines.join("\n")}\n`;
}

function ofQuestion({ name, says, segments, changes }: ToldQuestion): string[] {
  return [
    ...sentence(say`${name}: ${says}`),
    ...segments.flatMap(({ when, says }, index) => {
      const change = changes[index - 1];
      return [
        ...change === undefined ? [] : [
          ...sentence(change.says, "  changed "),
          ...change.facts.flatMap((fact) => sentence(fact, "      ")),
        ],
        ...sentence(say`${when}: ${says}`, "  "),
      ];
    }),
  ];
}
