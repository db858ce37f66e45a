/**
 * What a comparison of two result files says. The names are the fields of `probe compare --format json`,
 * where reasons and warnings are sentences, and what stands here under the names of questions is a list. Times end in `_ns`; a missing value is null, never NaN, Infinity
 * or -0. Lists of two are in the order of `sides`: the first side is the baseline A, every shift is the
 * second side minus A, and every ratio the second side divided by A.
 */

import type { DictionaryColumn } from "../result/column_store.ts";
import type { ResultFile } from "../result/file.ts";
import type { KeyName } from "../sample/key_columns.ts";
import type { Ratio } from "../sample/ratio.ts";
import type { Mechanisms } from "../mechanisms/key_answer.ts";
import type { PartShifts } from "../parts/shifts.ts";
import type { SeriesCheck } from "../sample/series.ts";
import type { BootSpread } from "../sample/boots.ts";
import type { Pair, PValue, Summary } from "../sample/summary.ts";
import type { Tails } from "../tails/tail.ts";
import type { ModeShares } from "../stats/mode_shares.ts";
import { type QuestionName, QUESTIONS, type WholeName } from "./questions.ts";
import type {
  Confounding,
  LeaveOutReason,
  SideIndex,
  SpreadReason,
  StratumReason,
  VerdictReason,
} from "./reasons.ts";
import type { Verdict } from "./verdict.ts";
import type { Warning } from "./warning.ts";

/** A column of a file as values, row by row; by default one of the texts that the file keeps. */
export type ColumnOf = (file: ResultFile, name: KeyName) => DictionaryColumn;

/**
 * A p-value of an exploratory test; `p_bh` is its value after Benjamini and Hochberg's adjustment of all of
 * them.
 */
export interface ExploratoryP extends PValue {
  readonly p_bh: number;
}

export interface Side {
  /** A is the baseline; B, C and so on are compared with it. */
  readonly side: string;
  readonly file: string;
  /** The files that it pools, with what is added to the numbers of their runs; absent for a single file. */
  readonly pooled?: readonly { readonly file: string; readonly rows: number; readonly run_offset: number }[];
  readonly env: string;
  readonly host: string;
  readonly kernel: string;
  readonly tier: string;
  readonly started: string;
  /** Name of the runbook's file; null: the defaults, or options alone. */
  readonly runbook_file: string | null;
  readonly rows: number;
  readonly complete: number;
  /** Censored runs: in the file, but in no estimate. */
  readonly timeout: number;
  readonly aborted: number;
  /** The file has no end line: the run was cut off. */
  readonly cut_off: boolean;
  readonly lost_events: number | null;
  readonly recursion_misses: number | null;
  readonly self_reads: number | null;
  /** Runs with stage times out of order, including negative deltas. They stay in the estimates. */
  readonly integrity_errors: number;
  /** How many boots of its VM the runs are of; null: nobody counted them. */
  readonly boots: number | null;
}

/** Where the interval of the shift lies: the other side later than A, earlier, or around 0. */
export type Direction = "later" | "earlier" | "unclear";

/** Where the interval of the ratio of the spreads lies: the other side wider than A, tighter, or around 1. */
export type SpreadDirection = "wider" | "tighter" | "unclear";

export interface SpreadTest extends PValue {
  readonly f: number;
  readonly df1: number;
  readonly df2: number;
}

/**
 * Tests of equal spread of some samples. `test` decides: only it keeps its level on small, skewed samples.
 */
export interface SpreadTests {
  /** Brown-Forsythe's test, zeros removed from 6 values a group on. */
  readonly test: ExploratoryP & { readonly method: string } | null;
  readonly brown_forsythe: SpreadTest | null;
  /** The cross-check: the same question by ranks. */
  readonly fligner_killeen: PValue & { readonly chi_square: number; readonly df: number } | null;
}

