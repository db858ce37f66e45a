/**
 * The one table of wakes of the built-in target: how it is woken, and what such a wakeup looks like in the kernel.
 * What each does is in ffi/native/wakes.c, under the same names.
 */

import type { PATHS } from "../analysis/columns.ts";

type Path = (typeof PATHS)[number];

export interface Wake {
  readonly name: string;
  /** How the target blocks, and what wakes it. */
  readonly how: string;
  /** Whether the waker passes WF_SYNC: it is about to sleep, so the target need not preempt it. */
  readonly sync: boolean;
  /**
   * The ways through try_to_wake_up that can be seen. The timer's interrupt runs on the CPU that the target
   * slept on, idle or loaded; a waker on another CPU queues to an idle target's CPU (ttwu_queue_cond, 6.1 and
   * 6.12). From 6.12 a target whose dequeue was delayed is still on its runqueue: `runnable`.
   */
  readonly idle: readonly Path[];
  readonly loaded: readonly Path[];
  /** A function that is in the stack of every such wakeup. */
  readonly caller: string;
}

const ANY_WAKER: readonly Path[] = ["direct", "wakelist", "runnable"];

export const WAKES: readonly Wake[] = [
  {
    name: "timer",
    how: "clock_nanosleep until the edge; the kernel's timer",
    sync: false,
    idle: ["direct", "runnable", "self"],
    loaded: ["direct", "runnable", "self", "wakelist"],
    caller: "hrtimer_wakeup",
  },
  {
    name: "pipe",
    how: "read of a pipe; a write by another thread",
    sync: true,
    idle: ANY_WAKER,
    loaded: ANY_WAKER,
    caller: "pipe_write",
  },
  {
    name: "futex",
    how: "FUTEX_WAIT; FUTEX_WAKE by another thread",
    sync: false,
    idle: ANY_WAKER,
    loaded: ANY_WAKER,
    caller: "futex_wake",
  },
  {
    name: "eventfd",
    how: "read of an eventfd; a write by another thread",
    sync: false,
    idle: ANY_WAKER,
    loaded: ANY_WAKER,
    caller: "eventfd_write",
  },
  {
    name: "signal",
    how: "sigwaitinfo; tgkill by another thread",
    sync: false,
    idle: ANY_WAKER,
    loaded: ANY_WAKER,
    caller: "signal_wake_up_state",
  },
];
