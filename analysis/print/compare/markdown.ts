/** Comparisons as Markdown for the summary of a CI job: the verdicts first, strata folded away. */

import type { Comparison } from "../../compare/comparison.ts";
import { details, escaped, list, notes, sentence, table } from "../layout/markdown.ts";
import { inWords, joined } from "../said.ts";
import type { ToldPartShifts } from "../parts/shifts.ts";
import type { ToldMechanisms } from "./mechanisms.ts";
import type { ToldStrata } from "./strata.ts";
import type { ToldTails } from "./tails.ts";
import { tellComparison, type ToldComparison } from "./told.ts";

export function compareMarkdown(comparisons: readonly Comparison[]): string {
  return comparisons.map((comparison) => `${sectionsOf(tellComparison(comparison)).join("\n\n")}\n`).join(
    "\n",
  );
}

function sectionsOf(told: ToldComparison): string[] {
  const { lead, warnings } = told;
  return [
    `## ${escaped(told.answer.text)}`,
    `${escaped(told.files)}.`,
    `${lead.name}: ${sentence(joined([...lead.facts, lead.caution], "; "))}`,
    ...lead.notes.length === 0 ? [] : [notes(lead.notes)],
    list(told.sides.map((side, index) => `**${told.letters[index]}** ${sentence(side)}`)),
    table(
      told.overview,
      ["verdict", "shift", "percent", "interval", "margin", "n", "delta", "spread", "holm"],
      "questions",
    ),
    ...keyVerdicts(told.mechanisms),
    ...warnings.length === 0 ? [] : [notes(warnings)],
    ...partSections(told.parts),
    ...tailSections(told.tails),
    ...told.strata.filter(({ table: { rows } }) => rows.length > 0).map(folded),
    sentence(joined(told.methods, " ")),
  ];
}

function keyVerdicts({ table: verdicts, keys, cautions, origins, kinds, methods }: ToldMechanisms): string[] {
  if (keys.length === 0) return origins.length === 0 ? [] : [list(origins.map(sentence))];
  const names = verdicts.rows.map(({ head }) => head.text);
  const said = [
    ...keys.flatMap(({ says }, index) => says.map((one) => `${escaped(names[index]!)}: ${sentence(one)}`)),
    ...[...cautions, ...origins].map(sentence),
  ];
  return [
    table(verdicts, verdicts.columns.map(({ id }) => id), "keys"),
    ...said.length === 0 ? [] : [list(said)],
    sentence(joined([...kinds, ...methods], " ")),
  ];
}

/** The sentences, and the numbers folded away. */
function partSections({ split, brief, tables, causes, notes }: ToldPartShifts): string[] {
  const said = [...split, ...brief];
  if (tables.length === 0) return said.length === 0 ? [] : [list(said.map(sentence))];
  const all = [
    ...tables.flatMap((one) => [escaped(one.caption), table(one, one.columns.map(({ id }) => id), "parts")]),
    ...causes.filter(({ rows }) => rows.length > 0).flatMap((one) => [
      escaped(one.caption),
      table(one, one.columns.map(({ id }) => id), "causes"),
    ]),
    list(notes.map(sentence)),
  ];
  return [list(said.map(sentence)), details("What the difference went into", all.join("\n\n"))];
}

function tailSections({ title, table: of, findings, late, lacks, methods }: ToldTails): string[] {
  const said = [...findings, ...late].map((found) => {
    const place = found.of === null ? found.topic : `${found.topic}, ${found.of}`;
    return `${escaped(place)}: ${sentence(inWords(found))}`;
  });
  const content = [
    ...of.rows.length === 0 ? [] : [table(of, of.columns.map(({ id }) => id), "quantiles")],
    ...said.length === 0 ? [] : [list(said)],
    ...lacks.length === 0 ? [] : [list(lacks.map(sentence))],
    ...methods.length === 0 ? [] : [sentence(joined(methods, " "))],
  ].join("\n\n");
  return [details(title, content)];
}

function folded({ title, table: strata, spread }: ToldStrata): string {
  const shown = table(strata, ["n", "median", "mad", "verdict", "shift", "mad_ratio"], "strata");
  return details(`${title}; ${spread.title}: ${spread.says.text}`, shown);
}
