/** Judges series against a baseline by a policy. */

import { withAsked } from "../asked/answers.ts";
import { besidesOfRunbook } from "../asked/declared.ts";
import { compareAll } from "../compare/compare.ts";
import { type Answer, answersOf, type Comparison, type LeaveOut } from "../compare/comparison.ts";
import { alphaOf, deadlineOf, levelsOf, marginOf, tailMarginOf } from "../compare/limits.ts";
import { LEAD, QUESTIONS } from "../compare/questions.ts";
import type { VerdictReason } from "../compare/reasons.ts";
import type { Verdict } from "../compare/verdict.ts";
import { EXIT, Failure } from "../failure.ts";
import { declaredBesides } from "../result/durations.ts";
import type { ResultFile } from "../result/file.ts";
import { both } from "../sample/sample.ts";
import type { Pair } from "../sample/summary.ts";
import { runsForUpperBound } from "../stats/quantile_bounds.ts";
import type { TailReason } from "../tails/tail.ts";
import { underMargin } from "../tails/tails.ts";
import type { Margin } from "../units/margin.ts";
import { type Missing, missingData, missingRuns, sameMeasurement } from "./missing.ts";
import { type Outcome, worstOf } from "./outcome.ts";
import type { Policy, PolicyQuestion } from "./policy.ts";

/** A file, and the values of what is asked besides the declared questions: ns, row by row; NaN: not observed. */
export interface GateFile {
  /** Its name is without folders, so that what is said does not depend on where it lies. */
  readonly file: ResultFile;
  /** As the user named it, for errors. */
  readonly path: string;
  readonly asked: ReadonlyMap<string, Float64Array>;
}

/** Why a question's outcome is what it is. */
export type GateReason =
  /** What the policy makes of the verdict. */
  | { readonly code: "verdict"; readonly because: readonly (VerdictReason | TailReason)[] }
  /** The policy would let it pass, but data are missing. */
  | { readonly code: "missing"; readonly missing: Missing }
  /** The interval ends near the margin; in shares of the margin. */
  | { readonly code: "near_margin"; readonly zone: number }
  /** So many runs, left out, change the verdict: a second series is asked for. */
  | { readonly code: "flaky"; readonly runs: number; readonly verdict: Verdict }
  /** It was, and another series has the same verdict, which no run changes. */
  | { readonly code: "confirmed"; readonly by: string };

/** One question of one series. Shifts and medians in ns, ratios and shares without a unit; null: not known. */
export interface JudgedQuestion {
  readonly name: string;
  readonly kind: PolicyQuestion["kind"];
  readonly verdict: Verdict;
  readonly outcome: Outcome;
  readonly reasons: readonly GateReason[];
  /** Runs that are used. */
  readonly n: Pair<number>;
  /** Medians, quantiles or shares. */
  readonly values: Pair<number | null>;
  /** A shift, a ratio, or a difference of shares. */
  readonly estimate: number | null;
  /** The interval that decides. */
  readonly interval: Pair<number | null>;
  /** Where it must lie to be inside the margin; null: the margin is a share of a median that is not above 0. */
  readonly limits: Pair<number> | null;
  readonly leaveOut: LeaveOut | null;
}

export interface JudgedSeries {
  readonly comparison: Comparison;
  readonly outcome: Outcome;
  /** What the series lacks, whatever is asked. */
  readonly missing: readonly Missing[];
  readonly questions: readonly JudgedQuestion[];
}

export interface Judgement {
  readonly outcome: Outcome;
  readonly series: readonly JudgedSeries[];
}

/**
 * @param files the baseline first, at least two
 * @param policyName for errors
 * @throws Failure when files cannot be judged: one measurement twice, or a policy that no series of this runbook passes
 */
