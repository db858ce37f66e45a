/** What all runs of a measurement share: the sources of their edges, loads, records and sleeps. */

import { cellOf, type DesignCell } from "../protocol/design.ts";
import { startLoad } from "../protocol/load.ts";
import type { Runbook } from "../protocol/settings.ts";
import { type Waiting, withinHours } from "./hours.ts";
import type { KernelSide } from "./kernel_side.ts";
import { type LoopClock, type LoopOptions, runLoop, type Target } from "./loop.ts";
import type { Trigger } from "./triggers.ts";

/** The run loop's options, except which runs to do and what to do with their outcomes. */
export type Conditions = Omit<LoopOptions, "first" | "runs" | "onOutcome" | "onRepeat">;

/**
 * How long to wait for the record of a task that reads whenever it wants, as a share of the period: after
 * that the next edge is near.
 */
const RECORD_SHARE = 0.8;

/** The parts of the kernel's side that they come from. */
export interface ConditionsKernel
  extends Pick<KernelSide, "probes" | "task" | "trigger" | "startBusyThreads"> {
  readonly target: Target;
  readonly clock: LoopClock;
}

/** @param waiting what to do outside the runbook's hours */
export function conditionsOf(
  kernel: ConditionsKernel,
  runbook: Runbook,
  waiting: Waiting,
  interrupt: AbortSignal,
): Conditions {
  const { probes, target, trigger, clock } = kernel;
  return {
    cellOf: (run) => cellFor(trigger, cellOf(runbook, run)),
    startLoad: (load) => startLoad(load, kernel.startBusyThreads),
    trigger: withinHours(runbook.hours, trigger, waiting),
    probes,
    target,
    clock,
    interrupt,
    // The built-in target reads as soon as it runs.
    ...(kernel.task === null ? {} : { recordWindowNs: BigInt(Math.floor(RECORD_SHARE * runbook.period_ns)) }),
  };
}

/** Where pulses are only foreseen, the target cannot be woken by a device: its timer does it. */
function cellFor({ isForeseen }: Trigger, cell: DesignCell): DesignCell {
  return isForeseen === true && cell.wake === "pps" ? { ...cell, wake: "timer" } : cell;
}

/**
 * The runs before the first recorded one, under the same conditions. Their numbers come after that of the
 * last run, so a late record of theirs cannot be taken for one of a run.
 */
export async function warmUp(conditions: Conditions, { runs, warm_up_runs }: Runbook): Promise<void> {
  await runLoop({ ...conditions, first: runs + 1, runs: runs + warm_up_runs, onOutcome: () => {} });
}
