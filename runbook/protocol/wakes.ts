/**
 * The one table of wakes of the built-in target: how it is woken, and what such a wakeup looks like in the
 * kernel. ffi/native/wakes.c implements them under the same names.
 */

import type { Path } from "../../analysis/result/columns.ts";

/** What gives each run its edge. */
export const TRIGGERS = ["timer", "pps", "rtc"] as const;
export type TriggerName = (typeof TRIGGERS)[number];

/** The devices that give edges: PPS, and the real-time clock's update interrupt. */
export const DEVICE_PERIOD_NS = 1_000_000_000;

export interface Wake {
  readonly name: string;
  /**
   * The trigger that wakes the target itself; absent: another thread wakes it after the edge of any trigger.
   */
  readonly trigger?: TriggerName;
  /** How the target blocks, and what wakes it. */
  readonly how: string;
  /** Whether the waker passes WF_SYNC: it is about to sleep, so the target need not preempt it. */
  readonly sync: boolean;
  /**
   * The paths through try_to_wake_up that can be seen. A waker on another CPU than the target's queues the
   * wakeup there when that CPU is idle (ttwu_queue_cond, 6.1 to 7.3); PREEMPT_RT never queues (feature
   * TTWU_QUEUE is off). The timer's interrupt mostly runs on the CPU that the target slept on, but the target
   * may have moved between arming and sleeping, or select_task_rq may move it: `wakelist` was seen on an idle
   * 6.12 and 7.3. From 6.12 a target whose dequeue was delayed is still on its runqueue: `runnable`.
   */
  readonly idle: readonly Path[];
  readonly loaded: readonly Path[];
  /** The stack of every such wakeup contains one of these functions. */
  readonly callers: readonly string[];
}

const ANY_WAKER: readonly Path[] = ["direct", "wakelist", "runnable"];

export const WAKES: readonly Wake[] = [
  {
    name: "timer",
    trigger: "timer",
    how: "clock_nanosleep until the edge; the kernel's timer",
    sync: false,
    idle: ["direct", "runnable", "self", "wakelist"],
    loaded: ["direct", "runnable", "self", "wakelist"],
    callers: ["hrtimer_wakeup"],
  },
  {
    name: "pps",
    trigger: "pps",
    how: "PPS_FETCH of the next pulse; the driver's interrupt",
    sync: false,
    idle: ["direct", "runnable", "self", "wakelist"],
    loaded: ["direct", "runnable", "self", "wakelist"],
    callers: ["pps_event"],
  },
  {
    name: "rtc",
    trigger: "rtc",
    how: "read of the real-time clock's next update; a worker of the kernel, after the interrupt",
    sync: false,
    idle: ANY_WAKER,
    loaded: ANY_WAKER,
    // The first calls the second, whose frame is missing on 6.1.
    callers: ["rtc_uie_update_irq", "rtc_handle_legacy_irq"],
  },
  {
    name: "pipe",
    how: "read of a pipe; a write by another thread",
    sync: true,
    idle: ANY_WAKER,
    loaded: ANY_WAKER,
    // The second exists since pipes without a name have operations of their own (seen in 7.3, not in 6.12).
    callers: ["pipe_write", "anon_pipe_write"],
  },
  {
    name: "futex",
    how: "FUTEX_WAIT; FUTEX_WAKE by another thread",
    sync: false,
    idle: ANY_WAKER,
    loaded: ANY_WAKER,
    callers: ["futex_wake"],
  },
  {
    name: "eventfd",
    how: "read of an eventfd; a write by another thread",
    sync: false,
    idle: ANY_WAKER,
    loaded: ANY_WAKER,
    callers: ["eventfd_write"],
  },
  {
    name: "signal",
    how: "sigwaitinfo; tgkill by another thread",
    sync: false,
    idle: ANY_WAKER,
    loaded: ANY_WAKER,
    // It calls signal_wake_up_state(), which is inlined or tail-called in 6.1, 6.12 and 7.3.
    callers: ["complete_signal"],
  },
];

/** Wakes by another thread, which any trigger can begin. */
export const THREAD_WAKES = WAKES.filter(({ trigger }) => trigger === undefined);

/** The wakes that a trigger can begin. */
export function wakesFor(trigger: TriggerName): Wake[] {
  return WAKES.filter((wake) => wake.trigger === undefined || wake.trigger === trigger);
}
