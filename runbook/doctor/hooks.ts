/** What each tier and each missing hook means for a measurement. */

import type { Stage, Tier } from "../../analysis/result/meta.ts";
import { CALLBACKS, HOOKS } from "../probes/hooks.ts";
import { type HookState, OTHER_KERNEL, type Reason, remedyFor, wordsOfAll } from "../probes/reasons.ts";

export interface Consequence {
  readonly prevents: string;
  readonly remedy: string;
}

/** What is lost when a tier is not available. */
export const TIER_LOSSES: Readonly<Record<Tier, string>> = {
  full: "hooks on kernel functions at their lowest cost (fentry)",
  kprobe: "wake flags, the activation and rq->clock, unless fentry works",
  raw: "wake flags and the activation on a kernel whose types come from a file (--btf)",
  tracepoint: "any measurement, unless a better tier works",
};

/** What a row lacks when no hook of the stage could be attached. */
const STAGE_LOSSES: Readonly<Record<Stage, string>> = {
  ttwu: "the entry of try_to_wake_up with its wake flags (sched_waking stands in for it)",
  wakelist: "how the wakeup was handed to another CPU",
  activate: "effective wake flags and rq->clock at the activation",
  wakeup: "the move to another CPU as an event of its own",
  ttwu_return: "the return of try_to_wake_up",
  switch: "the switch to the target",
  tkread: "clock reads that pass through no other hook",
  clocksource_switch: "a clocksource switch while a run lasts",
  timer: "how late the hrtimer was that woke the target",
  idle: "which idle state the target's CPU had to leave",
  lock: "the lock of the runqueue, and waiting for it or for pi_lock",
  timekeeper: "the timekeeper's last update before the read",
  interrupt: "interrupts between the wakeup and the read",
  host: "the part of a VM's wakeup that its host sees",
};

/** What a row lacks without a clocksource's own read callback. */
export const CALLBACK_LOSS =
  "seeing the callback itself (its reads still show where they enter, ktime_get and others)";

/** What a hook that is not attached prevents, and what to do about it. */
export function hookConsequence({ hook, stage, reasons }: HookState): Consequence {
  if (STAND_INS.has(hook)) return { prevents: "nothing: other hooks show the same", remedy: "none needed" };
  if (reasons.some(({ code }) => code === "of_recent")) {
    return {
      prevents: "nothing of a run: it belongs to what is kept beside a slow one",
      remedy: remedyFor(reasons, OTHER_KERNEL.full),
    };
  }
  if (!CALLBACKS.has(hook)) {
    return { prevents: STAGE_LOSSES[stage], remedy: remedyFor(reasons, OTHER_KERNEL.full) };
  }
  // Checked first, because BTF need not contain a function that may not be traced (5.10).
  const remedy = reasons.some(({ code }) => code === "notrace")
    ? "none needed; to see callbacks too, switch to a clocksource whose callback can be hooked"
    : remedyFor(reasons, OTHER_KERNEL.full);
  return { prevents: CALLBACK_LOSS, remedy };
}

/**
 * Why the hook is not attached, in words that do not name it, so hooks with the same reason can be listed
 * together.
 */
export function sharedReason({ hook, reasons }: HookState): string {
  return wordsOfAll(reasons.map((reason) => withoutName(reason, hook)));
}

/** The name of a program contains that of its function. */
function withoutName(reason: Reason, hook: string): Reason {
  switch (reason.code) {
    case "notrace":
      return { ...reason, hook: "it" };
    case "not_loaded":
      return { ...reason, program: reason.program.replaceAll(hook, "it") };
    case "not_attached":
      return { ...reason, said: reason.said?.replaceAll(hook, "it") ?? null };
    default:
      return reason;
  }
}

/** How many hooks a tier has a program for when the built-in target is measured. */
export function hooksOfTier(tier: Tier): number {
  return HOOKS.filter((hook) => hook.ladder[tier] !== undefined && !hook.ofOthers).length;
}

/**
 * Hooks that only a lesser tier needs, as a substitute for better ones; where the better ones work, nothing
 * is missing.
 */
const STAND_INS: ReadonlySet<string> = new Set(
  HOOKS.filter((hook) => hook.ladder.full === undefined).map(({ hook }) => hook),
);
