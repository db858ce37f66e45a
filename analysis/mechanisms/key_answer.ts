/** All that is said of the keys of two files. These are field names of `probe compare --format json`. */

import type { SideMixture } from "./clusters.ts";
import type { Key } from "./keys.ts";
import type { LockInAnswer } from "./lock_in.ts";
import type { MechanismAnswer } from "./mechanism.ts";
import type { SpreadSources } from "./sources.ts";
import type { Pair } from "../sample/summary.ts";

/** Both answers to a question: one mechanism or two, and whether a value locks in. */
export type QuestionAnswer<Other> = MechanismAnswer<Other> & { readonly lock_in: LockInAnswer<Other> };

/** A split of the runs with its answers. */
export interface SplitFacts {
  /** All that deal the runs alike; the first one names the groups in the answers. */
  readonly keys: readonly [Key, ...Key[]];
  /** Keys that are different facts but deal the runs alike; none when there are fewer than two. */
  readonly aliases: readonly string[];
  /** Keys that coincide with the first one, which is taken to be behind them: what locks in is not theirs. */
  readonly mirrors: readonly string[];
  /** Values of the first key with fewer runs, and those runs of both sides: in neither group. */
  readonly other_values: number;
  readonly other_runs: number;
}

/** A key's groups of runs: one mechanism or two, and does one lock in? Both answers to each question stand under its name. */
export type KeyAnswer<Name extends string, Other> =
  & SplitFacts
  & Readonly<Record<Name, QuestionAnswer<Other>>>;

/** The keys' verdicts, in a family of their own: their p-values are not in that of the questions nor explored. */
export interface Mechanisms<Name extends string, Other> {
  /** Ratio of spreads up to which two groups count as one mechanism: the runbook's, or 2 where it declares none. */
  readonly spread_ratio: number;
  /** How near the runs with a value must lie for it to lock in: the runbook's, or 0.5 where it declares none. */
  readonly locks_in_share: number;
  readonly keys: readonly KeyAnswer<Name, Other>[];
  /** Where the variance of each question's duration comes from, on each side. */
  readonly sources: Readonly<Record<Name, Pair<SpreadSources | null>>>;
  /** What each side's ttwu_to_tkread is made of, by its values alone. Explored: no verdict rests on it. */
  readonly mixtures: Pair<SideMixture | null>;
  /** Keys with one value in all complete runs: they split nothing. */
  readonly constant: readonly string[];
}
