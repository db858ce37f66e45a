/** What a gate has to say, in words, once for every form. */

import type { GateReason, JudgedQuestion, JudgedSeries, Judgement } from "../../gate/judge.ts";
import type { Missing } from "../../gate/missing.ts";
import { type Outcome, OUTCOMES } from "../../gate/outcome.ts";
import type { Policy } from "../../gate/policy.ts";
import type { Pair } from "../../sample/summary.ts";
import { lettersOf } from "../compare/reasons.ts";
import { difference, side, type Sides } from "../compare/sides.ts";
import { tailReason } from "../compare/tails.ts";
import type { Cell, Said } from "../model.ts";
import {
  chosen,
  confidence,
  exact,
  interval,
  joined,
  number,
  plain,
  points,
  say,
  share,
  shift,
  times,
} from "../said.ts";

/** A file that decided, as whoever checks the result finds it again. */
export interface GateSource {
  /** Without folders: the same files give the same bytes wherever they lie. */
  readonly name: string;
  readonly sha256: string;
}

/** What was judged, and by what. */
export interface Gated {
  readonly judgement: Judgement;
  readonly policy: Policy;
  readonly policyFile: GateSource;
  /** The baseline first. */
  readonly files: readonly GateSource[];
  /** Version of the program. */
  readonly probe: string;
}

export interface ToldQuestion {
  readonly name: string;
  readonly outcome: Outcome;
  readonly verdict: string;
  /** Estimate, interval and margin; null: there are none. */
  readonly numbers: Cell;
  readonly reasons: readonly Said[];
}

export interface ToldSeries {
  readonly file: string;
  readonly outcome: Outcome;
  readonly letters: Pair<string>;
  /** What the sides are, the baseline first. */
  readonly sides: readonly Said[];
  /** What the series lacks, whatever is asked. */
  readonly missing: readonly Said[];
  readonly questions: readonly ToldQuestion[];
}

export interface ToldGate {
  readonly outcome: Outcome;
  /** How many questions have which outcome. */
  readonly counts: Said;
  /** Why it is not PASS, what fails first; at most MOST_REASONS. */
  readonly topReasons: readonly Said[];
  /** Questions for which a second series is asked; empty: none. */
  readonly secondSeries: readonly string[];
  readonly commentOnly: boolean;
  readonly policy: GateSource;
  readonly files: readonly GateSource[];
  readonly series: readonly ToldSeries[];
}

const MOST_REASONS = 5;

export function tellGate({ judgement, policy, policyFile, files }: Gated): ToldGate {
  const series = judgement.series.map((one) => tellSeries(one));
  const all = series.flatMap(({ questions }) => questions);
  const count = (outcome: Outcome) => all.filter((question) => question.outcome === outcome).length;
  const counts = OUTCOMES.toReversed().filter((outcome) => count(outcome) > 0)
    .map((outcome) => say`${exact(count(outcome))} ${outcome}`);
  const flaky = judgement.series.flatMap(({ questions }) =>
    questions.filter(({ reasons }) => reasons.some(({ code }) => code === "flaky")).map(({ name }) => name)
  );
  return {
    outcome: judgement.outcome,
    counts: say`${joined(counts, ", ")} of ${exact(all.length)} ${
      all.length === 1 ? "question" : "questions"
    }`,
    topReasons: topReasons(series),
    secondSeries: [...new Set(flaky)],
    commentOnly: policy.commentOnly,
    policy: policyFile,
    files,
    series,
  };
}

function topReasons(series: readonly ToldSeries[]): Said[] {
  const found = series.flatMap((one) =>
    one.questions.map((question) => ({ ...question, of: series.length > 1 ? ` in ${one.file}` : "" }))
  );
  return OUTCOMES.toReversed().filter((outcome) => outcome !== "PASS")
    .flatMap((outcome) => found.filter((question) => question.outcome === outcome))
    .slice(0, MOST_REASONS)
    .map(({ name, of, verdict, numbers, reasons }) =>
      say`${name}${of} is ${joined([plain(verdict), numbers, ...reasons.slice(0, 1)], "; ")}`
    );
}

