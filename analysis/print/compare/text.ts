/** Comparisons as text for a terminal of 80 columns, the verdicts first. */

import type { Comparison } from "../../compare/comparison.ts";
import { VERDICTS } from "../../compare/verdict.ts";
import { fields, findings, headed, notes, sentence, table } from "../layout/text.ts";
import { WIDTH } from "../layout/terminal.ts";
import type { Finding, Said } from "../model.ts";
import { joined, plain, say } from "../said.ts";
import { CROSS_CHECKS } from "./findings.ts";
import { briefLines } from "./brief_text.ts";
import { partShiftLines } from "../parts/text.ts";
import type { ToldQuestion } from "./question.ts";
import { keyLines, keyVerdictLines } from "./mechanisms_text.ts";
import { crossLines, strataLines } from "./strata_text.ts";
import { type OverviewColumn, tellComparison, type ToldComparison } from "./told.ts";
import type { ToldTails } from "./tails.ts";

const LONGEST_VERDICT = Math.max(...VERDICTS.map((verdict) => verdict.length));
const LABEL = 14;

/** Findings whose method may differ from question to question. Those of the others are always the same. */
const WITH_METHOD = ["shift", "equivalence", "equal spread", "distribution"];

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
  const told = comparisons.map((comparison) => tellComparison(comparison));
  if (told.length === 1) return textOf(told[0]!, plots);
  const rule = `${"=".repeat(WIDTH)}\n`;
  return [`${answersOf(told, WIDTH).join("\n")}\n`, ...told.map((one) => textOf(one, plots))].join(
    `\n${rule}\n`,
  );
}

/**
 * The first screen of each comparison: what decides, in at most 30 lines. With several, all answers come first.
 *
 * @param width of a line, in characters
 * @param keys what is said of the keys of the one comparison, if that is known already
 */
export function compareBrief(
  comparisons: readonly Comparison[],
  width: number,
  keys: readonly Said[] | null = null,
): string {
  const told = comparisons.map((comparison) => tellComparison(comparison, keys));
  const screens = told.map((one) => briefLines(one, width));
  return `${
    [...told.length === 1 ? [] : [answersOf(told, width)], ...screens].map((lines) => lines.join("\n")).join(
      `\n\n${"=".repeat(width)}\n\n`,
    )
  }\n`;
}

/** The answers of several comparisons, with their files. */
function answersOf(told: readonly ToldComparison[], width: number): string[] {
  return told.flatMap(({ answer, files }) => sentence(say`${files}: ${answer}`, "", width));
}

function textOf(told: ToldComparison, plots: boolean): string {
  const common = commonMethods(told.questions);
  const sections = [
    sentence(told.answer),
    told.sides.flatMap((side, index) => sentence(side, `${told.letters[index]}  `)),
    overviewLines(told),
    keyVerdictLines(told.mechanisms),
    headed(told.warnings),
    ...told.questions.map((question) => questionLines(question, plots, common)),
    ...partShiftLines(told.parts),
    keyLines(told.mechanisms),
    tailLines(told.tails),
    ...told.strata.map((strata) => strataLines(strata, plots)),
    ...told.association.map(crossLines),
    contextLines(told),
    sentence(joined([...told.methods, ...methodsInWords(common)], " ")),
  ];
  return sections.filter((lines) => lines.length > 0).map((lines) => `${lines.join("\n")}\n`).join("\n");
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

/** Methods by the name of what is found. */
type Methods = ReadonlyMap<string, Said>;

function nameOf({ what, topic }: Finding): string {
  return what ?? topic;
}

/** Methods that are the same in all questions that have such a finding, where there are several: they are said once. */
function commonMethods(questions: readonly ToldQuestion[]): Methods {
  const found = questions.flatMap(({ findings }) =>
    [...Map.groupBy(findings.filter(hasMethod), nameOf)].map(([name, alike]) =>
      [name, joined(alike.map(({ method }) => method), "; ")] as const
    )
  );
  const byName = Map.groupBy(found, ([name]) => name);
  return new Map(
    [...byName].flatMap(([, all]) =>
      all.length > 1 && all.every(([, { text }]) => text === all[0]![1].text) ? [all[0]!] : []
    ),
  );
}

function methodsInWords(common: Methods): Said[] {
  if (common.size === 0) return [];
  const each = [...common].map(([name, method]) => say`${name} by ${method}`);
  return [say`In all questions: ${joined(each, "; ")}.`];
}

function questionLines(told: ToldQuestion, plots: boolean, common: Methods): string[] {
  const shown = told.findings.filter(({ what }) => !CROSS_CHECKS.includes(what));
  return [
    `${told.name}: ${told.title}`,
    ...sentence(joined([plain(told.verdict), told.caution], ": "), "  "),
    ...notes(told.notes),
    ...table(told.samples, { ...SAMPLES, plots }, "sides"),
    ...fields(told.outliers, LABEL),
    ...findings(
      shown.map((found) =>
        hasMethod(found) && !common.has(nameOf(found)) ? found : { ...found, method: null }
      ),
      LABEL,
    ),
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

function hasMethod(found: Finding): boolean {
  return found.method !== null && WITH_METHOD.some((name) => nameOf(found).startsWith(name));
}

function contextLines({ context: { caption, rows } }: ToldComparison): string[] {
  if (rows.length === 0) return [];
  const values = ({ a: [a], b: [b] }: (typeof rows)[number]["cells"]): Said => joined([a!, b!], " | ");
  return [caption, ...fields(rows.map(({ head, cells }) => ({ label: head.text, says: values(cells) })), 20)];
}
