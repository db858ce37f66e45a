/** Load: what else the machine does during a run. `idle`: nothing from us. `cpu:N`: N pinned busy threads. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { threadLimits } from "../machine/limits.ts";
import { readMachineText, type ReadText } from "../machine/machine.ts";

/** Every load, as users write it; N is a number of threads. */
export const LOADS = ["idle", "cpu:N"] as const;

/** Most threads of a load: more than any machine has CPUs. */
export const MOST_THREADS = 8192;

/**
 * How many threads keep CPUs busy under a load: 0 for `idle`.
 *
 * @returns null when the text is not a load
 */
export function busyThreads(load: string): number | null {
  if (load === "idle") return 0;
  const threads = Number(/^cpu:([1-9]\d{0,4})$/.exec(load)?.[1]);
  return threads <= MOST_THREADS ? threads : null;
}

/**
 * The loads of a runbook that have more threads than there are CPUs.
 *
 * @param loads joined by commas
 */
export function loadsBeyond(loads: string, cpus: number): string[] {
  return loads.split(",").filter((load) => (busyThreads(load) ?? 0) > cpus);
}

/**
 * Starts a load of the runbook.
 *
 * @param startThreads starts that many threads, see ffi/load.ts
 * @returns disposing it ends the load
 * @throws Failure when its threads cannot be started
 */
export function startLoad(
  load: string,
  startThreads: (threads: number) => Disposable,
  read: ReadText = readMachineText,
): Disposable {
  const threads = busyThreads(load) ?? 0;
  if (threads === 0) return { [Symbol.dispose]: () => {} };
  try {
    return startThreads(threads);
  } catch (cause) {
    throw new Failure(
      EXIT.failed,
      `load ${load} cannot be made: ${cause instanceof Error ? cause.message : cause}${threadLimits(read)}`,
      "declare fewer threads, or allow this process more (ulimit -u, pids.max of its cgroup)",
      { cause },
    );
  }
}
