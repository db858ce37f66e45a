/**
 * What a comparison says about the slowest runs. The names are the fields of `probe compare --format json`,
 * under `tails`, where reasons are sentences. Times in ns; null: not known, or no bound exists.
 */

import type { Pair } from "../sample/summary.ts";

/** Those of compare's verdicts that a tail can have. */
export type TailVerdict = "EQUIVALENT" | "DIFFERENT" | "INCONCLUSIVE" | "NO-DATA" | "CONFOUNDED";

/** Why a verdict is what it is; the words are in analysis/print. */
export type TailReason =
  /** The runbook of A declares no margin of the tails. */
  | { readonly code: "no_tail_margin" }
  /** A side has fewer runs than a bound of the quantile needs. */
  | { readonly code: "few_runs_for_bounds"; readonly n: Pair<number>; readonly needs: number }
  /** The order of the runs matters, or their boot, and the bounds take runs as independent. */
  | { readonly code: "runs_depend" }
  /** Neighbouring runs of a side are so alike that they count as fewer than a bound needs. */
  | {
    readonly code: "few_effective_runs_for_bounds";
    readonly side: 0 | 1;
    readonly n: number;
    readonly effective_n: number;
    readonly needs: number;
  }
  /** A quantile, or its upper bound, lies among the runs that timed out. */
  | { readonly code: "among_timeouts"; readonly sides: readonly (0 | 1)[] }
  /** A bound is not above 0, so no ratio exists. */
  | { readonly code: "not_positive" }
  /** The interval of the ratio crosses or touches an end of the margin. */
  | { readonly code: "margin_in_interval" };

/** One quantile of one side. */
export interface TailSide {
  /** Complete runs in which the duration was observed, and those that timed out. */
  readonly n: number;
  /** Of them, runs that timed out: they count as slower than all others. */
  readonly timeout: number;
  /** Null also where the quantile lies among the runs that timed out. */
  readonly value_ns: number | null;
  /** One-sided bounds, each at 1 - alpha. */
  readonly ci_ns: Pair<number | null>;
}

/** One quantile of one question: is it the same on both sides? */
export interface TailAnswer<Question, Reason> {
  readonly question: Question;
  /** 0.95 or 0.99. */
  readonly quantile: number;
  /** Runs a side that a bound of this quantile needs. */
  readonly needs: number;
  readonly sides: Pair<TailSide>;
  /** The other side minus A, and its interval of confidence 1 - 2 alpha. */
  readonly shift_ns: number | null;
  readonly shift_ci_ns: Pair<number | null>;
  /** The other side divided by A, and its interval of confidence 1 - 2 alpha, which decides. */
  readonly ratio: number | null;
  readonly ratio_ci: Pair<number | null>;
  /** Null without a margin. */
  readonly verdict: TailVerdict | null;
  readonly reasons: readonly (TailReason | Reason)[];
  /** Probability of EQUIVALENT with so many runs, if both quantiles are the same; null where it is refused. */
  readonly power: number | null;
}

/** Runs of one side that were later than the deadline. */
export interface LateRuns {
  readonly n: number;
  /** Of them, runs that timed out: they count as late. */
  readonly timeout: number;
  readonly late: number;
  /** Null without runs. */
  readonly share: number | null;
  /** Wilson's, with confidence 1 - alpha. */
  readonly share_ci: Pair<number> | null;
}

/** How many runs missed the deadline of the runbook. */
export interface Exceedance<Question, Reason> {
  readonly question: Question;
  readonly deadline_ns: number;
  readonly sides: Pair<LateRuns>;
  /** Share of the other side minus that of A. */
  readonly difference: number | null;
  /** Newcombe's, with confidence 1 - alpha; null where runs depend on each other. */
  readonly difference_ci: Pair<number> | null;
  /** Why there is no interval, or why to read the numbers with care. */
  readonly reasons: readonly (TailReason | Reason)[];
}

export interface Tails<Question, Reason> {
  /** In percent of A's quantile; null: the runbook declares none. */
  readonly margin_percent: number | null;
  readonly quantiles: readonly TailAnswer<Question, Reason>[];
  /** Null: the runbook declares no deadline. */
  readonly exceedance: Exceedance<Question, Reason> | null;
}
