/**
 * `probe power`: how many runs each side needs to show equivalence, from the distributions in result files.
 * Field names are those of `probe power --format json`, where reasons and warnings are sentences.
 */

import { bootSpread } from "../sample/boots.ts";
import { INTERVAL_NEEDS, sampleOf, sampleOfValues, sortedSample, THIN_BELOW } from "../sample/sample.ts";
import { uncertaintyOf } from "../compare/answer.ts";
import { alphaOf, type Declared, levelsOf, marginNs, marginOf, type Margins } from "../compare/limits.ts";
import { LEAD, perQuestion, type QuestionName, QUESTIONS, WHOLES } from "../compare/questions.ts";
import type { Duration } from "../result/durations.ts";
import type { FileNote } from "../result/note.ts";
import type { Between } from "../result/parts.ts";
import type { ResultFile } from "../result/file.ts";
import { EXCHANGEABLE_LEVEL, seriesChecks } from "../sample/series.ts";
import { describe, type Description } from "../sample/description.ts";
import type { Pair } from "../sample/summary.ts";
import { type Aim, runsForEquivalence } from "../stats/settling.ts";
import { ShiftTest } from "../stats/shift_test.ts";
import {
  likelyRange,
  MOST_RUNS,
  movedTo,
  OUTSIDE,
  PILOTS,
  runsWithPower,
  SIMULATIONS,
} from "./simulation.ts";

/** A question besides those of every runbook. */
export interface AskedRuns {
  readonly name: string;
  readonly margin: Declared;
  /** ns, row by row; NaN means "not observed". */
  valuesOf(file: ResultFile): Float64Array;
}

export interface PowerOptions {
  /** What the runbook declares further. */
  readonly besides?: readonly AskedRuns[];
  /** What no runbook declared. */
  readonly asked?: readonly AskedRuns[];
  /** What differs between the files that a side pools. */
  readonly between?: readonly (Between & { readonly side: number })[];
  /** Override the runbook's. */
  readonly margins?: Margins;
  /** Default: the runbook's. */
  readonly alpha?: number;
  /** Requested probability of showing equivalence, in (0, 1). */
  readonly power: number;
  /** Shift of the question LEAD that is assumed, in ns; without it none. */
  readonly shiftNs?: number;
}

/** The answer to each question stands under the question's name. */
export interface PowerAnalysis extends Readonly<Record<QuestionName, RunsAnswer>> {
  readonly besides: readonly NamedRuns[];
  readonly asked: readonly NamedRuns[];
  /** One file for both sides, or the files of A and B. */
  readonly files: readonly string[];
  readonly alpha: number;
  /** The requested power. */
  readonly power: number;
  readonly method: string;
  readonly warnings: readonly PowerWarning[];
}

/** The words are in analysis/print. */
export type PowerWarning =
  | { readonly code: "file"; readonly note: FileNote }
  /** Of the files that a side pools. */
  | { readonly code: "between"; readonly file: string; readonly of: Between }
  | { readonly code: "thin"; readonly file: string; readonly complete: number }
  /** Runs are of several boots, and what is drawn shares none. */
  | { readonly code: "nested"; readonly file: string; readonly boots: number }
  /** Neighbouring runs are alike, so a real series needs more runs than independent draws. */
  | { readonly code: "dependent"; readonly file: string; readonly duration: Duration; readonly lag1: number };

/** Why the number of runs is not known; the words are in analysis/print. */
export type NoAnswer =
  | { readonly code: "few_runs"; readonly file: string; readonly runs: number; readonly needs: number }
  /** More than `most` runs would be needed. */
  | { readonly code: "many_runs"; readonly most: number }
  /** The margin is a share of A's median, and A has none above 0. */
  | { readonly code: "no_margin" }
  /** The assumed shift is no smaller than the margin: it would have to be shown that it is. */
  | { readonly code: "shift_outside" }
  /** The assumed shift lies so near the margin that no number can be named. */
  | { readonly code: "near_margin" };

export interface RunsAnswer {
  /** Null: a share of A's median, and A has none above 0. */
  readonly margin_ns: number | null;
  /** The margin as a percentage of A's median; null: it is a duration. */
  readonly margin_percent: number | null;
  readonly margin_source: Declared["source"];
  /** Shift B - A that is assumed. */
  readonly assumed_shift_ns: number;
  /** The samples to draw from, in the order of the files. */
  readonly samples: readonly Description[];
  /** null: see `reason`. */
  readonly runs_per_side: number | null;
  /** What other measurements of as many runs would have asked for, 80 % of them; null: more than can be named. */
  readonly runs_range: Pair<number | null> | null;
  /** Power found by simulation with that many runs; at least the requested one. */
  readonly simulated_power: number | null;
  readonly reason: NoAnswer | null;
}

type NamedRuns = RunsAnswer & { readonly name: string };

