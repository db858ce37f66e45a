/** P95 and P99 of both sides, and how many runs missed the deadline. */

import type { ResultFile } from "../result/file.ts";
import { type Duration, DURATIONS } from "../result/durations.ts";
import type { Pair } from "../sample/summary.ts";
import { both, type FileSample } from "../sample/sample.ts";
import { type Ends, moverDifference, moverRatio } from "../stats/mover.ts";
import { newcombe, type ShareInterval, wilson } from "../stats/newcombe.ts";
import {
  boundRanks,
  type QuantileBounds,
  quantileBounds,
  runsForUpperBound,
} from "../stats/quantile_bounds.ts";
import { countUpTo } from "../stats/rank.ts";
import { tailPower } from "../stats/tail_power.ts";
import type { Exceedance, LateRuns, TailAnswer, TailReason, Tails, TailSide } from "./tail.ts";

const QUANTILES = [0.95, 0.99] as const;

/** One question whose tails are compared. */
export interface TailQuestion<Question, Reason> {
  readonly name: Question;
  readonly duration: Duration;
  readonly samples: Pair<FileSample>;
  /** How many independent runs the complete runs of each side count as. */
  readonly effectiveRuns: Pair<number>;
  /** Whether the order of the runs matters, or which boot they are of. */
  readonly isDependent: boolean;
  /** Why the sides cannot be compared; empty when they can. */
  readonly confounded: readonly Reason[];
  /** Why a side cannot be trusted; empty when both can. */
  readonly broken: readonly Reason[];
}

/** What the runbook declares about the tails. */
export interface Declared {
  readonly alpha: number;
  /** Of A's quantile; null: none. */
  readonly marginPercent: number | null;
  /** Of the question that leads, ns; null: none. */
  readonly deadlineNs: number | null;
}

/**
 * @param lead the question to which the deadline belongs
 * @param questions those that stand alone
 */
export function tails<Question, Reason>(
  files: Pair<ResultFile>,
  lead: TailQuestion<Question, Reason>,
  questions: readonly TailQuestion<Question, Reason>[],
  { alpha, marginPercent, deadlineNs }: Declared,
): Tails<Question, Reason> {
  return {
    margin_percent: marginPercent,
    quantiles: questions.flatMap((question) => {
      const sides = [sideOf(files, question, 0), sideOf(files, question, 1)] as const;
      return QUANTILES.map((p) => tailOf(question, sides, p, alpha, marginPercent));
    }),
    exceedance: deadlineNs === null
      ? null
      : exceedance(lead, [sideOf(files, lead, 0), sideOf(files, lead, 1)], deadlineNs, alpha),
  };
}

/** A side's runs, those that timed out at the end. */
interface SideRuns {
  /** ns, ascending; Infinity for runs that timed out. */
  readonly sorted: Float64Array;
  readonly timeout: number;
}

/**
 * A run that timed out is slower than all others, if the beginning of the duration was seen; otherwise the
 * duration was not observed in it. Where no complete run has the duration, it cannot be observed at all.
 */
function sideOf<Question, Reason>(
  files: Pair<ResultFile>,
  { duration, samples }: TailQuestion<Question, Reason>,
  side: 0 | 1,
): SideRuns {
  const { sorted } = samples[side];
  const timeout = sorted.length === 0 ? 0 : timeoutsOf(files[side], duration);
  const all = new Float64Array(sorted.length + timeout).fill(Infinity);
  all.set(sorted);
  return { sorted: all, timeout };
}

export function timeoutsOf({ texts: { status, last_stage: stage } }: ResultFile, duration: Duration): number {
  const fromEdge = DURATIONS.find(({ name }) => name === duration)!.from === "edge";
  const [statuses, stages] = [status.codes(), stage.codes()];
  const [timedOut, nothing] = [status.values.indexOf("timeout"), stage.values.indexOf("none")];
  let count = 0;
  for (let row = 0; row < statuses.length; row++) {
    if (statuses[row] === timedOut && (fromEdge || stages[row] !== nothing)) count++;
  }
  return count;
}