/** The spread of the other side compared with that of A. */
export interface SideSpread extends SpreadTests {
  /** With confidence 1 - alpha. */
  readonly mad_ratio: Ratio | null;
  readonly direction: SpreadDirection | null;
}

/** What a question or a stratum says about both sides, besides the shift. */
export interface Contrast extends Summary {
  /** Hodges-Lehmann. */
  readonly shift_ns: number | null;
  /** The interval of the shift with confidence 1 - alpha. */
  readonly shift_ci_ns: Pair<number> | null;
  readonly shift_method: string | null;
  readonly direction: Direction | null;
  readonly cliffs_delta: number | null;
  readonly spread: SideSpread;
  readonly kolmogorov_smirnov: ExploratoryP & { readonly d: number; readonly method: string } | null;
  readonly anderson_darling:
    | ExploratoryP & { readonly a2: number; readonly t: number; readonly method: string }
    | null;
}

/** How many runs, left out of both sides together, change the verdict. */
export interface LeaveOut {
  /** Smallest number found that flips the verdict; null when none up to `searched` does. */
  readonly runs: number | null;
  /** The verdict it then becomes. */
  readonly verdict: Verdict | null;
  /** How many were left out of A and of the other side. */
  readonly left_out: Pair<number> | null;
  /** Numbers up to this one were tried; 0: none were, see `reason`. */
  readonly searched: number;
  readonly reason: LeaveOutReason | null;
}

/**
 * Does the order of the runs say something about them? The smallest p of the checks of both sides, adjusted; below 0.05
 * the runs are not exchangeable.
 */
export interface OrderTest extends PValue {
  /** Where it was found. */
  readonly side: SideIndex;
  readonly found: "lag1" | "change_point";
  readonly method: string;
}

/** Inside the strata of a key the shift lies within the margin: their mix makes the difference of the whole. */
export interface Mix {
  readonly key: string;
  /** Stratified Hodges-Lehmann, and its interval with confidence 1 - alpha. */
  readonly shift_ns: number;
  readonly shift_ci_ns: Pair<number>;
}

/** The answer to a question, over complete runs in which its duration was observed. */
export interface Answer extends Contrast {
  /** Null: a share of A's median, and A has none above 0. */
  readonly margin_ns: number | null;
  /** The margin as a percentage of A's median; null: it is a duration. */
  readonly margin_percent: number | null;
  /** The margin in medians of A; null where that is not above 0. */
  readonly margin_to_median: number | null;
  /** `option`: not declared before the runs; `default`: neither, so of an asked question. */
  readonly margin_source: "runbook" | "option" | "default";
  /** The shift and its interval in percent of A's median; null where that is not above 0. */
  readonly shift_percent: number | null;
  readonly shift_ci_percent: Pair<number> | null;
  /** `p_holm` is null for a question that is not in the family: confounded, or a side's integrity failed. */
  readonly brunner_munzel:
    | PValue & { readonly u: number; readonly p_holm: number | null; readonly method: string }
    | null;
  /** `ci_ns` has confidence 1 - 2 alpha; equivalence means that it lies inside the margin. */
  readonly tost: PValue & { readonly ci_ns: Pair<number>; readonly method: string } | null;
  readonly series: Pair<SeriesCheck>;
  /** Null: neither side varies, or both have too few runs. */
  readonly order: OrderTest | null;
  /** Runs per block of the block bootstrap that made intervals and p-values; null when runs are exchangeable. */
  readonly block_lengths: Pair<number> | null;
  /** Null for a side that is not of several boots; else intervals and p-values of the shift are about boots. */
  readonly boots: Pair<BootSpread | null>;
  readonly verdict: Verdict;
  /** Why the verdict is what it is, when the numbers alone do not say. */
  readonly reasons: readonly VerdictReason[];
  /** Runs per side that would settle an INCONCLUSIVE answer at a power of 0.8, if spread and shift stay. */
  readonly n_to_settle: number | null;
  readonly leave_out: LeaveOut | null;
  /** Null: the question is not DIFFERENT, or the strata of no key explain it. */
  readonly mix: Mix | null;
  /** Null: neither side has more than one mode, or its runs are too few or depend on each other. */
  readonly modes: ModeShares | null;
}

