/** How many runs are needed, as text for a terminal of 80 columns. */

import { formatChosen, formatDuration } from "../units/format_value.ts";
import { WHOLES } from "../compare/questions.ts";
import type { PowerAnalysis, RunsAnswer } from "../power/power.ts";
import { noAnswerText, powerWarningText } from "./power_words.ts";
import { left, printable, right, wrap } from "./text_layout.ts";

export function powerText(analysis: PowerAnalysis): string {
  const { files, alpha, power } = analysis;
  const row = (name: string, margin: string, runs: string, simulated: string) =>
    `${left(name, 18)}${right(margin, 12)}${right(runs, 16)}${right(simulated, 18)}`;
  const questions = WHOLES.map(({ name }) => [name, analysis[name]] as const);
  const lines = [
    ...wrap(`runs a side for EQUIVALENT with power ${power} at alpha ${alpha}, if both sides are the same`),
    ...wrap(files.map(printable).join(" and "), "drawn from "),
    "",
    row("question", "margin", "runs a side", "simulated power"),
    ...questions.map(([name, answer]) =>
      row(
        name,
        `+-${formatChosen(answer.margin_ns)}`,
        answer.runs_per_side === null ? "-" : String(answer.runs_per_side),
        answer.simulated_power === null ? "-" : answer.simulated_power.toFixed(3),
      )
    ),
    ...questions.flatMap(([name, { reason }]) =>
      reason === null ? [] : wrap(printable(noAnswerText(reason)), `${name}: no answer: `)
    ),
    "",
    ...questions.flatMap(([name, answer]) => sampleLines(name, answer, files)),
    ...analysis.warnings.flatMap((warning) => wrap(printable(powerWarningText(warning)), "warning: ")),
    ...wrap(analysis.method, "method: "),
  ];
  return lines.join("\n") + "\n";
}

function sampleLines(name: string, { samples }: RunsAnswer, files: readonly string[]): string[] {
  return samples.flatMap(({ n, median_ns, iqr_ns, mad_ns }, index) => {
    const side = files.length === 1 ? "" : ` ${"AB"[index]}`;
    const place = n === 0
      ? "not observed"
      : `median ${formatDuration(median_ns)}, IQR ${formatDuration(iqr_ns)}, MAD ${
        formatDuration(mad_ns)
      }, n ${n}`;
    return wrap(place, left(`${name}${side}`, 18));
  });
}
