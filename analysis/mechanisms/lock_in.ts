/**
 * What is said of a key: does one of its values lock in, so that the runs that have it lie near each other? These are the
 * field names of `probe compare --format json`, in which reasons are sentences. Lists of two are in the order of the sides.
 */

import type { Ratio } from "../sample/ratio.ts";
import type { Pair, PValue } from "../sample/summary.ts";
import type { MechanismReason } from "./mechanism.ts";
import type { Share } from "./sources.ts";

/** The one vocabulary of answers about what locks in (docs/verdicts.md). */
export type LockInVerdict = "LOCKS-IN" | "DOES-NOT" | "INCONCLUSIVE" | "CONFOUNDED";

/** Why the verdict is what it is. */
export type LockInReason =
  | Extract<MechanismReason, { readonly code: "group_missing" | "not_told_from" }>
  /** No value has enough runs, with enough others, on both sides. */
  | { readonly code: "values_small"; readonly needs: number }
  /** The intervals of these values' ratios hold the declared share, or lie below it without a significant p. */
  | { readonly code: "values_open"; readonly values: readonly string[] }
  /** The value locks in on this side, and does not on the other. */
  | { readonly code: "value_on_one_side"; readonly value: string; readonly side: 0 | 1 };

/** Where the runs with a value lie, against the others: within the margin, beyond it, or neither is shown. */
export type Place = "same" | "other" | "open";

/** The runs of one side with one value. */
export interface LockInSide {
  readonly n: number;
  /** Runs with another value. */
  readonly others_n: number;
  readonly mad_ns: number;
  /** How far two of the runs lie apart over how far one of them lies from one with another value. */
  readonly ratio: Ratio;
  /** Of "the ratio is not below the declared share"; `p_holm` in the family of all values of all keys. */
  readonly below: PValue & { readonly p_holm: number };
  /** Hodges-Lehmann, the value's runs less the others, with its interval of confidence 1 - 2 alpha. */
  readonly shift_ns: number | null;
  readonly shift_ci_ns: Pair<number> | null;
  readonly verdict: Exclude<LockInVerdict, "CONFOUNDED">;
}

export interface LockInValue {
  readonly value: string;
  readonly verdict: LockInVerdict;
  /** The larger p of both sides, adjusted in the family of all values of all keys. */
  readonly p_holm: number;
  readonly place: Place;
  readonly sides: Pair<LockInSide>;
}

/** @typeParam Other further reasons */
export interface LockInAnswer<Other = never> {
  readonly verdict: LockInVerdict;
  readonly reasons: readonly (LockInReason | Other)[];
  /** Values with enough runs on both sides, the most frequent first. */
  readonly values: readonly LockInValue[];
  /** Other values of the key, and their runs on both sides: they are only among the others of each value. */
  readonly left_out_values: number;
  readonly left_out_runs: number;
  /** The part of each side's variance that lies between the values. */
  readonly between: Pair<Share | null>;
  /** How often chance puts as much between them, within the sides. It decides nothing. */
  readonly between_test: PValue & { readonly method: string } | null;
}
