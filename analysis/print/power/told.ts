/** How many runs are needed: all that is said about it. */

import { LEAD } from "../../compare/questions.ts";
import { type PowerAnalysis, type RunsAnswer, runsAnswers } from "../../power/power.ts";
import { sample } from "../measured.ts";
import type { Pair } from "../../sample/summary.ts";
import type { Field, Note, Said, Table } from "../model.ts";
import { noAnswerInWords, powerWarningInWords } from "./reasons.ts";
import { exact, marginInWords, NOT_DECLARED, plain, probability, say, shift } from "../said.ts";

export type PowerColumn = "margin" | "runs" | "range" | "power";

export interface ToldPower {
  readonly asked: Said;
  readonly drawn: Said;
  readonly table: Table<PowerColumn>;
  /** Why a question has no answer. */
  readonly unanswered: readonly Said[];
  /** The files that the simulation draws from. */
  readonly samples: readonly Field[];
  readonly notes: readonly Note[];
}

export function tellPower(analysis: PowerAnalysis): ToldPower {
  const { files, alpha, power } = analysis;
  const assumed = analysis[LEAD.name].assumed_shift_ns;
  const questions = runsAnswers(analysis).map(({ name, ...answer }) => [name, answer] as const);
  return {
    asked: say`runs a side for EQUIVALENT with power ${exact(power)} at alpha ${exact(alpha)}, if ${
      assumed === 0
        ? "both sides are the same"
        : say`the ${LEAD.name} is shifted by ${shift(assumed)} and nothing else is`
    }`,
    drawn: plain(`drawn from ${files.join(" and ")}`),
    table: {
      caption: "Runs a side",
      head: "question",
      lines: [],
      columns: [
        { id: "margin", name: "margin", per: "row" },
        { id: "runs", name: "runs a side", per: "row" },
        { id: "range", name: "likely", per: "row" },
        { id: "power", name: "simulated power", per: "row" },
      ],
      rows: questions.map(([name, answer]) => ({ head: plain(name), cells: cells(answer), bins: [] })),
      range: null,
      empty: "no question",
    },
    unanswered: questions.flatMap(([name, { reason }]) =>
      reason === null ? [] : [say`${name}: no answer: ${noAnswerInWords(reason)}`]
    ),
    samples: questions.flatMap(([name, answer]) =>
      answer.samples.map((one, index) => ({
        label: files.length === 1 ? name : `${name} ${"AB"[index]}`,
        says: sample(one),
      }))
    ),
    notes: [
      ...askedNotes(analysis),
      ...analysis.warnings.map((warning): Note => ({ label: "warning", says: powerWarningInWords(warning) })),
      { label: "method", says: plain(analysis.method) },
    ],
  };
}

function askedNotes({ asked }: PowerAnalysis): Note[] {
  if (asked.length === 0) return [];
  return [{ label: "asked", says: plain(`${asked.map(({ name }) => name).join(", ")} ${NOT_DECLARED}`) }];
}

function cells(answer: RunsAnswer) {
  const { runs_per_side: runs, runs_range: range, simulated_power: power } = answer;
  return {
    margin: [marginInWords(answer)],
    runs: [runs === null ? null : exact(runs)],
    range: [range === null ? null : rangeInWords(range)],
    power: [power === null ? null : probability(power)],
  };
}

function rangeInWords([low, high]: Pair<number | null>): Said {
  if (low === null) return plain("too many");
  return high === null ? say`${exact(low)} or more` : say`${exact(low)} to ${exact(high)}`;
}
