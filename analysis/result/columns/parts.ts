/**
 * The parts into which a run's time falls: what each ns from ttwu to tkread, and from edge to ttwu, went into. The
 * parts of a run add up to its whole. runbook/row/parts.ts divides, everything else reads this table.
 */

import type { Column } from "./column.ts";

/** One part. Its column is `part_NAME_ns`. */
export interface Part extends Pick<Column, "doc" | "functions" | "occasional"> {
  readonly name: string;
  /** In few words, for a table. */
  readonly title: string;
}

/** Of ttwu_to_tkread_ns, about in the order of time. */
export const PARTS = [
  {
    name: "pi_lock",
    functions: true,
    title: "waiting for pi_lock",
    doc: "from try_to_wake_up to sched_waking",
  },
  {
    name: "rq_lock",
    functions: true,
    occasional: "lock",
    title: "waiting for the rq lock",
    doc: "asked for and not yet held",
  },
  {
    name: "waker",
    title: "the waker's own way",
    doc: "from sched_waking until the target is runnable or queued",
  },
  {
    name: "wakelist",
    title: "on the wakelist",
    doc:
      "from ttwu_queue_wakelist, or from when the target's CPU had left idle, until the target is runnable",
  },
  { name: "idle", title: "leaving idle", doc: "the target's CPU, or its idle task, had not left idle yet" },
  { name: "tasks", title: "other tasks", doc: "other tasks ran on the target's CPU" },
  {
    name: "interrupts",
    occasional: "interrupt",
    title: "interrupts",
    doc: "interrupts and softirqs on that CPU, from when the target was runnable or queued",
  },
  { name: "steal", title: "taken by the hypervisor", doc: "steal time of the CPUs involved" },
  { name: "target", title: "the target's own way", doc: "the target ran and had not read yet" },
  {
    name: "probes",
    title: "own probes",
    doc: "our programs, stacks included, without the kernel's way into them",
  },
  { name: "unexplained", title: "unexplained", doc: "none of these was seen" },
] as const satisfies readonly Part[];

export type PartName = (typeof PARTS)[number]["name"];

/** Of edge_ns to ttwu_ns. */
export const EDGE_PARTS = [
  {
    name: "edge_slack",
    occasional: "timer",
    title: "timer slack",
    doc: "from the edge to the hrtimer's expiry",
  },
  {
    name: "edge_timer",
    occasional: "timer",
    title: "late timer",
    doc: "from its expiry to hrtimer_expire_entry",
  },
  {
    name: "edge_waker",
    occasional: "timer",
    title: "the waker's way to the wakeup",
    doc: "from there, or from the edge where no hrtimer woke, to try_to_wake_up",
  },
  { name: "edge_unexplained", title: "unexplained before the wakeup", doc: "none of these was seen" },
] as const satisfies readonly Part[];

export type EdgePartName = (typeof EDGE_PARTS)[number]["name"];