export function judge(files: readonly GateFile[], policy: Policy, policyName: string): Judgement {
  const results = files.map(({ file }) => file);
  refuse(files, policy, policyName);
  const series = comparisonsOf(files, policy).map((comparison, index): JudgedSeries => {
    const missing = missingData([results[0]!, results[index + 1]!], comparison.sides, policy);
    const questions = policy.questions.map((question) => judged(question, comparison, missing, policy));
    return { comparison, missing, questions, outcome: worstOf(questions.map(({ outcome }) => outcome)) };
  });
  const confirmed = series.map((one) => withConfirmations(one, series, policy));
  return { outcome: worstOf(confirmed.map(({ outcome }) => outcome)), series: confirmed };
}

function refuse(files: readonly GateFile[], policy: Policy, policyName: string): void {
  const same = sameMeasurement(files.map(({ file }) => file));
  if (same !== null) {
    const [first, second] = same.map((index) => files[index]!.path);
    const found = `${first} and ${second} are one measurement, which says nothing about itself`;
    throw new Failure(EXIT.failed, found, "give each measurement once");
  }
  const why = unpassable(files[0]!.file, policy);
  if (why === null) return;
  throw new Failure(EXIT.usage, `${policyName} lets nothing pass: ${why.found}`, why.remedy);
}

/** Why no series of the baseline's runbook can pass; null when one can. */
function unpassable(
  baseline: ResultFile,
  policy: Policy,
): { readonly found: string; readonly remedy: string } | null {
  const { leastRuns, questions, deadlineNs } = policy;
  const { meta: { runbook }, name, rows } = baseline;
  const tailMargin = tailMarginOf(baseline);
  const level = levelOf(baseline, policy);
  const declared = typeof runbook.runs === "number" ? Math.max(runbook.runs, rows) : Infinity;
  if (leastRuns > declared) {
    const found = `least_runs is ${leastRuns}, and the runbook of ${name} declares ${declared} runs`;
    return { found, remedy: "lower least_runs, or measure a longer baseline" };
  }
  for (const question of questions) {
    if (question.kind === "deadline" && deadlineNs === null && deadlineOf(baseline) === null) {
      const found = `neither it nor the runbook of ${name} has the deadline of ${question.name}`;
      return { found, remedy: 'declare one, such as deadline = "200us"' };
    }
    if (question.kind === "shift" && question.margin === null && !isDeclared(question.name, baseline)) {
      const found = `the runbook of ${name} does not declare ${question.name}`;
      return { found, remedy: 'give the question a margin, such as "10 %"' };
    }
    if (question.kind !== "quantile") continue;
    if (question.marginPercent === null && tailMargin === null) {
      const found = `the runbook of ${name} declares no tail_margin for ${question.name}`;
      return { found, remedy: 'give the question a margin, such as "20 %"' };
    }
    const needs = runsForUpperBound(question.quantile, 1 - level);
    if (needs > declared) {
      const found =
        `${question.name} needs ${needs} runs a side, and the runbook of ${name} declares ${declared}`;
      return { found, remedy: "leave the question out, or measure a longer baseline" };
    }
  }
  return null;
}

function isDeclared(name: string, { meta }: ResultFile): boolean {
  return QUESTIONS.some((question) => question.name === name) ||
    declaredBesides(meta.runbook).some(([declared]) => declared === name);
}

function comparisonsOf(files: readonly GateFile[], policy: Policy): Comparison[] {
  const results = files.map(({ file }) => file);
  const margins = marginsOf(results[0]!, policy);
  // Each quantile is held against its own margin afterwards, which is never a wider one.
  const tails = policy.questions.flatMap((one) =>
    one.kind === "quantile" ? [tailMarginFor(one, results)] : []
  );
  const besides = besidesOfRunbook(results[0]!, (name) => margins[name]);
  const comparisons = compareAll(results, {
    margins,
    besides,
    ...policy.alpha === null ? {} : { alpha: policy.alpha },
    ...tails.length === 0 ? {} : { tailMargin: Math.max(...tails) },
    ...policy.deadlineNs === null ? {} : { deadlineNs: policy.deadlineNs },
  });
  const names = [...files[0]!.asked.keys()].filter((name) => besides.every((one) => one.name !== name));
  if (names.length === 0) return comparisons;
  const valuesOf = (file: ResultFile, name: string) => files[results.indexOf(file)]!.asked.get(name)!;
  return withAsked(comparisons, results, { names, margins, valuesOf });
}

