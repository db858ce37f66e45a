/**
 * The columns of a VM's wakeup as its host saw it, and of the clocks that let the host's times be placed on the VM's.
 * `probe ab` completes the VM's rows with them; files of older programs end before them.
 */

import { type Column, COUNT, CPU, DURATION, TIME } from "./column.ts";

/** Bounds, which nobody asks about as a duration. */
const BOUND = { kind: "int", unit: "ns", range: [0, Number.MAX_SAFE_INTEGER] } as const;

/** Only seen where the VM's host is followed too. */
const HOST = { occasional: "host" } as const;

export const HOST_COLUMNS = [
  {
    name: "counter",
    kind: "int",
    unit: "cycles",
    doc: "the machine's own counter after the read",
  },
  { name: "counter_mono_ns", ...TIME, doc: "CLOCK_MONOTONIC at that instant" },
  { name: "counter_uncertainty_ns", ...BOUND, doc: "how far apart these two can be" },
  {
    name: "host_real_ns",
    ...TIME,
    ...HOST,
    doc: "CLOCK_REALTIME of the VM's host after the read, by ptp_kvm",
  },
  { name: "host_mono_ns", ...TIME, ...HOST, doc: "CLOCK_MONOTONIC of the VM at that instant" },
  { name: "host_uncertainty_ns", ...BOUND, ...HOST, doc: "how far apart these two can be" },
  {
    name: "vcpu",
    ...CPU,
    ...HOST,
    doc: "vCPU on which the wakeup began: all times and counts after this column are its host's",
  },
  {
    name: "host_began_by",
    kind: "text",
    ...HOST,
    doc: "what woke the vCPU's thread: timer FUNCTION, irq N NAME, softirq N, task COMM/PID, or interrupt",
  },
  { name: "host_ttwu_ns", ...TIME, ...HOST, doc: "sched_waking of the vCPU's thread, on the VM's clock" },
  { name: "host_switch_ns", ...TIME, ...HOST, doc: "sched_switch to it, on the VM's clock" },
  {
    name: "kvm_entry_ns",
    ...TIME,
    ...HOST,
    doc: "last kvm_entry of that vCPU before the wakeup, on the VM's clock",
  },
  { name: "kvm_exits", ...COUNT, ...HOST, doc: "exits from guest mode between the edge and the read" },
  { name: "out_of_guest_ns", ...DURATION, ...HOST, doc: "time out of guest mode between them" },
  { name: "kvm_exit_reason", kind: "text", ...HOST, doc: "reason of the exits with the most of that time" },
  {
    name: "preempted_by",
    kind: "text",
    ...HOST,
    doc: "task that had the CPU for most of preempted_ns, COMM/PID; stopped: a signal stopped the thread",
  },
  {
    name: "preempted_ns",
    ...DURATION,
    ...HOST,
    doc: "time between them in which the vCPU's thread wanted to run and another task did, or it was stopped",
  },
  {
    name: "clock_map_uncertainty_ns",
    ...BOUND,
    ...HOST,
    doc: "how far the host's times in this row may be off on the VM's clock",
  },
] as const satisfies readonly Column[];

/** Added after edge_cause. */
export const FURTHER_HOST_COLUMNS = [
  {
    name: "off_cpu_ns",
    ...DURATION,
    ...HOST,
    doc:
      "time between edge and read in which the vCPU's thread had no CPU: it slept, waited for one, or was stopped",
  },
] as const satisfies readonly Column[];
