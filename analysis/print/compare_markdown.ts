/** Comparisons as Markdown for the summary of a CI job: the verdicts first, strata folded away. */

import { interval, percent } from "./compare_text_words.ts";
import { type Comparison, type Question, QUESTIONS, type Stratification } from "../compare/comparison.ts";
import { formatChosen, formatDuration, formatP, formatShift, formatSigned } from "../units/format_value.ts";
import { printable } from "./text_layout.ts";

/** Strata of a key that are shown: a job's summary has a largest size. */
const SHOWN = 12;

export function compareMarkdown(comparisons: readonly Comparison[]): string {
  return comparisons.map((comparison) => `${sectionsOf(comparison).join("\n\n")}\n`).join("\n");
}

function sectionsOf(comparison: Comparison): string[] {
  const { sides: [a, b], warnings, strata } = comparison;
  const files = ([a, b] as const).map((side) =>
    `- **${side.side}** ${text(side.file)}: ${text(side.env)} on ${text(side.host)}, Linux ${
      text(side.kernel)
    }, ${side.tier} tier, ${side.complete} of ${side.rows} runs complete`
  );
  return [
    `## ${comparison.verdict}: ${text(b.file)} against ${text(a.file)}`,
    headline(comparison),
    files.join("\n"),
    table(
      [
        "question",
        "verdict",
        "n",
        `shift ${b.side} - ${a.side}`,
        `${percent(comparison.alpha)} interval`,
        "margin",
        "delta",
        "Holm p",
      ],
      QUESTIONS.map((name) => questionCells(name, comparison[name])),
    ),
    ...(warnings.length === 0 ? [] : [warnings.map((warning) => `- warning: ${text(warning)}`).join("\n")]),
    ...strata.filter(({ same_runs_as, groups }) => same_runs_as === null && groups.length > 0)
      .map((stratification) => folded(stratification, comparison)),
    text(
      `alpha ${comparison.alpha}; Holm in a family of ${comparison.holm_family}, BH in a family of ` +
        `${comparison.bh_family}; Hodges-Lehmann shifts; EQUIVALENT: the ${
          percent(2 * comparison.alpha)
        } interval lies inside the margin.`,
    ),
  ];
}

function headline({ offset, alpha, sides, margin_source }: Comparison): string {
  const source = margin_source === "option" ? " (from --margin)" : "";
  const reasons = offset.reasons.map((reason) => ` Because: ${reason}.`).join("");
  const settle = offset.n_to_settle === null
    ? ""
    : ` About ${offset.n_to_settle} complete runs a side would settle it.`;
  return text(
    `The offset shifts by ${formatShift(offset.shift_ns)} from ${sides[0].side} to ${sides[1].side}, ${
      percent(alpha)
    } interval ${interval(offset.shift_ci_ns)}, margin +-${formatChosen(offset.margin_ns)}${source}, n ${
      offset.n.join(" + ")
    }, Cliff's delta ${formatSigned(offset.cliffs_delta)}.${reasons}${settle}`,
  );
}

function questionCells(name: string, question: Question): string[] {
  const { mann_whitney: test } = question;
  return [
    name,
    question.verdict,
    question.n.join(" + "),
    formatShift(question.shift_ns),
    interval(question.shift_ci_ns),
    formatChosen(question.margin_ns),
    formatSigned(question.cliffs_delta),
    test === null || test.p_holm === null ? "-" : formatP(test.p_holm, test.p_capped).replace("p = ", ""),
  ];
}

function folded({ key, groups, spread }: Stratification, { sides }: Comparison): string {
  const rows = groups.slice(0, SHOWN).map((group) => [
    group.value,
    group.n.join(" + "),
    ...group.median_ns.map(formatDuration),
    ...group.mad_ns.map(formatDuration),
    formatShift(group.shift_ns),
    interval(group.shift_ci_ns),
    group.verdict ?? group.direction ?? "-",
    group.spread.direction ?? "-",
  ]);
  const more = groups.length > SHOWN ? `\n\nand ${groups.length - SHOWN} more strata` : "";
  const test = spread.reason !== null
    ? ` ${spread.reason}`
    : spread.test === null
    ? ""
    : ` (${formatP(spread.test.p, spread.test.p_capped)})`;
  const [a, b] = sides.map(({ side }) => side) as [string, string];
  const head = [
    key,
    "n",
    `median ${a}`,
    `median ${b}`,
    `MAD ${a}`,
    `MAD ${b}`,
    "shift",
    "interval",
    `${b} is`,
    `spread of ${b}`,
  ];
  return `<details><summary>ttwu_to_tkread by ${text(key)}; spread between strata ${spread.verdict}${
    text(test)
  }</summary>\n\n${table(head, rows)}${more}\n\n</details>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(text).join(" | ")} |`;
  return [line(head), `|${" --- |".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

/** A text of a file as Markdown shows it: nothing in it is markup. */
function text(value: string): string {
  return printable(value).replace(/[\\`*_[\]<>|#~]/g, "\\$&");
}
