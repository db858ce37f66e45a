/** How many runs are needed, as text for a terminal of 80 columns. */

import type { PowerAnalysis } from "../../power/power.ts";
import { fields, headed, sentence, table } from "../layout/text.ts";
import { type PowerColumn, tellPower } from "./told.ts";

const TABLE = {
  indent: "",
  head: 17,
  lines: 0,
  columns: [{ id: "margin", width: 20 }, { id: "runs", width: 12 }, { id: "range", width: 14 }, {
    id: "power",
    width: 17,
  }] satisfies {
    readonly id: PowerColumn;
    readonly width: number;
  }[],
  plots: false,
};

export function powerText(analysis: PowerAnalysis): string {
  const { asked, drawn, table: runs, unanswered, samples, notes } = tellPower(analysis);
  const lines = [
    ...sentence(asked),
    ...sentence(drawn),
    "",
    ...table(runs, TABLE, "questions"),
    ...unanswered.flatMap((why) => sentence(why)),
    "",
    ...fields(samples, 20, ""),
    ...headed(notes),
  ];
  return lines.join("\n") + "\n";
}