function tailOf<Question, Reason>(
  question: TailQuestion<Question, Reason>,
  runs: Pair<SideRuns>,
  p: number,
  alpha: number,
  marginPercent: number | null,
): TailAnswer<Question, Reason> {
  const needs = runsForUpperBound(p, 1 - alpha);
  const bounds = both(
    runs,
    ({ sorted }) =>
      sorted.length < needs ? null : quantileBounds(sorted, p, boundRanks(sorted.length, p, 1 - alpha)),
  );
  const [a, b] = bounds;
  const known = a !== null && b !== null && Number.isFinite(a.estimate) && Number.isFinite(b.estimate);
  const dependence = dependenceOf(question, runs, needs);
  const compared = known && dependence === null;
  const shift = compared ? moverDifference(a, b) : null;
  const ratio = compared ? moverRatio(a, b) : null;
  const numbers = {
    question: question.name,
    quantile: p,
    needs,
    sides: both([0, 1] as const, (side): TailSide => {
      const found = bounds[side];
      return {
        n: runs[side].sorted.length,
        timeout: runs[side].timeout,
        value_ns: found === null ? null : finite(found.estimate),
        // Bounds take runs as independent.
        ci_ns: endsOf(dependence === null ? found : null),
      };
    }),
    shift_ns: known ? b.estimate - a.estimate : null,
    shift_ci_ns: endsOf(shift),
    ratio: known && a.estimate > 0 ? b.estimate / a.estimate : null,
    ratio_ci: endsOf(ratio),
  };
  const say = (
    verdict: TailAnswer<Question, Reason>["verdict"],
    reasons: TailAnswer<Question, Reason>["reasons"],
    power: number | null = null,
  ) => ({ ...numbers, verdict, reasons, power });
  if (marginPercent === null) return say(null, [{ code: "no_tail_margin" }]);
  if (question.confounded.length > 0) return say("CONFOUNDED", question.confounded);
  if (question.broken.length > 0) return say("NO-DATA", question.broken);
  if (a === null || b === null) {
    return say("NO-DATA", [{
      code: "few_runs_for_bounds",
      n: both(runs, ({ sorted }) => sorted.length),
      needs,
    }]);
  }
  if (dependence !== null) return say("INCONCLUSIVE", [dependence]);
  if (!known) return say("INCONCLUSIVE", [amongTimeouts(bounds, ({ estimate }) => estimate)]);
  if (ratio === null) return say("INCONCLUSIVE", [{ code: "not_positive" }]);
  const margin = marginPercent / 100;
  const power = tailPower(runs[0].sorted, runs[1].sorted, { p, margin, alpha });
  const verdict = verdictOfRatio(ratio, margin);
  if (verdict !== "INCONCLUSIVE") return say(verdict, [], power);
  const crosses: TailReason = { code: "margin_in_interval" };
  const isOpen = a.high === Infinity || b.high === Infinity;
  return say("INCONCLUSIVE", isOpen ? [amongTimeouts(bounds, ({ high }) => high)] : [crosses], power);
}

/**
 * The same quantile under a margin that is not wider than the one under which it was answered.
 *
 * @param marginPercent of A's quantile
 */
export function underMargin<Question, Reason>(
  tail: TailAnswer<Question, Reason>,
  marginPercent: number,
): Pick<TailAnswer<Question, Reason>, "verdict" | "reasons"> {
  const { verdict, reasons, ratio_ci: [low, high] } = tail;
  if (low === null || verdict === "CONFOUNDED" || verdict === "NO-DATA") return { verdict, reasons };
  const narrower = verdictOfRatio({ low, high: high ?? Infinity }, marginPercent / 100);
  if (narrower === verdict) return { verdict, reasons };
  return { verdict: narrower, reasons: narrower === "INCONCLUSIVE" ? [{ code: "margin_in_interval" }] : [] };
}

/**
 * What the interval of the ratio of two quantiles says.
 *
 * @param margin share of A's quantile
 */
export function verdictOfRatio(
  { low, high }: Ends,
  margin: number,
): "EQUIVALENT" | "DIFFERENT" | "INCONCLUSIVE" {
  if (low > 1 - margin && high < 1 + margin) return "EQUIVALENT";
  return low > 1 + margin || high < 1 - margin ? "DIFFERENT" : "INCONCLUSIVE";
}

function dependenceOf<Question, Reason>(
  { isDependent, effectiveRuns, samples }: TailQuestion<Question, Reason>,
  runs: Pair<SideRuns>,
  needs: number,
): TailReason | null {
  if (isDependent) return { code: "runs_depend" };
  for (const side of [0, 1] as const) {
    const n = runs[side].sorted.length;
    const effective_n = n === 0 ? 0 : n * (effectiveRuns[side] / samples[side].sorted.length);
    if (n >= needs && effective_n < needs) {
      return { code: "few_effective_runs_for_bounds", side, n, effective_n, needs };
    }
  }
  return null;
}

function amongTimeouts(
  bounds: Pair<QuantileBounds | null>,
  of: (bounds: QuantileBounds) => number,
): TailReason {
  const sides = ([0, 1] as const).filter((side) => bounds[side] !== null && of(bounds[side]) === Infinity);
  return { code: "among_timeouts", sides };
}

function exceedance<Question, Reason>(
  { name, isDependent, confounded, broken }: TailQuestion<Question, Reason>,
  runs: Pair<SideRuns>,
  deadlineNs: number,
  alpha: number,
): Exceedance<Question, Reason> {
  const sides = both(runs, ({ sorted, timeout }) => {
    const n = sorted.length;
    const late = n - countUpTo(sorted, deadlineNs);
    const interval = n === 0 ? null : wilson(late, n, 1 - alpha);
    return { interval, runs: lateRuns(n, timeout, late, interval, isDependent) };
  });
  const [a, b] = both(sides, ({ interval }) => interval);
  const found = a === null || b === null ? null : newcombe(a, b);
  const dependent: readonly TailReason[] = isDependent ? [{ code: "runs_depend" }] : [];
  return {
    question: name,
    deadline_ns: deadlineNs,
    sides: both(sides, (side) => side.runs),
    difference: found?.difference ?? null,
    difference_ci: found === null || isDependent ? null : [found.low, found.high],
    reasons: [...confounded, ...broken, ...dependent],
  };
}

function lateRuns(
  n: number,
  timeout: number,
  late: number,
  interval: ShareInterval | null,
  isDependent: boolean,
): LateRuns {
  return {
    n,
    timeout,
    late,
    share: interval?.share ?? null,
    share_ci: interval === null || isDependent ? null : [interval.low, interval.high],
  };
}

function endsOf(of: Ends | null): Pair<number | null> {
  return of === null ? [null, null] : [finite(of.low), finite(of.high)];
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
