/** What a check of `probe doctor` is, what it may look at, and which answers it can give. */

import type { Failure } from "../../analysis/failure.ts";
import { type Meta, type Tier, TIERS } from "../../analysis/result/meta.ts";
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

/** One question whose "yes" is good for a measurement. */
export interface Check {
  /** Stable name, unique among all checks. */
  readonly id: string;
  readonly topic: Topic;
  readonly asks: string;
  answer(examined: Examined): CheckAnswer;
}

/** Something worth knowing that is neither good nor bad; null: it could not be read. */
export interface Fact {
  readonly id: string;
  readonly topic: Topic;
  readonly value: string | null;
}

/** What happened when the hooks of one tier were attached and detached again. */
export interface TierFinding {
  readonly tier: Tier;
  readonly answer: CheckAnswer;
  /** Every hook of the program at this tier; empty when the tier is not available. */
  readonly hooks: readonly HookState[];
}

/** The result of a measurement without --require; `refused` is null when it was not tried. */
export type Unrequired = { readonly tier: Tier } | { readonly refused: Reason | null };

export interface Attachments {
  /** One for each tier, best first. */
  readonly tiers: readonly TierFinding[];
  readonly unrequired: Unrequired;
  /**
   * Whether the kernel counts skipped invocations of the attached programs; null: no program was attached.
   */
  readonly countsMisses: boolean | null;
}

/** How many of a few clock_gettime calls of a user program entered the kernel. */
export type ClockReads =
  | { readonly reads: number; readonly entered: number }
  /** They could not be counted: a positive errno. */
  | { readonly errno: number };

/** The machine as the checks see it; tests supply their own. */
export interface Examined {
  readonly read: ReadText;
  readonly readLink: ReadLink;
  exists(path: string): boolean;
  /** This process's pid, as the process itself sees it. */
  readonly pid: number;
  readonly machine: Machine;
  readonly attachments: Attachments;
  readonly clockReads: ClockReads;
  /** The file that gives the kernel's types, when it is of this kernel, or why it is not; null: its own do. */
  readonly types: NonNullable<Meta["btf"]> | Failure | null;
  /** Whether the kernel's own BTF has the per-CPU variable runqueues; null: it has none, or is not used. */
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
