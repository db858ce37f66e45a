/**
 * The run loop: one edge, one wakeup, one chain, one outcome after the other. It handles order, time, losses
 * and interruption, but knows nothing about kernels, so its tests need none.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { Status } from "../../analysis/result/columns.ts";
import type { Counters } from "../probes/chain_probes.ts";
import type { ChainRecord, CpuLog } from "../../ffi/record.ts";
import { TargetError, type TargetRun } from "../../ffi/target.ts";
import { ERRNO } from "../../system/errno.ts";
import type { DesignCell } from "../protocol/design.ts";
import { Lead } from "./lead.ts";
import type { RunOutcome } from "../row/outcome.ts";
import { CLOCK_WAS_SET, type Trigger } from "./triggers.ts";

/** The part of ChainProbes that a run uses. */
export interface ChainSource {
  /** The map through which the target arms itself. */
  readonly armedMapFd: number;
  /** The record of that run, or null while it has not arrived. */
  take(run: number): ChainRecord | null;
  /**
   * Whether more of that run can arrive after the target has returned: the switch away from it, or the
   * waker's return.
   */
  awaitsRest(run: number): boolean;
  /**
   * Disarms, and returns what was seen of that run so far, complete or not; null when not even its wakeup was
   * seen.
   */
  abandon(run: number): ChainRecord | null;
  /** What the CPUs of that chain did while it was open, until the next run is armed. */
  logsOf(chain: ChainRecord): readonly CpuLog[];
  counters(): Counters;
  /** Attaches what observes a run; close() detaches it. */
  open(): void;
  close(): void;
}

/** The task whose wakeup is followed; cancel() ends any of its sleeps. */
export interface Target {
  /**
   * Arms the run, sleeps until the edge (CLOCK_REALTIME, ns), is woken by that wake, reads the clock. Rejects
   * with TargetError: ETIME when the edge was too near once the run was armed, EINTR when the sleep was cut
   * short.
   */
  run(
    armedMapFd: number,
    run: number,
    edgeRealNs: bigint,
    wake: string,
    stack: boolean,
  ): Promise<TargetRun>;
  /** Ends a sleep in progress: its run() then settles soon. */
  cancel(): void;
}

export interface LoopClock {
  /** CLOCK_REALTIME, ns. */
  realtimeNow(): bigint;
  /** Resolves after `ms`, or at once when `stop` aborts. */
  sleep(ms: number, stop: AbortSignal): Promise<void>;
}

export interface LoopOptions {
  /** Number of the first run; default: 1. */
  readonly first?: number;
  /** Number of the last. */
  readonly runs: number;
  readonly trigger: Trigger;
  cellOf(run: number): DesignCell;
  /** Starts that load, which lasts until disposed. */
  startLoad(load: string): Disposable;
  /**
   * How long after the target's return its record may still come; for a task that wakes by itself, most of
   * the period.
   */
  readonly recordWindowNs?: bigint;
  readonly probes: ChainSource;
  /** Whether the probes stay attached between edges, so that what comes before one is seen too; default: not. */
  readonly staysAttached?: boolean;
  readonly target: Target;
  readonly clock: LoopClock;
  /** Aborted by Ctrl-C: the current run is reported as it stands and is the last one. */
  readonly interrupt: AbortSignal;
  /** Called with the reason when a run is repeated: it is not known that its edge woke its target, or when. */
  onRepeat?(run: number, why: string): void;
  /** Called every second, or more rarely, while the first run waits for an edge, given in ns like `now`. */
  onWait?(edge: bigint, now: bigint): void;
  /** Called with every outcome and awaited before the next run begins; an error thrown here ends the loop. */
  onOutcome(outcome: RunOutcome): void | Promise<void>;
  /** Asked after every outcome: whether that run is the last one. */
  hasEnded?(): boolean;
}