/** What decides nothing, where the policy does not ask a question and the runbook declares no margin of it. */
const UNUSED: Margin = { kind: "share", percent: 10 };

function marginsOf(baseline: ResultFile, { questions }: Policy): Record<string, Margin> {
  const margins: Record<string, Margin> = {};
  const asked = new Map(questions.flatMap((one) => one.kind === "shift" ? [[one.name, one.margin]] : []));
  for (const [name, margin] of asked) if (margin !== null) margins[name] = margin;
  for (const question of QUESTIONS) {
    if (question.name in margins) continue;
    try {
      marginOf(baseline, question, {});
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (asked.has(question.name)) {
        throw new Failure(error.exitCode, error.found, `give ${question.name} a margin in the policy`);
      }
      margins[question.name] = UNUSED;
    }
  }
  return margins;
}

/** @throws Failure when the runbook declares one that no runbook can, and the policy none */
function levelOf(baseline: ResultFile, { alpha }: Policy): number {
  try {
    return levelsOf([baseline], alphaOf(baseline, alpha ?? undefined)).alpha;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.exitCode, error.found, "declare alpha in the policy");
  }
}

function tailMarginFor(
  { marginPercent }: Extract<PolicyQuestion, { readonly kind: "quantile" }>,
  [baseline]: readonly ResultFile[],
): number {
  return marginPercent ?? tailMarginOf(baseline!)!;
}

/** The names of questions that a runbook does not declare: files keep no columns of them. */
export function askedNames({ questions }: Policy): string[] {
  return questions.filter(({ kind, name }) =>
    kind === "shift" && QUESTIONS.every((declared) => declared.name !== name)
  ).map(({ name }) => name);
}

/** What a question's verdict rests on. */
type Found =
  & Omit<JudgedQuestion, "name" | "kind" | "outcome" | "reasons">
  & { readonly because: readonly (VerdictReason | TailReason)[]; readonly observed: Pair<number> };

function judged(
  question: PolicyQuestion,
  comparison: Comparison,
  missing: readonly Missing[],
  policy: Policy,
): JudgedQuestion {
  const { because, observed, ...found } = foundOf(question, comparison);
  const meant = policy.verdicts[found.verdict];
  const lacking = [...missing, ...missingRuns(found.n, observed, comparison, policy)];
  const reasons: GateReason[] = [
    ...meant === "PASS" ? [] : [{ code: "verdict", because } as const],
    ...meant === "PASS" ? lacking.map((one): GateReason => ({ code: "missing", missing: one })) : [],
    ...isNearMargin(found, policy.zone) ? [{ code: "near_margin", zone: policy.zone } as const] : [],
    ...flakiness(found.leaveOut, policy),
  ];
  const isOpen = reasons.some(({ code }) => code !== "verdict");
  return { name: question.name, kind: question.kind, ...found, outcome: isOpen ? "WARN" : meant, reasons };
}

function flakiness(leaveOut: LeaveOut | null, { flakyRuns }: Policy): GateReason[] {
  if (leaveOut === null || leaveOut.runs === null || leaveOut.runs > flakyRuns) return [];
  return [{ code: "flaky", runs: leaveOut.runs, verdict: leaveOut.verdict! }];
}

function foundOf(question: PolicyQuestion, comparison: Comparison): Found {
  switch (question.kind) {
    case "shift":
      return ofShift(answersOf(comparison).find(({ name }) => name === question.name)!.answer);
    case "quantile":
      return ofQuantile(question, comparison);
    case "deadline":
      return ofDeadline(question, comparison);
  }
}

