/** How tests measure in an emulated host, see build/tasks/emulated_host.ts, which the emulation loses now and then. */

import { EmulationLost } from "../../../build/tasks/emulated_host.ts";

export interface Attempt {
  /** CPUs of the emulated host. */
  readonly cpus: number;
  /** After which it counts as lost; a measurement takes two to four minutes beside other tests. */
  readonly limitMs: number;
}

/**
 * Two CPUs are what a host has; after a loss the host has one, because the emulation loses only hosts whose CPUs can
 * race.
 */
const ATTEMPTS: readonly Attempt[] = [
  { cpus: 2, limitMs: 600_000 },
  { cpus: 1, limitMs: 900_000 },
  { cpus: 1, limitMs: 900_000 },
];

/** Only what the emulation has lost is tried again: mistakes of probe itself fail at once. */
export async function measuredInLab<T>(
  measureOnce: (attempt: Attempt) => Promise<T>,
  [attempt, ...others] = ATTEMPTS,
): Promise<T> {
  try {
    return await measureOnce(attempt!);
  } catch (error) {
    if (!(error instanceof EmulationLost) || others.length === 0) throw error;
    console.error(`the emulation lost a machine, once more: ${error.message}`);
    return await measuredInLab(measureOnce, others);
  }
}
