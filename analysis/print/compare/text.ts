/** Comparisons as text for a terminal of 80 columns, the verdicts first. */

import type { Comparison } from "../../compare/comparison.ts";
import { VERDICTS } from "../../compare/verdict.ts";
import { fields, findings, headed, notes, sentence, table } from "../layout/text.ts";
import { left, WIDTH } from "../layout/terminal.ts";
import type { Finding, Said } from "../model.ts";
import { joined, plain, say } from "../said.ts";
import { CROSS_CHECKS } from "./findings.ts";
import type { ToldQuestion } from "./question.ts";
import { keyLines, keyVerdictLines } from "./mechanisms_text.ts";
import { crossLines, strataLines } from "./strata_text.ts";
import { type OverviewColumn, tellComparison, type ToldComparison } from "./told.ts";
import type { ToldTails } from "./tails.ts";

const LONGEST_VERDICT = Math.max(...VERDICTS.map((verdict) => verdict.length));
const LABEL = 14;

/** Findings printed with their method. The methods of the others are always the same and come at the end. */
const WITH_METHOD = ["shift test", "equivalence", "equal spread", "distribution"];

const SAMPLES = {
  head: 4,
  lines: 0,
  columns: [
    { id: "n", width: 10 },
    { id: "median", width: 12 },
    { id: "iqr", width: 12 },
    { id: "mad", width: 12 },
    { id: "p95", width: 12 },
    { id: "p99", width: 12 },
  ],
} as const;

/**
 * Every line ends in LF and has at most 80 characters. With several comparisons, all verdicts come first.
 *
 * @param plots histograms beside the tables, for a terminal of at least PLOTS_FROM columns
 */
export function compareText(comparisons: readonly Comparison[], plots: boolean = false): string {
  const told = comparisons.map(tellComparison);
  if (told.length === 1) return textOf(told[0]!, plots);
  const rule = `${"=".repeat(WIDTH)}\n`;
  const verdicts = told.flatMap(({ verdict, summary }) =>
    sentence(summary, `${left(verdict, LONGEST_VERDICT)}  `)
  );
  return [`${verdicts.join("\n")}\n`, ...told.map((one) => textOf(one, plots))].join(`\n${rule}\n`);
}

function textOf(told: ToldComparison, plots: boolean): string {
  const sections = [
    [
      ...headline(told.lead),
      "",
      ...told.sides.flatMap((side, index) => sentence(side, `${told.letters[index]}  `)),
    ],
    overviewLines(told),
    keyVerdictLines(told.mechanisms),
    headed(told.warnings),
    ...told.questions.map((question) => questionLines(question, question === told.lead, plots)),
    keyLines(told.mechanisms),
    tailLines(told.tails),
    ...told.strata.map((strata) => strataLines(strata, plots)),
    ...told.association.map(crossLines),
    contextLines(told),
    sentence(joined(told.methods, " ")),
  ];
  return sections.filter((lines) => lines.length > 0).map((lines) => `${lines.join("\n")}\n`).join("\n");
}

function headline({ name, verdict, facts, methods, caution, notes: all }: ToldQuestion): string[] {
  return [
    ...sentence(say`${name}: ${joined([...facts, ...methods, caution], "; ")}`, `${verdict}  `),
    ...notes(all.filter(({ label }) => label !== "thin")),
  ];
}

/** All questions at a glance. Large files, whose counts are too wide, have them with the sides alone. */
function overviewLines({ overview }: ToldComparison): string[] {
  const wide = (id: OverviewColumn) =>
    Math.max(...overview.rows.map(({ cells }) => cells[id]?.[0]?.text.length ?? 1));
  const names = Math.max(...overview.rows.map(({ head }) => head.text.length));
  const layout = (gap: number) => ({
    head: names + gap,
    columns: [
      { id: "verdict", width: LONGEST_VERDICT + gap, align: "left" },
      { id: "shift", width: 12 },
      { id: "spread", width: Math.max(14, wide("spread") + 2) },
      { id: "n", width: Math.max(9, wide("n") + gap) },
    ] as const,
  });
  const isNarrow = ({ head, columns }: ReturnType<typeof layout>) =>
    head + columns.reduce((sum, { width }) => sum + width, 0) <= WIDTH;
  const fitting = [layout(2), layout(1)].find(isNarrow);
  const { head, columns } = fitting ?? { ...layout(2), columns: layout(2).columns.slice(0, -1) };
  return table(overview, { indent: "", head, lines: 0, columns, plots: false }, "questions");
}

/** @param isLead the lead question: its notes stand at the top already */
function questionLines(told: ToldQuestion, isLead: boolean, plots: boolean): string[] {
  const said = isLead ? told.notes.filter(({ label }) => label === "thin") : told.notes;
  const shown = told.findings.filter(({ what }) => !CROSS_CHECKS.includes(what));
  return [
    `${told.name}: ${told.title}`,
    ...sentence(joined([plain(told.verdict), told.caution], ": "), "  "),
    ...notes(said),
    ...table(told.samples, { ...SAMPLES, plots }, "sides"),
    ...fields(told.outliers, LABEL),
    ...findings(shown.map(withoutMethod), LABEL),
  ];
}

const TAILS = {
  head: 20,
  lines: 0,
  columns: [
    { id: "verdict", width: 13, align: "left" },
    { id: "a", width: 12 },
    { id: "b", width: 12 },
    { id: "ratio", width: 9 },
  ],
} as const;

function tailLines({ title, table: of, findings: found, late, lacks, methods }: ToldTails): string[] {
  return [
    title,
    ...of.rows.length === 0 ? [] : table(of, { ...TAILS, plots: false }, "quantiles"),
    ...findings(found, TAILS.head),
    ...findings(late, TAILS.head),
    ...lacks.flatMap((one) => sentence(one, "  ")),
    ...methods.length === 0 ? [] : sentence(joined(methods, " "), "  "),
  ];
}

function withoutMethod(found: Finding): Finding {
  return WITH_METHOD.includes(found.what ?? found.topic) ? found : { ...found, method: null };
}

function contextLines({ context: { caption, rows } }: ToldComparison): string[] {
  if (rows.length === 0) return [];
  const values = ({ a: [a], b: [b] }: (typeof rows)[number]["cells"]): Said => joined([a!, b!], " | ");
  return [caption, ...fields(rows.map(({ head, cells }) => ({ label: head.text, says: values(cells) })), 20)];
}