/**
 * A record is in the ring before its target returns, unless the waker's return, on another CPU, comes last,
 * or the switch away from the target completes it. Both limits must be exceeded, because a machine that stood
 * still has polled rarely.
 */
const RECORD_WINDOW_NS = 2_000_000_000n;
const RECORD_POLLS = 50;
const LONGEST_POLL_MS = 40;

/** How long a cancelled target may take to come back before the program ends without it. */
const CANCEL_WINDOW_MS = 5_000;

/** The run did not take place: its edge was too near once it was armed. */
const MISSED = Symbol("missed");

/** The run does not count: it is repeated with a later edge. */
interface Uncertain {
  readonly why: string;
}

const WOKEN_EARLY: Uncertain = { why: "something else than its edge woke the target" };

/** The series ends after so many runs in a row whose waking edge is unknown. */
const MOST_UNCERTAIN = 20;

const NS_PER_MS = 1_000_000n;

/** How long it may take to notice that a clock was set while an edge is awaited. */
const LOOK_MS = 1_000;
const LONGEST_SLEEP_MS = 60_000;

/** How much too short a sleep of this program may be. */
const NEARNESS_NS = 5_000_000n;

/**
 * At shorter periods the probes stay attached from the first run to the last: attaching them anew for each
 * run would take a good part of the period, and a series with a period of 10 ms could not keep up.
 */
export const SHORTEST_WINDOWED_PERIOD_NS = 250_000_000;

/**
 * Does the runs in order.
 *
 * @returns the number of the run at which it was interrupted, or null when all were done
 * @throws Failure when the target cannot be armed before an edge, fails, or does not come back
 */
export async function runLoop(options: LoopOptions): Promise<number | null> {
  const { probes, trigger, staysAttached } = options;
  const windowed = trigger.periodNs >= SHORTEST_WINDOWED_PERIOD_NS;
  if (windowed && !staysAttached) return await doRuns(options, windowed);
  probes.open();
  try {
    return await doRuns(options, windowed);
  } finally {
    probes.close();
  }
}

async function doRuns(options: LoopOptions, windowed: boolean): Promise<number | null> {
  const lead = new Lead(windowed, options.trigger.periodNs);
  let overdue = 0;
  let uncertain = 0;
  const first = options.first ?? 1;
  for (let run = first; run <= options.runs;) {
    if (options.interrupt.aborted) return run;
    const edge = await approachEdge(options, lead.ns, windowed, run === first ? options.onWait : undefined);
    const done = await doRun(options, run, edge, windowed);
    if (done === MISSED) {
      lead.lengthen();
      continue;
    }
    if ("why" in done) {
      if (++uncertain === MOST_UNCERTAIN) throw uncertainEdges(run);
      options.onRepeat?.(run, done.why);
      continue;
    }
    uncertain = 0;
    lead.shorten();
    await options.onOutcome(done.outcome);
    if (done.outcome.status === "aborted") return run;
    if (options.hasEnded?.()) return null;
    overdue = done.overdue ? overdue + 1 : 0;
    if (overdue === options.trigger.patience) throw options.trigger.silence(run);
    run++;
  }
  return null;
}

/**
 * @returns what {@linkcode Sleep} says, when no run took place that counts: it is then repeated with a later
 *   edge
 */
async function doRun(
  options: LoopOptions,
  run: number,
  edge: bigint,
  windowed: boolean,
): Promise<{ outcome: RunOutcome; overdue: boolean } | typeof MISSED | Uncertain> {
  const { probes } = options;
  const opens = windowed && !options.staysAttached;
  const cell = options.cellOf(run);
  const before = probes.counters();
  if (opens) probes.open();
  try {
    using _load = options.startLoad(cell.load);
    const sleep = new Sleep(options, run, edge, cell);
    const end = await sleep.wait();
    if (end === MISSED || isUncertain(end)) {
      // Without an edge the run does not exist: what the probes hold of it is dropped.
      probes.abandon(run);
      return end;
    }
    const record = await recordOf(options, run, end);
    const logs = record === null ? [] : probes.logsOf(record);
    const target = typeof end === "string" ? await sleep.cancel() : end;
    if (record !== null && target !== null && isEarly(record, target)) return WOKEN_EARLY;
    if (target !== null) options.trigger.took(target);
    const status = statusOf(record, options.interrupt.aborted);
    const losses = difference(probes.counters(), before);
    return { outcome: { run, cell, status, record, logs, target, losses }, overdue: end === "overdue" };
  } finally {
    if (opens) probes.close();
  }
}

