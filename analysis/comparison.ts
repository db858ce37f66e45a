/**
 * What a comparison of two result files says. These are the field names of `probe compare --format json`: times
 * end in `_ns`, absent is null, never NaN, Infinity or -0. Lists of two are `[A, B]` in the order of `sides`; A is
 * the baseline and every shift is B - A.
 */

import type { Verdict } from "./verdict.ts";

/** The value of A and the value of B. */
export type Pair<T> = readonly [a: T, b: T];

export const QUESTIONS = ["offset", "ttwu_to_tkread", "edge_to_wakeup", "wakeup_to_switch"] as const;
export type QuestionName = (typeof QUESTIONS)[number];

/** A p-value. Below 1e-307 it cannot be told from 0: then it is 1e-307 and `p_capped` says so. */
export interface PValue {
  readonly p: number;
  readonly p_capped: boolean;
}

export interface Side {
  readonly side: "A" | "B";
  readonly file: string;
  readonly env: string;
  readonly host: string;
  readonly kernel: string;
  readonly tier: string;
  readonly started: string;
  readonly rows: number;
  readonly complete: number;
  /** Censored runs: in the file, in no estimate. */
  readonly timeout: number;
  readonly aborted: number;
  /** The file has no end: the run was cut off. */
  readonly cut_off: boolean;
  readonly lost_events: number | null;
  readonly recursion_misses: number | null;
  readonly self_reads: number | null;
  /** Runs with stage times out of order. They are in the estimates. */
  readonly integrity_errors: number;
}

/** Place and spread of one duration on both sides; null when a side has too few values. */
export interface Summary {
  readonly n: Pair<number>;
  readonly median_ns: Pair<number | null>;
  readonly iqr_ns: Pair<number | null>;
  /** Median absolute deviation, not scaled to a standard deviation. */
  readonly mad_ns: Pair<number | null>;
}

/** One question and its answer, over complete runs in which the duration was observed. */
export interface Question extends Summary {
  /** 59 values needed. */
  readonly p95_ns: Pair<number | null>;
  /** 299 values needed. */
  readonly p99_ns: Pair<number | null>;
  readonly margin_ns: number;
  /** Hodges-Lehmann. */
  readonly shift_ns: number | null;
  /** The interval of the shift with confidence 1 - alpha. */
  readonly shift_ci_ns: Pair<number> | null;
  readonly shift_method: string | null;
  readonly cliffs_delta: number | null;
  /** `p_holm` is null for a confounded question: it is not in the family. */
  readonly mann_whitney:
    | PValue & { readonly u: number; readonly p_holm: number | null; readonly method: string }
    | null;
  /** `ci_ns` has confidence 1 - 2 alpha; inside the margin is equivalence. */
  readonly tost: PValue & { readonly ci_ns: Pair<number>; readonly method: string } | null;
  readonly kolmogorov_smirnov: PValue & { readonly d: number; readonly method: string } | null;
  readonly verdict: Verdict;
  /** Why the verdict is what it is, where the numbers alone do not say. */
  readonly reasons: readonly string[];
  /** Runs per side that would settle an INCONCLUSIVE answer, if spread and shift stay as they are. */
  readonly n_to_settle: number | null;
}

export interface SpreadTest extends PValue {
  readonly f: number;
  readonly df1: number;
  readonly df2: number;
}

/**
 * Tests of equal spread between the strata of one key that have at least 4 runs: both sides together, each run
 * relative to the median of its stratum on its side, and by Brown-Forsythe each side alone.
 */
export interface Spread {
  readonly brown_forsythe: SpreadTest | null;
  /** The cross-check: the same question by ranks. */
  readonly fligner_killeen: PValue & { readonly chi_square: number; readonly df: number } | null;
  /** Brown-Forsythe of each side alone. */
  readonly sides: Pair<SpreadTest | null>;
}

/** The runs of both sides that share one value of a key. Durations are ttwu_to_tkread. */
export interface Stratum extends Summary {
  readonly value: string;
  /** Runs of the stratum that timed out or were aborted. */
  readonly censored: Pair<number>;
  readonly shift_ns: number | null;
  readonly shift_ci_ns: Pair<number> | null;
  /** Where the interval lies: B later, B earlier, or around 0. */
  readonly direction: "later" | "earlier" | "unclear" | null;
  /** CONFOUNDED when it cannot be compared, NO-DATA with too few runs, else null. */
  readonly verdict: "CONFOUNDED" | "NO-DATA" | null;
  readonly reason: string | null;
}

/** ttwu_to_tkread by the values of one column. */
export interface Stratification {
  readonly key: string;
  /** An earlier key that splits the runs in the same way, in the same order of groups; null when there is none. */
  readonly same_runs_as: string | null;
  /** Complete runs in a stratum. */
  readonly n: Pair<number>;
  /** Complete runs in which the key was not observed. */
  readonly not_observed: Pair<number>;
  readonly groups: readonly Stratum[];
  readonly spread: Spread;
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
  /** Null when the table has fewer than two rows or columns: nothing to associate. */
  readonly p: number | null;
  /** p is the smallest that the method or a double can give. */
  readonly p_capped: boolean;
  readonly method: string | null;
  /** Why the table is for information only, or null. */
  readonly confounded: string | null;
}

/** A fact that differs between the sides, is no part of the protocol, and may explain a difference. */
export interface ContextDifference {
  readonly field: string;
  readonly values: Pair<string>;
}

export interface Comparison {
  /** That of `offset`. */
  readonly verdict: Verdict;
  readonly alpha: number;
  /** Of `offset`. */
  readonly margin_ns: number;
  readonly margin_source: "runbook" | "option";
  /** Questions whose p-values Holm adjusts together. */
  readonly holm_family: number;
  readonly sides: Pair<Side>;
  readonly offset: Question;
  readonly ttwu_to_tkread: Question;
  readonly edge_to_wakeup: Question;
  readonly wakeup_to_switch: Question;
  readonly strata: readonly Stratification[];
  readonly association: readonly CrossTable[];
  /** Frames of the stack keys named above, innermost first. */
  readonly stacks: Readonly<Record<string, readonly string[]>>;
  readonly context: readonly ContextDifference[];
  readonly warnings: readonly string[];
}
