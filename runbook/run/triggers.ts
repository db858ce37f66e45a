/** What gives each run its edge: a timer, or a device whose edges come at their own times. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { EdgeCounts } from "../../analysis/result/meta.ts";
import type { TargetRun } from "../../ffi/target.ts";
import type { Foreseen } from "../protocol/foreseen.ts";
import { DEVICE_PERIOD_NS } from "../protocol/wakes.ts";
import type { LatestEdge } from "../../ffi/trigger.ts";

/** The part that the run loop knows. */
export interface Trigger {
  /** Time between edges, ns. */
  readonly periodNs: number;
  /** How long after its edge was due the target may take to return from its wait, ns. */
  readonly windowNs: bigint;
  /** How many edges in a row may fail to wake the target before the series ends. */
  readonly patience: number;
  /** What is wrong and what to do when so many have failed, the last one in that run. */
  silence(run: number): Failure;
  /** Whether its edges are instants for which pulses of another machine were foreseen; absent: not. */
  readonly isForeseen?: true;
  /** Why it may not be known which edge woke the target. */
  readonly uncertainty: string;
  /** When the first edge at or after `earliest` is due; both in ns of CLOCK_REALTIME. */
  nextEdge(earliest: bigint): bigint;
  /** Called for every edge that woke the target. */
  took(edge: Pick<TargetRun, "edge_ns" | "sequence">): void;
  /** No run was meant to take the edges from the last one taken to the next: they are not counted. */
  pause(): void;
  /**
   * The edges between the first and the last one taken; null: no edge was taken, or the trigger does not
   * count them.
   */
  edges(): EdgeCounts | null;
}

/** Why a run is repeated whose wait was moved by a change of the clock. */
export const CLOCK_WAS_SET = "the clock was set, or the machine slept, while it waited";

/** Only a broken machine needs this long to wake a target by the timer. */
const TIMER_WINDOW_NS = 30_000_000_000n;

/** What all edges of the kernel's timer have in common. */
const OF_TIMER = {
  windowNs: TIMER_WINDOW_NS,
  patience: 1,
  silence: (run: number) =>
    new Failure(
      EXIT.failed,
      `the target of run ${run} did not wake within ${TIMER_WINDOW_NS / NS_PER_S} s of its edge`,
      "check that the machine's timers work, then start again",
    ),
  uncertainty: CLOCK_WAS_SET,
} as const;

/** Edges on the multiples of the period on CLOCK_REALTIME. */
export function timerTrigger(periodNs: number): Trigger {
  let missed: number | null = null;
  let last: bigint | null = null;
  return {
    ...OF_TIMER,
    periodNs,
    nextEdge: (earliest) => nextMultiple(earliest, BigInt(periodNs)),
    took({ edge_ns: edgeNs }) {
      if (edgeNs === null) return;
      // By CLOCK_MONOTONIC: setting the other clock must not count as an edge.
      const periods = last === null ? 1 : Math.round(Number(edgeNs - last) / periodNs);
      missed = (missed ?? 0) + Math.max(periods - 1, 0);
      last = edgeNs;
    },
    pause: () => void (last = null),
    edges: () => missed === null ? null : { missed, absent: 0 },
  };
}

/** Where the clock stands on which pulses are foreseen, and two of this machine's, in ns, at the same instant. */
export interface Beside {
  readonly value: bigint;
  readonly mono_ns: bigint;
  readonly real_ns: bigint;
}

/** Over a shorter time the rate of two clocks is better guessed than measured. */
const RATE_NEEDS_NS = 100_000_000;

/**
 * Edges where pulses were foreseen, on a clock that this machine reads anew for each of them: so neither its own clock's
 * rate nor its being set moves them. The pulses themselves are not seen here.
 */
export function foreseenTrigger({ at, period }: Foreseen, read: () => Beside): Trigger {
  const first = read();
  return {
    ...OF_TIMER,
    periodNs: DEVICE_PERIOD_NS,
    isForeseen: true,
    nextEdge(earliest) {
      const now = read();
      const elapsed = Number(now.mono_ns - first.mono_ns);
      const rate = elapsed < RATE_NEEDS_NS
        ? period / DEVICE_PERIOD_NS
        : Number(now.value - first.value) / elapsed;
      const since = Number(now.value - at);
      const next = Math.ceil((since + Number(earliest - now.real_ns) * rate) / period) * period;
      return now.real_ns + BigInt(Math.ceil((next - since) / rate));
    },
    took: () => {},
    pause: () => {},
    edges: () => null,
  };
}

const NS_PER_S = 1_000_000_000n;

/** A run whose edge is later than this is a timeout, and many in a row end the series. */
const DEVICE_WINDOW_NS = 5n * NS_PER_S;
const DEVICE_PATIENCE = 3;

/** Sequence numbers of PPS devices are u32. */
const SEQUENCE_NUMBERS = 2 ** 32;

/** The part of an open device that its trigger uses. */
export interface EdgeSource {
  latest(): LatestEdge | null;
}

/**
 * Edges of a device. The due time of the next one is estimated from the latest, so that the run is armed in
 * time. Only the device says which edge woke the target, and when it was.
 *
 * @param path of the device, for messages
 */
export function deviceTrigger(source: EdgeSource, path: string): Trigger {
  const period = BigInt(DEVICE_PERIOD_NS);
  const counter = new EdgeCounter();
  return {
    periodNs: DEVICE_PERIOD_NS,
    windowNs: DEVICE_WINDOW_NS,
    patience: DEVICE_PATIENCE,
    silence: (run) =>
      new Failure(
        EXIT.failed,
        `${path} has stopped: ${DEVICE_PATIENCE} runs up to run ${run} waited for an edge, each for ` +
          `${DEVICE_WINDOW_NS / NS_PER_S} s`,
        `the rows up to run ${run} are in the file; look after the device's signal and start again`,
      ),
    uncertainty: `another edge of ${path} came beside the one that it waited for`,
    nextEdge(earliest) {
      const phase = (source.latest()?.realNs ?? earliest) % period;
      return nextMultiple(earliest - phase, period) + phase;
    },
    took: (edge) => counter.took(edge),
    pause: () => counter.pause(),
    edges: () => counter.counts(),
  };
}

/** The first multiple of the period at or after `earliest`. */
function nextMultiple(earliest: bigint, period: bigint): bigint {
  return (earliest + period - 1n) / period * period;
}

/** Counts the edges between those that runs took, by the device's own numbers. */
class EdgeCounter {
  #paused = false;
  #missed = 0;
  #absent = 0;
  #last: { readonly sequence: number; readonly edgeNs: bigint | null } | null = null;

  took({ sequence, edge_ns: edgeNs }: Pick<TargetRun, "edge_ns" | "sequence">): void {
    if (sequence === null) return;
    if (this.#last !== null && !this.#paused) {
      const came = (sequence - this.#last.sequence + SEQUENCE_NUMBERS) % SEQUENCE_NUMBERS;
      this.#missed += came - 1;
      if (edgeNs !== null && this.#last.edgeNs !== null) {
        const due = Math.round(Number(edgeNs - this.#last.edgeNs) / DEVICE_PERIOD_NS);
        this.#absent += Math.max(due - came, 0);
      }
    }
    this.#last = { sequence, edgeNs };
    this.#paused = false;
  }

  pause(): void {
    this.#paused = true;
  }

  counts(): EdgeCounts | null {
    if (this.#last === null) return null;
    return { missed: this.#missed, absent: this.#last.edgeNs === null ? null : this.#absent };
  }
}