/**
 * Spread between the strata of one key that have at least 4 runs: both sides together, each run relative to the
 * median of its stratum on its side, and each side alone.
 */
export interface StrataSpread extends SpreadTests {
  /** Brown-Forsythe of each side alone. */
  readonly sides: Pair<SpreadTest | null>;
  /** The deciding test for each side alone. */
  readonly side_tests: Pair<SpreadTests["test"]>;
  /**
   * DIFFERENT when p_bh of `test`, or of both `side_tests`, is below alpha. The protocol declares no margin
   * for spread, so it is never EQUIVALENT.
   */
  readonly verdict: "DIFFERENT" | "INCONCLUSIVE" | "NO-DATA";
  /** Why the verdict differs from that of `test`; null when it does not. */
  readonly reason: SpreadReason | null;
}

/** The runs of both sides that share one value of a key. Durations are those of the question OF_STRATA. */
export interface Stratum extends Contrast {
  /** The values of the key's columns, joined by a comma and a blank. */
  readonly value: string;
  readonly values: readonly string[];
  /** Runs of the stratum that timed out or were aborted. */
  readonly censored: Pair<number>;
  readonly timeout: Pair<number>;
  readonly aborted: Pair<number>;
  readonly brunner_munzel: ExploratoryP & { readonly u: number; readonly method: string } | null;
  /** MAD over that of the first stratum on the same side, with confidence 1 - alpha; null in the first stratum. */
  readonly mad_ratio_to_first: Pair<Ratio | null>;
  /**
   * CONFOUNDED when it cannot be compared, NO-DATA with too few runs, otherwise null: strata are only
   * explored.
   */
  readonly verdict: "CONFOUNDED" | "NO-DATA" | null;
  readonly reason: StratumReason | null;
}

/** A shift that all strata which both sides have share, whatever the mix of strata. */
export interface Stratified {
  readonly question: WholeName;
  /** Strata with at least 4 runs on each side, and their runs. */
  readonly strata: number;
  readonly n: Pair<number>;
  /** Stratified Hodges-Lehmann. */
  readonly shift_ns: number;
  readonly shift_ci_ns: Pair<number>;
  readonly shift_method: string;
  readonly direction: Direction;
  readonly van_elteren: ExploratoryP & { readonly t: number | null; readonly method: string };
}

/** The question OF_STRATA by the values of one or more columns. */
export interface Stratification {
  /** The columns, joined by commas. */
  readonly key: string;
  readonly columns: readonly string[];
  /**
   * An earlier key that splits the runs in the same way, with the groups in the same order; null without such
   * a key.
   */
  readonly same_runs_as: string | null;
  /** Complete runs that belong to a stratum. */
  readonly n: Pair<number>;
  /** Complete runs in which the key was not observed. */
  readonly not_observed: Pair<number>;
  readonly groups: readonly Stratum[];
  readonly spread: StrataSpread;
  readonly stratified: readonly Stratified[];
}

/** Two columns against each other, over all runs of both sides in which both were observed. */
export interface CrossTable {
  readonly rows: string;
  /** A column, or `side`. */
  readonly columns: string;
  readonly row_values: readonly string[];
  readonly column_values: readonly string[];
  readonly counts: readonly (readonly number[])[];
  readonly n: number;
  /** Bias-corrected; null when undefined. */
  readonly cramers_v: number | null;
  /** With confidence 1 - alpha; null when undefined or when the table has too many cells. */
  readonly cramers_v_ci: Pair<number> | null;
  /** null when the table has fewer than two rows or columns: nothing can be associated. */
  readonly p: number | null;
  /** p is the smallest that the method, or a double, can give. */
  readonly p_capped: boolean;
  readonly p_bh: number | null;
  readonly method: string | null;
  /** Likelihood ratio; null when an expected count is below 5. */
  readonly g_test: PValue & { readonly g: number; readonly df: number } | null;
  /** The same association within strata. */
  readonly mantel_haenszel: WithinStrata | null;
  /** Why the table is for information only, or null. */
  readonly confounded: Confounding | null;
}

