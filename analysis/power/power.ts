/**
 * `probe power`: how many runs each side needs to show equivalence, from the distributions in result files.
 * Field names are those of `probe power --format json`, where reasons and warnings are sentences.
 */

import { INTERVAL_NEEDS, sortedSample, THIN_BELOW } from "../sample/sample.ts";
import { alphaOf, marginOf } from "../compare/limits.ts";
import { LEAD, type Question, type WholeName, WHOLES } from "../compare/questions.ts";
import type { Duration } from "../result/durations.ts";
import type { FileNote } from "../result/note.ts";
import type { ResultFile } from "../result/file.ts";
import { EXCHANGEABLE_LEVEL, seriesChecks } from "../sample/series.ts";
import { describe, type Description } from "../sample/description.ts";
import { equivalencePower, MOST_RUNS, runsForEquivalence, SIMULATIONS } from "../stats/power.ts";

export interface PowerOptions {
  /** Margin of the question LEAD, in ns; default: the runbook's. */
  readonly marginNs?: number;
  /** Default: the runbook's. */
  readonly alpha?: number;
  /** Requested probability of showing equivalence, in (0, 1). */
  readonly power: number;
}

/** The answer to each question that is not part of another, under the question's name. */
export interface PowerAnalysis extends Readonly<Record<WholeName, RunsAnswer>> {
  /** One file for both sides, or the files of A and B. */
  readonly files: readonly string[];
  readonly alpha: number;
  /** The requested power. */
  readonly power: number;
  readonly margin_source: "runbook" | "option";
  readonly method: string;
  readonly warnings: readonly PowerWarning[];
}

/** The words are in analysis/print. */
export type PowerWarning =
  | { readonly code: "file"; readonly note: FileNote }
  | { readonly code: "thin"; readonly file: string; readonly complete: number }
  /** Neighbouring runs are alike, so a real series needs more runs than independent draws. */
  | { readonly code: "dependent"; readonly file: string; readonly duration: Duration; readonly lag1: number };

/** Why the number of runs is not known; the words are in analysis/print. */
export type NoAnswer =
  | { readonly code: "few_runs"; readonly file: string; readonly runs: number; readonly needs: number }
  /** More than `most` runs would be needed. */
  | { readonly code: "many_runs"; readonly most: number };

export interface RunsAnswer {
  readonly margin_ns: number;
  /** The samples to draw from, in the order of the files. */
  readonly samples: readonly Description[];
  /** null: see `reason`. */
  readonly runs_per_side: number | null;
  /** Power found by simulation with that many runs; at least the requested one. */
  readonly simulated_power: number | null;
  readonly reason: NoAnswer | null;
}

/** Fewer runs do not represent a distribution to draw from. */
const NEEDS = 4;

const METHOD =
  `equivalence by two one-sided Brunner-Munzel tests, ${SIMULATIONS} simulated pairs of samples per size, ` +
  "drawn with replacement from the files' complete runs, both sides moved to one median; fixed seed";

/**
 * @param files one, or A and B; the runbook of the first declares margins and alpha
 * @throws Failure when alpha is not an error rate or no margin is declared
 */
export function powerAnalysis(files: readonly ResultFile[], options: PowerOptions): PowerAnalysis {
  const first = files[0]!;
  const alpha = alphaOf(first, options.alpha);
  const answer = (question: Question) =>
    runsFor(files, question, marginOf(first, question, options.marginNs), alpha, options.power);
  const answers = Object.fromEntries(WHOLES.map((question) => [question.name, answer(question)]));
  return {
    files: files.map(({ name }) => name),
    alpha,
    power: options.power,
    margin_source: options.marginNs === undefined ? "runbook" : "option",
    ...answers as Record<WholeName, RunsAnswer>,
    method: METHOD,
    warnings: files.flatMap((file) => warningsOf(file)),
  };
}

function runsFor(
  files: readonly ResultFile[],
  { duration }: Question,
  marginNs: number,
  alpha: number,
  power: number,
): RunsAnswer {
  const sorted = files.map((file) => sortedSample(file, duration));
  const samples = sorted.map(describe);
  const asked = { margin_ns: marginNs, samples };
  const none = (reason: NoAnswer) => ({ ...asked, runs_per_side: null, simulated_power: null, reason });
  const few = samples.findIndex(({ n }) => n < NEEDS);
  if (few >= 0) {
    return none({ code: "few_runs", file: files[few]!.name, runs: samples[few]!.n, needs: NEEDS });
  }
  const found = runsForEquivalence(sorted[0]!, sorted.at(-1)!, { margin: marginNs, alpha, power });
  if (found === null) {
    return none({ code: "many_runs", most: MOST_RUNS });
  }
  if (found.runs >= INTERVAL_NEEDS) {
    return { ...asked, runs_per_side: found.runs, simulated_power: found.power, reason: null };
  }
  // The test alone would need fewer, but below that the comparison has no interval and therefore no verdict.
  const simulated = equivalencePower(sorted[0]!, sorted.at(-1)!, INTERVAL_NEEDS, {
    margin: marginNs,
    alpha,
    power,
  });
  return { ...asked, runs_per_side: INTERVAL_NEEDS, simulated_power: simulated, reason: null };
}

function warningsOf(file: ResultFile): PowerWarning[] {
  const { name, notes } = file;
  const complete = sortedSample(file, LEAD.duration).length;
  const dependent = WHOLES.flatMap(({ duration }): PowerWarning[] => {
    const { lag1 } = seriesChecks(file, duration);
    return lag1 === null || lag1.p >= EXCHANGEABLE_LEVEL || lag1.r <= 0
      ? []
      : [{ code: "dependent", file: name, duration, lag1: lag1.r }];
  });
  return [
    ...notes.map((note): PowerWarning => ({ code: "file", note })),
    ...complete >= THIN_BELOW ? [] : [{ code: "thin", file: name, complete } as const],
    ...dependent,
  ];
}