/**
 * Chooses the next edge that leaves the lead, and sleeps until little more than the lead is left, or until
 * Ctrl-C. Chooses again when the clock is set meanwhile.
 */
async function approachEdge(
  { clock, trigger, interrupt }: LoopOptions,
  leadNs: bigint,
  windowed: boolean,
  onWait: LoopOptions["onWait"],
): Promise<bigint> {
  const nearNs = windowed ? leadNs : leadNs + BigInt(trigger.periodNs);
  for (;;) {
    const now = clock.realtimeNow();
    const edge = trigger.nextEdge(now + leadNs);
    const ms = Number((edge - nearNs - now) / NS_PER_MS);
    const isTold = onWait !== undefined && ms > LOOK_MS;
    if (isTold) onWait(edge, now);
    if (ms > 0) await clock.sleep(Math.min(ms, isTold ? LOOK_MS : LONGEST_SLEEP_MS), interrupt);
    if (interrupt.aborted) return edge;
    const aheadNs = edge - clock.realtimeNow();
    // The machine may have slept past the edge: then arming is pointless.
    if (aheadNs > 0n && aheadNs < nearNs + NEARNESS_NS) return edge;
  }
}

/** One sleep of the target until an edge. */
class Sleep {
  readonly #options: LoopOptions;
  readonly #run: number;
  readonly #edge: bigint;
  readonly #settled = new AbortController();
  /**
   * Settled or interrupted. Not AbortSignal.any(): the interrupt outlives all runs and would keep a reference
   * to each.
   */
  readonly #awake = new AbortController();
  readonly #wake = () => this.#awake.abort();
  #result: { readonly target: TargetRun } | { readonly error: unknown } | null = null;

