/** What a check of `probe doctor` is, what it may look at and what it can answer. */

import { type Tier, TIERS } from "../../analysis/result/meta.ts";
import type { Machine, ReadText } from "../machine/machine.ts";
import type { Kallsyms } from "../probes/kallsyms.ts";
import type { HookState, Reason } from "../probes/reasons.ts";
import type { ReadLink } from "../machine/namespaces.ts";

/** A check is answered with certainty or not at all; a "no" says what it prevents and what to do about it. */
export type CheckAnswer =
  | { readonly outcome: "yes"; readonly found: string }
  | { readonly outcome: "no"; readonly found: string; readonly prevents: string; readonly remedy: string }
  /** `found` says why. */
  | { readonly outcome: "could not tell"; readonly found: string };

export const yes = (found: string): CheckAnswer => ({ outcome: "yes", found });
export const no = (found: string, prevents: string, remedy: string): CheckAnswer => ({
  outcome: "no",
  found,
  prevents,
  remedy,
});
export const couldNotTell = (found: string): CheckAnswer => ({ outcome: "could not tell", found });
export const NO_SYS = couldNotTell("/sys is not mounted");

/** In the order in which they are shown. */
export const TOPICS = [
  "privileges",
  "namespaces",
  "attributes",
  "kernel",
  "symbols",
  "clock",
  "cpu",
  "devices",
] as const;
export type Topic = (typeof TOPICS)[number];

/** One question whose "yes" is what a measurement wants. */
export interface Check {
  /** Stable name, unique among all checks. */
  readonly id: string;
  readonly topic: Topic;
  readonly asks: string;
  answer(examined: Examined): CheckAnswer;
}

/** Something worth knowing that is neither good nor bad; null: could not be read. */
export interface Fact {
  readonly id: string;
  readonly topic: Topic;
  readonly value: string | null;
}

/** What became of one tier when its hooks were attached, and detached again. */
export interface TierFinding {
  readonly tier: Tier;
  readonly answer: CheckAnswer;
  /** Every hook of the program at this tier; empty when the tier is not available. */
  readonly hooks: readonly HookState[];
}

/** What a measurement without --require comes to; `refused` is null when it was not tried. */
export type Unrequired = { readonly tier: Tier } | { readonly refused: Reason | null };

export interface Attachments {
  /** One for each tier, best first. */
  readonly tiers: readonly TierFinding[];
  readonly unrequired: Unrequired;
  /** Whether the kernel counts the invocations of the attached programs that it skipped; null: none was attached. */
  readonly countsMisses: boolean | null;
}

/** How many of a few clock_gettime calls of a user's program entered the kernel. */
export type ClockReads =
  | { readonly reads: number; readonly entered: number }
  /** Not counted: a positive errno. */
  | { readonly errno: number };

/** The machine as the checks see it; a test gives its own. */
export interface Examined {
  readonly read: ReadText;
  readonly readLink: ReadLink;
  exists(path: string): boolean;
  /** Of this process, as it knows itself. */
  readonly pid: number;
  readonly machine: Machine;
  readonly attachments: Attachments;
  readonly clockReads: ClockReads;
  /** Whether the kernel's BTF has the per-CPU variable runqueues; null: it has no BTF. */
  readonly runqueuesInBtf: boolean | null;
  /** null when it cannot be read. */
  readonly kallsyms: Kallsyms | null;
}

/** The best tier that was attached; null when none was. */
export function bestTier({ tiers }: Attachments): TierFinding | null {
  return tiers.find(({ answer }) => answer.outcome === "yes") ?? null;
}

/** What was found about that tier. */
export function tierFinding({ tiers }: Attachments, tier: Tier): TierFinding {
  const finding = tiers.find((candidate) => candidate.tier === tier);
  if (finding === undefined) {
    throw new RangeError(`The tiers must be ${TIERS.join(", ")}; ${tier} is missing`);
  }
  return finding;
}
