/**
 * What is said of a key: are the two groups of runs that it makes one mechanism or two? These are the field names of
 * `probe compare --format json`, in which reasons are sentences and the questions a list. Lists of two are in the order of the sides, or of the
 * groups where that is said; every ratio is that of MADs, the second group over the first.
 */

import type { Pair, PValue } from "../sample/summary.ts";
import type { Ratio } from "../sample/ratio.ts";
import type { Share } from "./sources.ts";

/** The one vocabulary of answers about keys (docs/verdicts.md). */
export type MechanismVerdict = "TWO" | "ONE" | "INCONCLUSIVE" | "CONFOUNDED";

/** Why a key's verdict is what it is. */
export type MechanismReason =
  /** A group has no complete run on this side. */
  | { readonly code: "group_missing"; readonly group: string; readonly side: 0 | 1 }
  /** A group of this side has too few runs for an interval. */
  | { readonly code: "group_small"; readonly group: string; readonly side: 0 | 1; readonly needs: number }
  /** More than half of a group's runs are equal: its MAD is 0. */
  | { readonly code: "group_without_spread"; readonly group: string; readonly side: 0 | 1 }
  /** The interval of these sides' ratios holds a limit, or lies beyond it without a significant p. */
  | { readonly code: "ratio_open"; readonly sides: readonly (0 | 1)[] }
  /** The groups of this side spread alike, but their places are not within the margin of each other. */
  | { readonly code: "places_differ"; readonly side: 0 | 1 }
  /** The group that is the wider one in A is the tighter one on the other side. */
  | { readonly code: "sides_opposite" }
  /** Two on this side, and not on the other: the ratio of the sides' ratios is beyond the limit. */
  | { readonly code: "sides_disagree"; readonly two: 0 | 1 }
  /** Among runs that share a value of the other keys nothing shows that this one makes a difference. */
  | { readonly code: "not_told_from"; readonly keys: readonly string[] };

/** The two groups of one side. */
export interface MechanismSide {
  /** Runs of the groups. */
  readonly n: Pair<number>;
  readonly mad_ns: Pair<number | null>;
  /** With confidence 1 - 2 alpha; null with too few runs or a MAD of 0. */
  readonly ratio: Ratio | null;
  /** Of the ratio lying within the limits, from the side on which it lies; `p_holm` in the family of the keys. */
  readonly beyond: PValue & { readonly p_holm: number } | null;
  /** Hodges-Lehmann, the second group less the first, with its interval of confidence 1 - 2 alpha. */
  readonly shift_ns: number | null;
  readonly shift_ci_ns: Pair<number> | null;
  /** Each group's part of the variance of all runs of the side: by its spread and by its place. */
  readonly shares: Pair<Share> | null;
  readonly verdict: Exclude<MechanismVerdict, "CONFOUNDED">;
}

/** The cross-check: side by group in the analysis of variance of |x - median|. It decides nothing. */
export type TwoWay = PValue & { readonly f: number; readonly df1: number; readonly df2: number };

/** @typeParam Other further reasons */
export interface MechanismAnswer<Other = never> {
  readonly verdict: MechanismVerdict;
  readonly reasons: readonly (MechanismReason | Other)[];
  /** The group that is the wider one on both sides; null unless both sides say TWO of the same. */
  readonly wider: string | null;
  readonly sides: Pair<MechanismSide>;
  /** The other side's ratio over that of A, with confidence 1 - 2 alpha. */
  readonly interaction:
    | { readonly ratio: Ratio; readonly beyond: PValue & { readonly p_holm: number } }
    | null;
  readonly two_way: TwoWay | null;
}