  constructor(options: LoopOptions, run: number, edge: bigint, { wake, stack }: DesignCell) {
    this.#options = options;
    this.#run = run;
    this.#edge = edge;
    options.target.run(options.probes.armedMapFd, run, edge, wake, stack)
      .then((target) => void (this.#result = { target }), (error) => void (this.#result = { error }))
      .finally(() => {
        options.interrupt.removeEventListener("abort", this.#wake);
        this.#settled.abort();
        this.#awake.abort();
      });
    options.interrupt.addEventListener("abort", this.#wake);
    if (options.interrupt.aborted) this.#wake();
  }

  /**
   * @returns the target's own account; why no run took place; `interrupted` or `overdue` while it may still
   *   sleep
   */
  async wait(): Promise<TargetRun | typeof MISSED | Uncertain | "interrupted" | "overdue"> {
    const { clock, interrupt, trigger } = this.#options;
    const { signal } = this.#awake;
    const aheadNs = this.#edge - clock.realtimeNow();
    for (
      let left = Number(((aheadNs > 0n ? aheadNs : 0n) + trigger.windowNs) / NS_PER_MS);
      left > 0 && !signal.aborted;
    ) {
      const slice = Math.min(left, LOOK_MS);
      await clock.sleep(slice, signal);
      left -= slice;
      // The clock was set back: the edge is farther away than when the target went to sleep.
      if (!signal.aborted && this.#edge - clock.realtimeNow() > aheadNs) {
        return await this.cancel() ?? { why: CLOCK_WAS_SET };
      }
    }
    const result = this.#result;
    if (result === null) return interrupt.aborted ? "interrupted" : "overdue";
    if ("target" in result) return result.target;
    // A signal may reach the target's thread before the listener that reports the interruption.
    if (interrupt.aborted) return "interrupted";
    switch (result.error instanceof TargetError ? result.error.errno : undefined) {
      case ERRNO.ETIME:
        return MISSED;
      case ERRNO.EINTR:
        return WOKEN_EARLY;
      case ERRNO.ESTALE:
        return { why: trigger.uncertainty };
      case ERRNO.ESRCH:
        throw ended(this.#run);
    }
    throw new Failure(
      EXIT.failed,
      `the target of run ${this.#run} failed: ${
        result.error instanceof Error ? result.error.message : result.error
      }`,
      "start again; if it fails again, this machine does not let it arm or sleep",
      { cause: result.error },
    );
  }

  /**
   * Ends the sleep, and waits for the target: a thread that outlives its probes would disarm the next ones.
   *
   * @returns the target's own account when the edge came in this very moment
   */
  async cancel(): Promise<TargetRun | null> {
    this.#options.target.cancel();
    await this.#options.clock.sleep(CANCEL_WINDOW_MS, this.#settled.signal);
    return this.#result !== null && "target" in this.#result ? this.#result.target : null;
  }
}

/**
 * The run's record, awaited while it can still come; otherwise what the kernel holds of it, complete or not.
 */
async function recordOf(
  { probes, clock, interrupt, recordWindowNs }: LoopOptions,
  run: number,
  sleep: TargetRun | "interrupted" | "overdue",
): Promise<ChainRecord | null> {
  const windowEnd = clock.realtimeNow() + (recordWindowNs ?? RECORD_WINDOW_NS);
  const fewestPolls = recordWindowNs === undefined ? RECORD_POLLS : 1;
  for (let polls = 0;; polls++) {
    const record = probes.take(run);
    if (record !== null) return record;
    const windowClosed = polls >= fewestPolls && clock.realtimeNow() > windowEnd;
    // After the built-in target's return little can still arrive; an existing task may not have read yet.
    const complete = recordWindowNs === undefined && !probes.awaitsRest(run);
    if (typeof sleep === "string" || interrupt.aborted || windowClosed || complete) {
      return probes.abandon(run);
    }
    await clock.sleep(Math.min(polls, LONGEST_POLL_MS), interrupt);
  }
}

function ended(run: number): Failure {
  return new Failure(
    EXIT.failed,
    `the target has ended before run ${run}`,
    `the rows up to run ${run - 1} are in the file; start again with a target that stays`,
  );
}

function statusOf(record: ChainRecord | null, interrupted: boolean): Status {
  if (record !== null && record.tkread_task_ns !== null) return "complete";
  return interrupted ? "aborted" : "timeout";
}

function difference(now: Counters, before: Counters): Counters {
  return {
    ring_full: now.ring_full - before.ring_full,
    self_reads: now.self_reads - before.self_reads,
    recursion_misses: now.recursion_misses === null || before.recursion_misses === null
      ? null
      : now.recursion_misses - before.recursion_misses,
  };
}

/**
 * Whether the chain belongs to a wakeup before the edge: one by a signal, or on a machine that froze its
 * tasks.
 */
function isEarly(
  { ttwu_ns: ttwuNs }: ChainRecord,
  { edge_ns: edgeNs, edge_uncertainty_ns }: TargetRun,
): boolean {
  return edgeNs !== null && ttwuNs + BigInt(edge_uncertainty_ns ?? 0) < edgeNs;
}

function isUncertain(end: TargetRun | Uncertain | string): end is Uncertain {
  return typeof end === "object" && "why" in end;
}

function uncertainEdges(run: number): Failure {
  return new Failure(
    EXIT.failed,
    `run ${run} cannot take place: of ${MOST_UNCERTAIN} edges in a row none is known to have woken the target`,
    "see that the trigger gives one edge a second, and give the machine more CPU time",
  );
}
