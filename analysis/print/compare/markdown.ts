/** Comparisons as Markdown for the summary of a CI job: the verdicts first, strata folded away. */

import type { Comparison } from "../../compare/comparison.ts";
import { details, escaped, list, notes, sentence, table } from "../layout/markdown.ts";
import { joined } from "../said.ts";
import type { ToldMechanisms } from "./mechanisms.ts";
import type { ToldStrata } from "./strata.ts";
import { tellComparison, type ToldComparison } from "./told.ts";

export function compareMarkdown(comparisons: readonly Comparison[]): string {
  return comparisons.map((comparison) => `${sectionsOf(tellComparison(comparison)).join("\n\n")}\n`).join(
    "\n",
  );
}

function sectionsOf(told: ToldComparison): string[] {
  const { lead, warnings } = told;
  return [
    `## ${told.verdict}: ${escaped(told.files)}`,
    `${lead.name}: ${sentence(joined([...lead.facts, lead.caution], "; "))}`,
    ...lead.notes.length === 0 ? [] : [notes(lead.notes)],
    list(told.sides.map((side, index) => `**${told.letters[index]}** ${sentence(side)}`)),
    table(
      told.overview,
      ["verdict", "shift", "interval", "margin", "n", "delta", "spread", "holm"],
      "questions",
    ),
    ...keyVerdicts(told.mechanisms),
    ...warnings.length === 0 ? [] : [notes(warnings)],
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

function folded({ title, table: strata, spread }: ToldStrata): string {
  const shown = table(strata, ["n", "median", "mad", "verdict", "shift", "mad_ratio"], "strata");
  return details(`${title}; ${spread.title}: ${spread.says.text}`, shown);
}
