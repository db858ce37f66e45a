/** The built-in native target: one call is one run, see ffi/native/target.c. */

import type { NativeLibrary } from "./native_library.ts";

/** What one run of the target found out. Times in ns; CLOCK_MONOTONIC unless said otherwise. */
export interface TargetRun {
  readonly tgid: number;
  readonly pid: number;
  readonly edge_ns: bigint;
  /** Half the width of the bracket that placed the CLOCK_REALTIME edge on CLOCK_MONOTONIC. */
  readonly edge_uncertainty_ns: number;
  /** What the target's first clock_gettime after the wakeup returned. */
  readonly value_ns: bigint;
  /** Elapsed CLOCK_MONOTONIC minus the elapsed independent counter, from arming to after the read. */
  readonly clock_step_ns: bigint;
  readonly clock_step_uncertainty_ns: number;
}

/** The target's call failed: errno ETIME (62) the edge was too near, EINTR (4) its sleep was cut short. */
export class TargetError extends Error {
  override readonly name = "TargetError";

  constructor(readonly run: number, readonly errno: number) {
    super(`The target of run ${run} failed with errno ${errno}`);
  }
}

/** How far away the edge must still be once the target is armed: it has yet to fall asleep. */
const LEAD_NS = 1_000_000n;

const CLOCK_REALTIME = 0;

export interface TargetOptions {
  /** How the target is woken: a name of the table in ffi/native/wakes.c. */
  readonly wake: string;
  /** How long the waker holds the wake back after the edge, ns; not for the timer, whose waker is the kernel. */
  readonly holdNs?: bigint;
}

/** The built-in target of all runs. */
export class NativeTarget {
  readonly #native: NativeLibrary;
  readonly #wake: number;
  readonly #holdNs: bigint;
  #run = 0;

  /** @throws {RangeError} when there is no such wake */
  constructor(native: NativeLibrary, options: TargetOptions) {
    this.#native = native;
    this.#wake = native.symbols.wake_index(new TextEncoder().encode(`${options.wake}\0`));
    if (this.#wake < 0) throw new RangeError(`A wake must be in the table of wakes, got ${options.wake}`);
    this.#holdNs = options.holdNs ?? 0n;
  }

  /** What clock_step_ns is measured against. */
  get clockStepCounter(): "tsc" | "CLOCK_MONOTONIC_RAW" {
    return this.#native.symbols.clock_step_counts_tsc() === 1 ? "tsc" : "CLOCK_MONOTONIC_RAW";
  }

  /**
   * One run: on its own native thread the target arms `armedMapFd` with its own pid, blocks until it is woken,
   * reads the clock by the raw system call and disarms.
   *
   * @param edgeRealNs absolute CLOCK_REALTIME of the edge
   * @throws {TargetError}
   */
  async run(armedMapFd: number, run: number, edgeRealNs: bigint): Promise<TargetRun> {
    this.#run = run;
    // In the order of struct target_request in ffi/native/target.h.
    const request = new BigInt64Array([
      BigInt(armedMapFd),
      BigInt(run),
      BigInt(this.#wake),
      edgeRealNs,
      LEAD_NS,
      this.#holdNs,
    ]);
    const result = new BigInt64Array(7);
    const errno = await this.#native.symbols.target_run(
      new Uint8Array(request.buffer),
      new Uint8Array(result.buffer),
    );
    if (errno !== 0) throw new TargetError(run, errno);
    const at = (index: number) => result[index] ?? 0n;
    // In the order of struct target_result in ffi/native/target.h.
    return {
      tgid: Number(at(0)),
      pid: Number(at(1)),
      edge_ns: at(2),
      edge_uncertainty_ns: Number(at(3)),
      value_ns: at(4),
      clock_step_ns: at(5),
      clock_step_uncertainty_ns: Number(at(6)),
    };
  }

  /** Ends the sleep of the latest run, also one about to begin: its run() rejects with errno EINTR. */
  cancel(): void {
    this.#native.symbols.target_cancel(BigInt(this.#run));
  }

  /** CLOCK_REALTIME in ns. */
  realtimeNow(): bigint {
    return this.#native.symbols.clock_now(CLOCK_REALTIME);
  }
}