function tellSeries({ comparison, outcome, missing, questions }: JudgedSeries): ToldSeries {
  const sides: Sides = { letters: lettersOf(comparison), alpha: comparison.alpha };
  return {
    file: comparison.sides[1].file,
    outcome,
    letters: sides.letters,
    sides: comparison.sides.map(side),
    missing: missing.map((one) => missingInWords(one, sides.letters)),
    questions: questions.map((question) => ({
      name: question.name,
      outcome: question.outcome,
      verdict: question.verdict,
      numbers: numbersOf(question, sides),
      reasons: question.reasons.flatMap((reason) => gateReason(reason, sides.letters) ?? []),
    })),
  };
}

function numbersOf({ kind, estimate, interval: ends, limits }: JudgedQuestion, sides: Sides): Cell {
  if (estimate === null) return null;
  const [a, b] = sides.letters;
  const margin = limits === null ? null : marginOf(kind, limits);
  const [low, high] = ends;
  switch (kind) {
    case "shift":
      return joined([
        say`${difference(sides)} ${shift(estimate)}`,
        low === null || high === null ? null : level(2 * sides.alpha, interval([low, high])),
        margin,
      ], ", ");
    case "quantile":
      return joined([
        say`${b} / ${a} ${times(estimate)}`,
        low === null
          ? null
          : level(2 * sides.alpha, say`[${times(low)}, ${high === null ? "open" : times(high)}]`),
        margin,
      ], ", ");
    case "deadline":
      return joined([
        say`${difference(sides)} ${points(estimate)}`,
        low === null || high === null ? null : level(sides.alpha, say`[${points(low)}, ${points(high)}]`),
        margin,
      ], ", ");
  }
}

function level(beside: number, ends: Said): Said {
  return say`${confidence(beside)} interval ${ends}`;
}

function marginOf(kind: JudgedQuestion["kind"], [low, high]: Pair<number>): Said {
  switch (kind) {
    case "shift":
      return say`margin +-${chosen(high)}`;
    case "quantile":
      return say`margin ${number(low)} to ${number(high)}`;
    case "deadline":
      return say`margin +-${share(high)} of the runs`;
  }
}

/** Null: the numbers say it. */
export function gateReason(reason: GateReason, letters: Pair<string>): Said | null {
  switch (reason.code) {
    case "verdict":
      return reason.because.length === 0
        ? null
        : joined(reason.because.map((one) => tailReason(one, letters)), "; ");
    case "missing":
      return missingInWords(reason.missing, letters);
    case "near_margin":
      return say`the interval ends within ${share(reason.zone)} of the margin`;
    case "flaky":
      return say`flaky: without ${exact(reason.runs)} of the runs it is ${reason.verdict}`;
    case "confirmed":
      return plain(`a few runs would change it, and ${reason.by} confirms it`);
  }
}

export function missingInWords(missing: Missing, letters: Pair<string>): Said {
  if (missing.code === "other_runbook") {
    const found = letters.map((letter, index) => `${missing.sha256[index]!.slice(0, 12)} in ${letter}`);
    return plain(`the runbooks differ: runbook_sha256 is ${found.join(", ")}`);
  }
  const letter = letters[missing.side];
  switch (missing.code) {
    case "cut_off":
      return plain(`${letter} was cut off`);
    case "rows_missing":
      return say`${letter} has ${exact(missing.rows)} of its ${exact(missing.declared)} declared runs`;
    case "lost_events":
      return say`${exact(missing.events)} events were lost in ${letter}`;
    case "aborted":
      return say`${exact(missing.runs)} of ${exact(missing.rows)} runs of ${letter} were aborted`;
    case "timeouts":
      return say`${exact(missing.runs)} of ${
        exact(missing.rows)
      } runs of ${letter} timed out, the policy allows ${
        missing.allowed === 0 ? "none" : share(missing.allowed)
      }`;
    case "integrity":
      return say`the stages of ${exact(missing.runs)} of ${
        exact(missing.rows)
      } runs of ${letter} contradict each other`;
    case "not_observed":
      return say`not observed in ${exact(missing.runs)} of ${
        exact(missing.complete)
      } complete runs of ${letter}`;
    case "few_runs":
      return say`${letter} has ${exact(missing.n)} runs, the policy asks for ${exact(missing.needs)}`;
  }
}

/** Null: no second series is asked for. */
export function secondSeriesInWords({ secondSeries }: ToldGate): Said | null {
  if (secondSeries.length === 0) return null;
  const names = secondSeries.join(", ");
  return plain(`measure a second series and give both: a few runs would change ${names}`);
}
