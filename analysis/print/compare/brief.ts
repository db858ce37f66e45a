/** What an engineer sees first: how many questions have which verdict, one table, and what to know beside it. */

import { type Answer, answersOf, type Comparison, declaredAnswers } from "../../compare/comparison.ts";
import { type Verdict, VERDICTS } from "../../compare/verdict.ts";
import type { Cell, Note, Said, Table } from "../model.ts";
import {
  declaredMargin,
  exact,
  inUnit,
  joined,
  number,
  percentShift,
  plain,
  rowUnitOf,
  say,
  shiftInUnit,
} from "../said.ts";
import { lettersOf } from "./reasons.ts";
import { confidenceOf, difference, side, type Sides } from "./sides.ts";
import { isWide, type ToldQuestion } from "./question.ts";
import { warningInWords, warningsInWords } from "./warnings.ts";

export type BriefColumn = "a" | "b" | "unit" | "shift" | "interval" | "percent" | "margin" | "verdict";

/** In the order in which they are said: what was found, then what was not. */
const SERIOUS: readonly Verdict[] = [...VERDICTS.filter((verdict) => verdict !== "EQUIVALENT"), "EQUIVALENT"];

/** The questions under each verdict that one of them has, in the order in which they are said. */
export function questionsByVerdict(comparison: Comparison): Partial<Record<Verdict, string[]>> {
  return Object.fromEntries(SERIOUS.flatMap((verdict) => {
    const names = declaredAnswers(comparison).filter(({ answer }) => answer.verdict === verdict);
    return names.length === 0 ? [] : [[verdict, names.map(({ name }) => name)]];
  }));
}

/** How many questions have which verdict, and which are DIFFERENT. */
export function answerInWords(comparison: Comparison): Said {
  const counts = Object.entries(questionsByVerdict(comparison)).map(([verdict, names]) => {
    const count = plain(`${names.length} ${verdict}`);
    return verdict === "DIFFERENT" ? say`${count} (${names.join(", ")})` : count;
  });
  const answer = say`${`${declaredAnswers(comparison).length} questions: `}${joined(counts, ", ")}`;
  const asked = comparison.asked.map(({ name, answer }) => `${name} ${answer.verdict}`);
  const all = asked.length === 0 ? answer : say`${answer}; asked besides: ${asked.join(", ")}`;
  const same = comparison.warnings.find(({ code }) => code === "same_file");
  return same === undefined ? all : say`${warningInWords(same, lettersOf(comparison))}; ${all}`;
}

/** What the sides are; files without their folders, where their names tell them apart. --details names all of them. */
export function briefSides(comparison: Comparison): Said[] {
  const sides = comparison.sides.map(({ pooled: _, ...of }) => of);
  const names = sides.map(({ file }) => file.slice(file.lastIndexOf("/") + 1));
  const isClear = names[0] !== names[1] && names.every((name) => name !== "");
  return sides.map((of, index) => side(isClear ? { ...of, file: names[index]! } : of));
}

/** One line for each question, numbers of a line in one unit. */
export function briefTable(comparison: Comparison, sides: Sides): Table<BriefColumn> {
  const [a, b] = sides.letters;
  return {
    caption: "All questions",
    head: "question",
    lines: [],
    columns: [
      { id: "a", name: a, per: "row" },
      { id: "b", name: b, per: "row" },
      { id: "unit", name: "", per: "row" },
      { id: "shift", name: difference(sides), per: "row" },
      { id: "interval", name: `${confidenceOf(sides)} interval`, per: "row" },
      { id: "percent", name: `of ${a}`, per: "row" },
      { id: "margin", name: "margin", per: "row" },
      { id: "verdict", name: "verdict", per: "row" },
    ],
    rows: answersOf(comparison).map(({ name, answer }) => ({
      head: plain(name),
      cells: cellsOf(answer),
      bins: [],
    })),
    range: null,
    empty: "no question",
  };
}

