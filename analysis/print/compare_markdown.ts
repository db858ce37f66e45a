/** Comparisons as Markdown for the summary of a CI job: the verdicts first, strata folded away. */

import { interval, percent } from "./compare_text_words.ts";
import type { Answer, Comparison, Stratification } from "../compare/comparison.ts";
import { LEAD, OF_STRATA, QUESTIONS } from "../compare/questions.ts";
import { formatChosen, formatDuration, formatP, formatShift, formatSigned } from "../units/format_value.ts";
import { lettersOf, reasonText } from "./reasons.ts";
import { warningText } from "./warnings.ts";
import { printable } from "./text_layout.ts";

/** Strata of a key that are shown: a job's summary has a largest size. */
const SHOWN = 12;

export function compareMarkdown(comparisons: readonly Comparison[]): string {
  return comparisons.map((comparison) => `${sectionsOf(comparison).join("\n\n")}\n`).join("\n");
}

function sectionsOf(comparison: Comparison): string[] {
  const { sides: [a, b], warnings, strata } = comparison;
  const letters = lettersOf(comparison);
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
      QUESTIONS.map(({ name }) => questionCells(name, comparison[name])),
    ),
    ...(warnings.length === 0
      ? []
      : [warnings.map((warning) => `- warning: ${text(warningText(warning, letters))}`).join("\n")]),
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

function headline(comparison: Comparison): string {
  const { alpha, sides, margin_source } = comparison;
  const lead = comparison[LEAD.name];
  const source = margin_source === "option" ? " (from --margin)" : "";
  const reasons = lead.reasons.map((reason) => ` Because: ${reasonText(reason, lettersOf(comparison))}.`)
    .join("");
  const settle = lead.n_to_settle === null
    ? ""
    : ` About ${lead.n_to_settle} complete runs a side would settle it.`;
  return text(
    `The ${LEAD.name} shifts by ${formatShift(lead.shift_ns)} from ${sides[0].side} to ${sides[1].side}, ${
      percent(alpha)
    } interval ${interval(lead.shift_ci_ns)}, margin +-${formatChosen(lead.margin_ns)}${source}, n ${
      lead.n.join(" + ")
    }, Cliff's delta ${formatSigned(lead.cliffs_delta)}.${reasons}${settle}`,
  );
}

function questionCells(name: string, answer: Answer): string[] {
  const { mann_whitney: test } = answer;
  return [
    name,
    answer.verdict,
    answer.n.join(" + "),
    formatShift(answer.shift_ns),
    interval(answer.shift_ci_ns),
    formatChosen(answer.margin_ns),
    formatSigned(answer.cliffs_delta),
    test === null || test.p_holm === null ? "-" : formatP(test.p_holm, test.p_capped).replace("p = ", ""),
  ];
}

function folded({ key, groups, spread }: Stratification, comparison: Comparison): string {
  const { sides } = comparison;
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
    ? ` ${reasonText(spread.reason, lettersOf(comparison))}`
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
  return `<details><summary>${OF_STRATA.name} by ${text(key)}; spread between strata ${spread.verdict}${
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