function ofShift(answer: Answer): Found {
  const { verdict, reasons, n, median_ns, shift_ns, tost, margin_ns, leave_out } = answer;
  return {
    verdict,
    because: reasons,
    n,
    observed: n,
    values: median_ns,
    estimate: shift_ns,
    interval: tost?.ci_ns ?? [null, null],
    limits: margin_ns === null ? null : [-margin_ns, margin_ns],
    leaveOut: leave_out,
  };
}

function ofQuantile(
  { of, quantile, marginPercent }: Extract<PolicyQuestion, { readonly kind: "quantile" }>,
  comparison: Comparison,
): Found {
  const { tails } = comparison;
  const tail = tails.quantiles.find((one) => one.question === of && one.quantile === quantile)!;
  const margin = marginPercent ?? tails.margin_percent!;
  const { verdict, reasons } = underMargin(tail, margin);
  return {
    verdict: verdict!,
    because: reasons,
    n: both(tail.sides, ({ n }) => n),
    observed: comparison[of].n,
    values: both(tail.sides, ({ value_ns }) => value_ns),
    estimate: tail.ratio,
    interval: tail.ratio_ci,
    limits: [1 - margin / 100, 1 + margin / 100],
    leaveOut: null,
  };
}

function ofDeadline(
  { marginPercent }: Extract<PolicyQuestion, { readonly kind: "deadline" }>,
  comparison: Comparison,
): Found {
  const { sides, difference, difference_ci: interval, reasons } = comparison.tails.exceedance!;
  const margin = marginPercent / 100;
  const { verdict: ofLead } = comparison[LEAD.name];
  return {
    verdict: sides.some(({ n }) => n === 0) ? "NO-DATA" : reasons.some(({ code }) => code !== "runs_depend")
      // Why the question cannot be answered is what makes the lead one of these.
      ? ofLead
      : interval === null
      ? "INCONCLUSIVE"
      : verdictOfShares(interval, margin),
    because: reasons,
    n: both(sides, ({ n }) => n),
    observed: comparison[LEAD.name].n,
    values: both(sides, ({ share }) => share),
    estimate: difference,
    interval: interval ?? [null, null],
    limits: [-margin, margin],
    leaveOut: null,
  };
}

function verdictOfShares([low, high]: Pair<number>, margin: number): Verdict {
  if (low > -margin && high < margin) return "EQUIVALENT";
  return low > margin || high < -margin ? "DIFFERENT" : "INCONCLUSIVE";
}

/** Whether an interval that lies inside the limits, or outside them, ends near one of them. */
function isNearMargin(
  { verdict, interval: [low, high], limits }: Pick<Found, "verdict" | "interval" | "limits">,
  zone: number,
): boolean {
  if (limits === null || low === null || high === null) return false;
  const width = zone * (limits[1] - limits[0]) / 2;
  if (verdict === "EQUIVALENT" || verdict === "DIFFERENT-WITHIN-MARGIN") {
    return low < limits[0] + width || high > limits[1] - width;
  }
  return verdict === "DIFFERENT" && low < limits[1] + width && high > limits[0] - width;
}

/** What is flaky in one series counts if another one has the same verdict and is not. */
function withConfirmations(
  series: JudgedSeries,
  all: readonly JudgedSeries[],
  { verdicts }: Policy,
): JudgedSeries {
  const questions = series.questions.map((question, index): JudgedQuestion => {
    const { reasons, verdict } = question;
    const others = reasons.filter(({ code }) => code !== "flaky");
    if (others.length === reasons.length) return question;
    const by = all.find((other) => {
      const { verdict: found, reasons } = other.questions[index]!;
      return other !== series && found === verdict && reasons.every(({ code }) => code === "verdict");
    });
    if (by === undefined) return question;
    const isOpen = others.some(({ code }) => code !== "verdict");
    const outcome = isOpen ? "WARN" : verdicts[verdict];
    return {
      ...question,
      outcome,
      reasons: [...others, { code: "confirmed", by: by.comparison.sides[1].file }],
    };
  });
  return { ...series, questions, outcome: worstOf(questions.map(({ outcome }) => outcome)) };
}
