/** What all runs of a measurement share: where their edges, loads, records and sleeps come from. */

import { cellOf } from "../protocol/design.ts";
import { startLoad } from "../protocol/load.ts";
import type { Runbook } from "../protocol/settings.ts";
import { type Waiting, withinHours } from "./hours.ts";
import type { KernelSide } from "./kernel_side.ts";
import { type LoopClock, type LoopOptions, runLoop, type Target } from "./loop.ts";

/** The run loop's options, but for which runs there are and what becomes of them. */
export type Conditions = Omit<LoopOptions, "first" | "runs" | "onOutcome" | "onRepeat">;

/** Share of the period for which the record of a task that reads when it likes is awaited: the next edge is near then. */
const RECORD_SHARE = 0.8;

/** What of the kernel they come from. */
export interface ConditionsKernel
  extends Pick<KernelSide, "probes" | "task" | "trigger" | "startBusyThreads"> {
  readonly target: Target;
  readonly clock: LoopClock;
}

/** @param waiting what happens outside the runbook's hours */
export function conditionsOf(
  kernel: ConditionsKernel,
  runbook: Runbook,
  waiting: Waiting,
  interrupt: AbortSignal,
): Conditions {
  const { probes, target, trigger, clock } = kernel;
  return {
    cellOf: (run) => cellOf(runbook, run),
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

/**
 * The runs before the first that is recorded, under the same conditions. They are numbered after the last run: no
 * late record of theirs can be taken for one of a run.
 */
export async function warmUp(conditions: Conditions, { runs, warm_up_runs }: Runbook): Promise<void> {
  await runLoop({ ...conditions, first: runs + 1, runs: runs + warm_up_runs, onOutcome: () => {} });
}