function cellsOf(answer: Answer): Record<BriefColumn, Cell[]> {
  const { median_ns: [a, b], shift_ns, shift_ci_ns, shift_percent, verdict } = answer;
  const unit = rowUnitOf([a, b, shift_ns, ...shift_ci_ns ?? []], [a, b]);
  return {
    a: [a === null ? null : inUnit(a, unit)],
    b: [b === null ? null : inUnit(b, unit)],
    unit: [plain(unit.name)],
    shift: [shift_ns === null ? null : shiftInUnit(shift_ns, unit)],
    interval: [
      shift_ci_ns === null
        ? null
        : say`[${shiftInUnit(shift_ci_ns[0], unit)},${shiftInUnit(shift_ci_ns[1], unit)}]`,
    ],
    percent: [percentShift(shift_percent)],
    margin: [declaredMargin(answer)],
    verdict: [plain(verdict)],
  };
}

/** Notes of questions that the first screen leaves to --details, or says for all questions at once. */
const LEFT_OUT: readonly Note["label"][] = ["stable", "needed", "margin", "looks"];

/** Why a question is INCONCLUSIVE where nothing else is: the table shows it. */
const SHOWN: readonly string[] = ["interval_crosses_margin", "near_margin"];

function isShown({ verdict, reasons }: Answer): boolean {
  return verdict === "INCONCLUSIVE" &&
    reasons.every((reason) =>
      SHOWN.includes(reason.code) && !("significant" in reason && reason.significant !== null)
    );
}

/** What to know beside the verdicts, each said once with the questions that it is about. */
export function briefNotes(comparison: Comparison, questions: readonly ToldQuestion[]): Said[] {
  const answers = answersOf(comparison);
  const said = questions.flatMap(({ name, notes }, index) => [
    ...notes.filter(({ label }) =>
      !LEFT_OUT.includes(label) && !(label === "because" && isShown(answers[index]!.answer))
    ).map(({ label, says }) => [name, label === "because" ? says : say`${label}: ${says}`] as const),
  ]);
  const open = answers.flatMap(({ name, answer: { n_to_settle: runs } }) => {
    return runs === null ? [] : [say`${name} ${exact(runs)}`];
  });
  const wide = answers.flatMap(({ name, answer: { margin_to_median: times } }) => {
    return isWide(times) ? [say`${name} ${number(times!)}`] : [];
  });
  const alike = Map.groupBy(said, ([, { text }]) => text).values();
  return [
    ...wide.length === 0 ? [] : [
      say`margin wider than half of ${lettersOf(comparison)[0]}'s median, in medians: ${
        joined(wide, ", ")
      }; --margin 10% asks more`,
    ],
    ...[...alike].map((same) => say`${same.map(([name]) => name).join(", ")}: ${same[0]![1]}`),
    ...open.length === 0 ? [] : [
      say`to settle, about so many runs a side: ${
        joined(open, ", ")
      }; a second look errs more often, --until-decided does not`,
    ],
  ];
}

/** Why intervals are wider than alpha lets expect; it stands with the first question and is about all. */
export function briefLooks(questions: readonly ToldQuestion[]): Said[] {
  return questions.flatMap(({ notes }) => notes).filter(({ label }) => label === "looks")
    .map(({ label, says }) => say`${label}: ${says}`);
}

/** Warnings that the table, the sides or the notes of the first screen already tell. */
const TOLD: readonly string[] = ["same_file", "censored", "thin", "residue"];

/** What to know before believing any of it. */
export function briefWarnings(comparison: Comparison): Said[] {
  const shown = comparison.warnings.filter(({ code }) => !TOLD.includes(code));
  return warningsInWords(shown, lettersOf(comparison)).map((says) => say`warning: ${says}`);
}

/** What differs between the sides or varies inside them, and is in no verdict. */
export function unaccounted(comparison: Comparison): Said[] {
  const letters = lettersOf(comparison);
  const [a, b] = letters;
  const differing = comparison.context.map(({ field, values }) => say`${field} (${values.join(" | ")})`);
  const varying = comparison.warnings.flatMap((warning) => warning.code === "residue" ? warning.columns : [])
    .map(({ column }) => column);
  return [
    ...differing.length === 0
      ? []
      : [say`not accounted for, and different between ${a} and ${b}: ${joined(differing, ", ")}`],
    ...varying.length === 0
      ? []
      : [plain(`varies from run to run without being a key: ${varying.join(", ")}`)],
  ];
}
