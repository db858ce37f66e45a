/** What each tier and each missing hook means for a measurement. */

import type { HookFact, Stage, Tier } from "../../analysis/result/meta.ts";
import { CALLBACKS, HOOKS } from "../probes/hooks.ts";
import { HIDDEN_ADDRESSES } from "../probes/ladder.ts";

export interface Consequence {
  readonly prevents: string;
  readonly remedy: string;
}

const FUNCTION_KERNEL = "a kernel with CONFIG_FUNCTION_TRACER and CONFIG_KPROBES, such as Debian's";

/** The newest features that the programs use are in 6.1 and later. */
export const NEWER_KERNEL = "use a newer kernel, such as that of Debian 12 (6.1) or later";

const SHOW_ADDRESSES =
  `let it see kernel addresses (CAP_SYSLOG; sysctl kernel.kptr_restrict=1), or ${NEWER_KERNEL}`;

/** What is lost when a tier cannot be had, and what to do where nothing better is known. */
export const TIER_CONSEQUENCES: Readonly<Record<Tier, Consequence>> = {
  full: {
    prevents: "hooks on kernel functions at their lowest cost (fentry)",
    remedy: `use ${FUNCTION_KERNEL}`,
  },
  kprobe: {
    prevents: "wake flags, the activation and rq->clock where fentry is not to be had either",
    remedy: `use ${FUNCTION_KERNEL}`,
  },
  tracepoint: {
    prevents: "any measurement where the better tiers are not to be had either",
    remedy: "use a kernel with tracepoints, BPF and BTF (CONFIG_DEBUG_INFO_BTF), such as Debian's",
  },
};

/** @param reason why the tier cannot be had */
export function tierRemedy(tier: Tier, reason: string): string {
  if (reason.includes(HIDDEN_ADDRESSES)) return SHOW_ADDRESSES;
  return reason.includes("does not load") ? NEWER_KERNEL : TIER_CONSEQUENCES[tier].remedy;
}

/** What a row lacks without any hook of the stage that could not be attached. */
const STAGE_LOSSES: Readonly<Record<Stage, string>> = {
  ttwu: "the entry of try_to_wake_up with its wake flags (sched_waking stands in for it)",
  wakelist: "how the wakeup was handed to another CPU",
  activate: "effective wake flags and rq->clock at the activation",
  wakeup: "the move to another CPU as an event of its own",
  ttwu_return: "the return of try_to_wake_up",
  switch: "the switch to the target",
  tkread: "clock reads that pass through no other hook",
  clocksource_switch: "a clocksource switch while a run lasts",
};

/** What a hook that is not attached prevents, and what to do about it. */
export function hookConsequence({ hook, stage, reason = "" }: HookFact): Consequence {
  if (STAND_INS.has(hook)) return { prevents: "nothing: other hooks show the same", remedy: "none needed" };
  const callback = CALLBACKS.has(hook);
  return {
    prevents: callback
      ? "seeing the callback itself (its reads still show where they enter, ktime_get and others)"
      : STAGE_LOSSES[stage],
    remedy: remedyOf(reason, callback),
  };
}

function remedyOf(reason: string, callback: boolean): string {
  if (/tier was required$/.test(reason)) return "take a better tier, where one can be had";
  // First: of a function that may not be traced there need be nothing in BTF (5.10).
  if (callback && reason.includes("notrace")) {
    return "none needed; to see callbacks too, switch to a clocksource whose callback can be hooked";
  }
  if (reason.includes("not in the kernel's BTF")) {
    return "none on this kernel: it has no such function to hook";
  }
  return reason.includes(HIDDEN_ADDRESSES) ? SHOW_ADDRESSES : `use ${FUNCTION_KERNEL}`;
}

/** Why the hook is not attached, in words that do not name it: hooks that share them can be told of together. */
export function sharedReason({ hook, reason = "no reason given" }: HookFact): string {
  return reason.replaceAll(hook, "it");
}

/** Hooks that a tier has a program for. */
export function hooksOfTier(tier: Tier): number {
  return HOOKS.filter((hook) => hook.ladder[tier] !== undefined).length;
}

/** Hooks that only a lesser tier needs, for want of better ones; where those are had, nothing is missing. */
const STAND_INS: ReadonlySet<string> = new Set(
  HOOKS.filter((hook) => hook.ladder.full === undefined).map(({ hook }) => hook),
);