/** Cochran, Mantel and Haenszel's test across the values of a column or across the sides. */
export interface WithinStrata extends ExploratoryP {
  readonly across: string;
  readonly strata: number;
  readonly chi_square: number;
  readonly df: number;
  /** Shared by all strata; 2 x 2 tables only. */
  readonly odds_ratio: number | null;
  readonly method: string;
  /** Whether one odds ratio can hold for all strata; 2 x 2 tables only. */
  readonly breslow_day: PValue & { readonly chi_square: number; readonly df: number } | null;
}

/** A fact that differs between the sides, is not part of the protocol, and may explain a difference. */
export interface ContextDifference {
  readonly field: string;
  readonly values: Pair<string>;
}

/** Looks at growing data that were planned before the first run, each of which could end the measurement. */
export interface Looks {
  /** Of the file that had more. */
  readonly planned: number;
  /** What all looks together may err; the comparison's alpha is what each of them may. */
  readonly alpha: number;
}

/** A question besides those of every runbook. */
export interface AskedAnswer {
  /** In the table of analysis/asked. */
  readonly name: string;
  readonly title: string;
  readonly answer: Answer;
}

/** The answer to each question, under the question's name. */
export interface Comparison extends Readonly<Record<QuestionName, Answer>> {
  /** Verdict of the question LEAD. */
  readonly verdict: Verdict;
  /** Of each test and interval. */
  readonly alpha: number;
  /** Absent when no looks were planned. */
  readonly looks?: Looks;
  /** How many p-values of questions Holm adjusts together, over all files compared with the baseline. */
  readonly holm_family: number;
  /** How many exploratory p-values Benjamini and Hochberg adjust together, also over all files. */
  readonly bh_family: number;
  readonly sides: Pair<Side>;
  /** What the baseline's runbook asks besides QUESTIONS; they are in the same family as these. */
  readonly besides: readonly AskedAnswer[];
  /** What no runbook declared: exploratory, in a family of its own. */
  readonly asked: readonly AskedAnswer[];
  /** How many p-values of asked questions Holm adjusts together, over all files. */
  readonly asked_family: number;
  /** Key by key: one mechanism or two. */
  readonly mechanisms: Mechanisms<WholeName, StratumReason>;
  /** P95 and P99, and the deadline. */
  readonly tails: Tails<WholeName, VerdictReason>;
  /** What the shift went into. */
  readonly parts: PartShifts;
  readonly strata: readonly Stratification[];
  readonly association: readonly CrossTable[];
  /** Frames of the stack keys named above, innermost first. */
  readonly stacks: Readonly<Record<string, readonly string[]>>;
  readonly context: readonly ContextDifference[];
  /** The most serious first. */
  readonly warnings: readonly Warning[];
}

/** A question of a comparison with its answer. */
export interface Answered extends AskedAnswer {
  /** Besides those that a runbook declares. */
  readonly isAsked: boolean;
}

/** The declared questions: those of every runbook in the order of their table, then the further ones. */
export function declaredAnswers(comparison: Comparison): AskedAnswer[] {
  return [
    ...QUESTIONS.map(({ name, title }) => ({ name, title, answer: comparison[name] })),
    ...comparison.besides,
  ];
}

/** The same, then what was asked without a runbook. */
export function answersOf(comparison: Comparison): Answered[] {
  return [
    ...declaredAnswers(comparison).map((one) => ({ ...one, isAsked: false })),
    ...comparison.asked.map((one) => ({ ...one, isAsked: true })),
  ];
}