/** Fewer runs do not represent a distribution to draw from. */
const NEEDS = 4;

const METHOD =
  `${SIMULATIONS} simulated comparisons per size, each by compare's whole rule, of runs drawn independently and with ` +
  "replacement from the files' complete runs, B moved to the assumed shift; range: " +
  `${100 * (1 - OUTSIDE)} % of ${PILOTS} resamples of those runs, normal approximation; fixed seed`;

/**
 * @param files one, or A and B; the runbook of the first declares margins and alpha
 * @throws Failure when alpha is not an error rate or no margin is declared
 */
export function powerAnalysis(files: readonly ResultFile[], options: PowerOptions): PowerAnalysis {
  const first = files[0]!;
  const { alpha } = levelsOf(files, alphaOf(first, options.alpha));
  const wanted = { alpha, power: options.power };
  const answers = perQuestion((question) =>
    runsFor(
      files,
      (file) => sortedSample(file, question.duration),
      question.role === LEAD.role ? options.shiftNs ?? 0 : 0,
      marginOf(first, question, options.margins ?? {}),
      wanted,
    )
  );
  const further = (asked: readonly AskedRuns[] = []) =>
    asked.map(({ name, margin, valuesOf }) => ({
      name,
      ...runsFor(files, (file) => sampleOfValues(file, valuesOf(file)).sorted, 0, margin, wanted),
    }));
  return {
    files: files.map(({ name }) => name),
    alpha,
    power: options.power,
    ...answers,
    besides: further(options.besides),
    asked: further(options.asked),
    method: METHOD,
    warnings: [
      ...files.flatMap((file) => warningsOf(file)),
      ...(options.between ?? []).map(({ side, ...of }): PowerWarning => ({
        code: "between",
        file: files[side]!.name,
        of,
      })),
    ],
  };
}

function runsFor(
  files: readonly ResultFile[],
  sortedOf: (file: ResultFile) => Float64Array,
  shiftNs: number,
  { margin: declared, source }: Declared,
  wanted: Omit<Aim, "margin">,
): RunsAnswer {
  const sorted = files.map(sortedOf);
  const samples = sorted.map(describe);
  const margin = marginNs(declared, sorted[0]!);
  const asked = {
    margin_ns: margin,
    margin_percent: declared.kind === "share" ? declared.percent : null,
    margin_source: source,
    assumed_shift_ns: shiftNs,
    samples,
  };
  const none = (reason: NoAnswer) => ({
    ...asked,
    runs_per_side: null,
    runs_range: null,
    simulated_power: null,
    reason,
  });
  const few = samples.findIndex(({ n }) => n < NEEDS);
  if (few >= 0) {
    return none({ code: "few_runs", file: files[few]!.name, runs: samples[few]!.n, needs: NEEDS });
  }
  if (margin === null) return none({ code: "no_margin" });
  if (Math.abs(shiftNs) >= margin) return none({ code: "shift_outside" });
  const sides = movedTo(shiftNs, sorted[0]!, sorted.at(-1)!);
  const test = new ShiftTest(...sides);
  const aim = { ...wanted, margin, inflation: uncertaintyOf(declared, test) };
  const first = runsForEquivalence(test, aim, INTERVAL_NEEDS);
  if (first === null) return none({ code: "near_margin" });
  const found = runsWithPower(sides, first, declared, aim);
  return found === null ? none({ code: "many_runs", most: MOST_RUNS }) : {
    ...asked,
    runs_per_side: found.runs,
    runs_range: likelyRange(sides, files.length === 1, shiftNs, aim, found.runs / first),
    simulated_power: found.power,
    reason: null,
  };
}

function warningsOf(file: ResultFile): PowerWarning[] {
  const { name, notes } = file;
  const lead = sampleOf(file, LEAD.duration);
  const complete = lead.sorted.length;
  const nested = bootSpread(lead);
  const dependent = WHOLES.flatMap(({ duration }): PowerWarning[] => {
    const { lag1 } = seriesChecks(file, duration);
    return lag1 === null || lag1.p >= EXCHANGEABLE_LEVEL || lag1.r <= 0
      ? []
      : [{ code: "dependent", file: name, duration, lag1: lag1.r }];
  });
  return [
    ...notes.map((note): PowerWarning => ({ code: "file", note })),
    ...complete >= THIN_BELOW ? [] : [{ code: "thin", file: name, complete } as const],
    ...nested === null ? [] : [{ code: "nested", file: name, boots: nested.boots } as const],
    ...dependent,
  ];
}

/** The questions of every runbook in the order of their table, what the runbook declares further, what was asked. */
export function runsAnswers(analysis: PowerAnalysis): NamedRuns[] {
  const { besides, asked } = analysis;
  return [...QUESTIONS.map(({ name }) => ({ name, ...analysis[name] })), ...besides, ...asked];
}
