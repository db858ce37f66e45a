/**
 * The columns of what stands between a wakeup and its read: locks and clocks in their order, and what the time went
 * into. Files of older programs end before them.
 */

import { EDGE_PARTS, type Part, PARTS } from "./parts.ts";
import { type Column, COUNT, CPU, DURATION, TIME } from "./column.ts";

/** Seen by hooks on locks, which need functions. */
const LOCK = { from: "record", functions: true, occasional: "lock" } as const;
/** The timekeeper's address is known where kallsyms lists variables, at any tier. */
const TIMEKEEPER = { from: "record", occasional: "timekeeper" } as const;
const PLAIN = { kind: "int" } as const;

type PartColumn<P extends Part> = typeof DURATION & Omit<P, "name" | "title"> & {
  readonly name: `part_${P["name"]}_ns`;
};

function partColumns<const Table extends readonly Part[]>(
  table: Table,
): { readonly [At in keyof Table]: PartColumn<Table[At]> } {
  const columns = table.map(({ name, title: _title, ...column }) => ({
    name: `part_${name}_ns`,
    ...DURATION,
    ...column,
  }));
  return columns as unknown as { readonly [At in keyof Table]: PartColumn<Table[At]> };
}

export const CAUSE_COLUMNS = [
  { name: "waking_ns", ...TIME, from: "record", doc: "sched_waking: the waker holds the target's pi_lock" },
  {
    name: "pi_lock_contended_ns",
    ...DURATION,
    ...LOCK,
    doc: "the waker's wait for the target's pi_lock, from contention_begin to contention_end",
  },
  {
    name: "rq_lock_asked_ns",
    ...TIME,
    ...LOCK,
    doc: "_raw_spin_lock: who activates the target asks for the lock of its runqueue",
  },
  { name: "rq_lock_ns", ...TIME, ...LOCK, doc: "its return: the lock is held" },
  { name: "rq_clock_ns", ...TIME, ...LOCK, doc: "update_rq_clock under that lock, before the activation" },
  {
    name: "rq_unlock_ns",
    ...TIME,
    ...LOCK,
    doc: "_raw_spin_unlock of it after sched_wakeup, on the same CPU",
  },
  {
    name: "rq_lock_contended_ns",
    ...DURATION,
    ...LOCK,
    doc: "the wait for that lock, from contention_begin to contention_end",
  },
  { name: "rq_lock_contended_cpu", ...CPU, ...LOCK, doc: "CPU that waited for it" },
  { name: "rq_lock_contended_comm", kind: "text", ...LOCK, doc: "name of the task that was current there" },
  {
    name: "timer_expires_ns",
    ...TIME,
    from: "record",
    occasional: "timer",
    doc: "expiry, with its slack, of the hrtimer in whose callback the wakeup began",
  },
  {
    name: "timer_ns",
    ...TIME,
    from: "record",
    occasional: "timer",
    doc: "hrtimer_expire_entry of that hrtimer",
  },
  {
    name: "tk_update_ns",
    ...TIME,
    ...TIMEKEEPER,
    functions: true,
    doc: "last update_wall_time before the read",
  },
  { name: "tk_update_cpu", ...CPU, ...TIMEKEEPER, functions: true, doc: "CPU on which that ran" },
  {
    name: "tk_ttwu_clock",
    kind: "text",
    ...TIMEKEEPER,
    doc: "timekeeper at sched_waking: name of its clocksource",
  },
  { name: "tk_ttwu_seq", ...PLAIN, ...TIMEKEEPER, doc: "its sequence; two more with each update" },
  { name: "tk_ttwu_mult", ...PLAIN, ...TIMEKEEPER, doc: "its mult" },
  { name: "tk_ttwu_shift", ...PLAIN, ...TIMEKEEPER, doc: "its shift" },
  { name: "tk_ttwu_cycle_last", kind: "int", unit: "cycles", ...TIMEKEEPER, doc: "its cycle_last" },
  { name: "tk_ttwu_base_ns", ...TIME, ...TIMEKEEPER, doc: "its base of CLOCK_MONOTONIC" },
  {
    name: "tk_ttwu_torn",
    kind: "bool",
    occasional: "timekeeper",
    doc: "an update fell into the reading of these, which may be of before and after it",
  },
  {
    name: "tk_tkread_clock",
    kind: "text",
    ...TIMEKEEPER,
    doc: "timekeeper at the read: name of its clocksource",
  },
  { name: "tk_tkread_seq", ...PLAIN, ...TIMEKEEPER, doc: "its sequence" },
  { name: "tk_tkread_mult", ...PLAIN, ...TIMEKEEPER, doc: "its mult" },
  { name: "tk_tkread_shift", ...PLAIN, ...TIMEKEEPER, doc: "its shift" },
  { name: "tk_tkread_cycle_last", kind: "int", unit: "cycles", ...TIMEKEEPER, doc: "its cycle_last" },
  { name: "tk_tkread_base_ns", ...TIME, ...TIMEKEEPER, doc: "its base of CLOCK_MONOTONIC" },
  {
    name: "tk_tkread_torn",
    kind: "bool",
    occasional: "timekeeper",
    doc: "an update fell into the reading of these",
  },
  {
    name: "tk_updates",
    ...COUNT,
    occasional: "timekeeper",
    doc: "updates of the timekeeper from sched_waking to the read, by its sequence",
  },
  { name: "order", kind: "text", doc: "what was observed of locks, clocks and stages, in the order of time" },
  ...partColumns(PARTS),
  { name: "cause", kind: "text", doc: "the largest part of ttwu_to_tkread_ns" },
  ...partColumns(EDGE_PARTS),
  {
    name: "idle_state",
    kind: "int",
    occasional: "idle",
    doc: "idle state that the target's CPU left, as the event cpu_idle numbers it",
  },
  {
    name: "idle_ns",
    ...DURATION,
    occasional: "idle",
    doc: "how long it had been in that state when the wakeup began",
  },
  {
    name: "other_task",
    kind: "text",
    occasional: "switch",
    doc: "task with the most time of part_tasks_ns",
  },
  {
    name: "interrupt",
    kind: "text",
    occasional: "interrupt",
    doc: "interrupt with the most time of part_interrupts_ns",
  },
  {
    name: "events_lost",
    ...COUNT,
    doc: "events of its CPUs that found no place: with any, the parts are incomplete",
  },
] as const satisfies readonly Column[];

/** Added after the columns of the host. */
export const EDGE_CAUSE_COLUMNS = [
  { name: "edge_cause", kind: "text", doc: "the largest part of the time from edge_ns to ttwu_ns" },
] as const satisfies readonly Column[];
