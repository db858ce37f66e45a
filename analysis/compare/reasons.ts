/** Why an answer is what it is: a code, with its facts. The words for them are in analysis/print. */

import type { Meta, Stage } from "../result/meta.ts";
import type { QuestionName } from "./questions.ts";
import type { Pair, PValue } from "../sample/summary.ts";

/** The side of a fact, as an index into `sides`. */
export type SideIndex = 0 | 1;

/** Two files were not measured in the same way. */
export type Confounding =
  /** A field of the declared protocol differs; null when a side does not have it. */
  | {
    readonly code: "runbook";
    readonly field: string;
    readonly values: Pair<Meta["runbook"][string] | null>;
    readonly is_hash_same: boolean;
  }
  /** The protocol's hash differs, but no known field does. */
  | { readonly code: "runbook_hash" }
  /** The hooks of a stage that only this side has; null: it has none at all. */
  | { readonly code: "hooks"; readonly stage: Stage; readonly only: Pair<readonly string[] | null> }
  /** Wake flags were decoded by different tables. */
  | { readonly code: "decode"; readonly values: Pair<string> };

/** Why a verdict is what it is. */
export type VerdictReason =
  | Confounding
  /** Too many runs of a side contradict themselves. */
  | { readonly code: "integrity"; readonly side: SideIndex; readonly errors: number; readonly rows: number }
  /** Too few runs a side for a test, or for an interval. */
  | {
    readonly code: "few_runs";
    readonly n: Pair<number>;
    readonly lacks: "test" | "interval";
    readonly needs: number;
  }
  /** Neighbouring runs of a side are so alike that they count as fewer than an interval needs. */
  | {
    readonly code: "few_effective_runs";
    readonly side: SideIndex;
    readonly n: number;
    readonly effective_n: number;
    readonly needs: number;
  }
  /** The runs of a side are of so few boots that it is not known how much boots differ. */
  | { readonly code: "few_boots"; readonly side: SideIndex; readonly boots: number; readonly needs: number }
  /** Boots lie so far apart that they set no bound on the shift. */
  | { readonly code: "boots_apart" }
  /** More boots would settle it, and not more runs of each. */
  | { readonly code: "more_boots" }
  /** Neighbouring runs are so alike that they set no bound on the shift. */
  | { readonly code: "runs_alike" }
  /** The interval lies outside the margin, but the adjusted p is not below alpha. */
  | { readonly code: "not_significant" }
  /** The interval ends on the margin, or reaches beyond it. */
  | {
    readonly code: "interval_touches_margin" | "interval_crosses_margin";
    readonly margin_ns: number;
    /** The adjusted p of "no shift", where it is below alpha. */
    readonly significant: PValue | null;
  }
  /** The margin is a share of A's median, which is not above 0. */
  | { readonly code: "no_margin"; readonly percent: number; readonly median_ns: number }
  /** The shift lies so near the margin that no number of runs can be named. */
  | { readonly code: "near_margin" };

/** Why a stratum cannot be compared. */
export type StratumReason =
  | { readonly code: "no_complete_run" }
  | { readonly code: "no_complete_run_in"; readonly side: SideIndex }
  | { readonly code: "few_complete_runs"; readonly needs: number }
  /** The question to which the strata belong is CONFOUNDED. */
  | { readonly code: "question_confounded"; readonly question: QuestionName }
  | Extract<Confounding, { readonly code: "decode" }>;

/** Each side's strata differ in spread, but both sides together hide it. */
export interface SpreadReason {
  readonly code: "each_side_alone";
}

/** Why no runs were left out. */
export type LeaveOutReason =
  /** A single run cannot be left out of a block. */
  | { readonly code: "not_exchangeable" }
  /** Nor out of a boot. */
  | { readonly code: "nested" }
  | { readonly code: "many_runs"; readonly most: number };
