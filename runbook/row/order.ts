/** The order in which locks were taken, clocks updated and read, and stages passed in one run. */

import type { ChainRecord } from "../../ffi/record.ts";

/** What may be observed; of two at the same ns, the one listed first comes first. */
const OBSERVED = [
  ["pi_lock", "waking_ns"],
  ["queue", "queued_ns"],
  ["pending", "pending_ns"],
  ["rq_lock", "rq_lock_ns"],
  ["rq_clock", "rq_clock_ns"],
  ["activate", "activate_ns"],
  ["wakeup", "wakeup_ns"],
  ["rq_unlock", "rq_unlock_ns"],
  ["switch", "switch_ns"],
  ["tk_update", "tk_update_ns"],
  ["tkread", "tkread_ns"],
  ["clocksource_read", "clocksource_read_ns"],
] as const satisfies readonly (readonly [string, keyof ChainRecord])[];

/** On the runqueue without a lock, or with another one: see try_to_wake_up() (kernel/sched/core.c). */
function isObserved(record: ChainRecord, column: (typeof OBSERVED)[number][1]): boolean {
  switch (column) {
    // A task that wakes itself needs no lock.
    case "waking_ns":
      return record.path !== "self";
    // Hooked at its entry, it may have declined.
    case "queued_ns":
    case "pending_ns":
      return record.path === "wakelist";
    case "tk_update_ns":
      return record.tk_update_ns !== null && record.tk_update_ns >= record.ttwu_ns;
    default:
      return true;
  }
}

/** @returns names joined by `<`, in the order of time; what was not observed is not in it */
export function orderOf(record: ChainRecord): string {
  return OBSERVED.flatMap(([name, column]) => {
    const ns = record[column];
    return ns === null || !isObserved(record, column) ? [] : [{ name, ns }];
  }).sort((a, b) => a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0).map(({ name }) => name).join("<");
}
