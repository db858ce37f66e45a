/**
 * What a reader must know before believing a comparison: a code, with its facts. The words are in
 * analysis/print.
 */

import type { FileNote, IntegrityError } from "../result/note.ts";
import type { Between } from "../result/parts.ts";
import type { Pair } from "../sample/summary.ts";
import type { QuestionName, WholeName } from "./questions.ts";
import type { SideIndex } from "./reasons.ts";

/** Values of a column that varies, the most frequent first. */
export type ValueCounts = readonly { readonly value: string; readonly runs: number }[];

export type Warning =
  | { readonly code: "file"; readonly note: FileNote }
  /** Both sides began at the same time of the same boot. */
  | { readonly code: "same_measurement" }
  /** Both sides are one file, byte by byte. */
  | { readonly code: "same_file"; readonly sha256: string }
  | ({ readonly side: SideIndex } & OfSide)
  /** Sides with few complete runs. */
  | { readonly code: "thin"; readonly sides: readonly { side: SideIndex; complete: number }[] }
  /** The edges of both sides are known no more precisely than the margin. */
  | {
    readonly code: "edges";
    readonly question: QuestionName;
    readonly known_to_ns: number;
    readonly margin_ns: number;
  }
  | {
    readonly code: "direction_flips";
    readonly key: string;
    readonly later: readonly string[];
    readonly earlier: readonly string[];
  }
  /** The shift over all runs has another sign than that in every stratum. */
  | { readonly code: "simpson_sign"; readonly key: string; readonly question: QuestionName }
  | {
    readonly code: "simpson";
    readonly key: string;
    readonly question: WholeName;
    readonly whole: "later" | "earlier";
    readonly within: "later" | "earlier";
  }
  /** `wide` is the wider stratum in A and the tighter one on the other side. */
  | { readonly code: "spread_flips"; readonly key: string; readonly wide: string; readonly tight: string }
  /** Columns that vary inside the strata of every key; null for a side where none do. */
  | {
    readonly code: "residue";
    readonly columns: readonly { readonly column: string; readonly values: Pair<ValueCounts | null> }[];
  };

type OfSide =
  /** Of the files that a side pools; p is adjusted for all such tests. */
  | Between
  | {
    readonly code: "censored";
    readonly timeout: number;
    readonly aborted: number;
    readonly rows: number;
  }
  | { readonly code: "runs_missing"; readonly rows: number; readonly declared: number }
  | { readonly code: "lost_events"; readonly events: number }
  /** Program invocations that the kernel skipped. */
  | { readonly code: "recursion_misses"; readonly misses: number }
  | {
    readonly code: "integrity";
    readonly errors: number;
    readonly rows: number;
    readonly first: IntegrityError;
  }
  /** A timer woke it, set for pulses of its host that were foreseen. */
  | { readonly code: "foreseen" }
  | { readonly code: "clocksource_switches"; readonly switches: number }
  | { readonly code: "clock_set"; readonly runs: number; readonly rows: number; readonly largest_ns: number }
  | {
    readonly code: "not_observed";
    readonly question: string;
    readonly missing: number;
    readonly complete: number;
  }
  /** The runs are of several boots, and what is no shift takes them as independent. */
  | { readonly code: "nested"; readonly boots: number }
  /** By the autocorrelation of neighbours or by a change of level; the other is null. */
  | {
    readonly code: "not_exchangeable";
    readonly question: string;
    readonly lag1: number | null;
    readonly after_run: number | null;
  }
  /** More than one mode. */
  | { readonly code: "modes"; readonly question: string };
