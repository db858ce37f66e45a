/**
 * `probe run --measure-overhead`: what the probes themselves cost. The kernel times each program, and every
 * run is paired with one without probes; both latencies are what the target itself saw, from edge to clock
 * read.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { LatencySide, Overhead, ProgramCost, WakeupCost } from "../../analysis/result/meta.ts";
import { ShiftTest } from "../../analysis/stats/shift_test.ts";
import { medianSorted } from "../../analysis/stats/quantile.ts";
import type { TargetRun } from "../../ffi/target.ts";
import type { ProgramUse } from "../probes/chain_probes.ts";
import { type ChainSource, type LoopOptions, runLoop } from "./loop.ts";
import type { RunOutcome } from "../row/outcome.ts";

/** The part of ChainProbes whose cost is measured. */
export interface Suspendable {
  readonly armedMapFd: number;
  /** Detaches everything until resume(). */
  suspend(): void;
  resume(): void;
  programs(): ProgramUse[];
}

/** With fewer runs on a side, the shift is not estimated and has no interval: as in `probe compare`. */
const FEWEST_RUNS = 4;
const FEWEST_FOR_INTERVAL = 6;
const CONFIDENCE = 0.95;

type LoopParts = Pick<LoopOptions, "cellOf" | "startLoad" | "trigger" | "target" | "clock" | "interrupt">;

/**
 * Called after each run of a measurement. The order is A B B A A B B A ... (A with the probes, B without), so
 * a drift affects both sides alike, and the probes are removed only every second run.
 */
export class OverheadMeter {
  readonly #probes: Suspendable;
  readonly #loop: LoopParts;
  readonly #armed: number[] = [];
  readonly #unarmed: number[] = [];

  constructor(probes: Suspendable, loop: LoopParts) {
    this.#probes = probes;
    this.#loop = loop;
  }

  /**
   * Takes the latency of a run with the probes. After every second run it does two runs without them, which
   * become no rows: one under the conditions of this run, one under those of the next.
   *
   * @throws {Failure} when the probes cannot be attached again, or a run cannot take place
   */
  async ran({ run, target }: RunOutcome): Promise<void> {
    const latency = target === null ? null : latencyNs(target);
    // Only the built-in target knows when it read, and some triggers do not know when their edge was.
    if (latency === null) return;
    this.#armed.push(latency);
    if (run % 2 === 0) return;
    this.#probes.suspend();
    try {
      await runLoop({
        ...this.#loop,
        first: run,
        runs: run + 1,
        probes: nobody(this.#probes.armedMapFd),
        recordWindowNs: 0n,
        onOutcome: ({ target }) => {
          const latency = target === null ? null : latencyNs(target);
          if (latency !== null) this.#unarmed.push(latency);
        },
      });
    } finally {
      this.#resume(run);
    }
  }

  #resume(run: number): void {
    try {
      this.#probes.resume();
    } catch (cause) {
      throw new Failure(
        EXIT.failed,
        `the probes could not be attached again after run ${run}: ${
          cause instanceof Error ? cause.message : cause
        }`,
        `the rows up to run ${run} are in the file; start again, without --measure-overhead if it fails again`,
        { cause },
      );
    }
  }

  /** The overhead for the `# end` line. */
  overhead(): Overhead {
    const programs = this.#probes.programs().map(({ program, run_cnt, run_time_ns }): ProgramCost => (
      { program, run_cnt, run_time_ns }
    ));
    return { programs, wakeup: wakeupCost(this.#armed, this.#unarmed) };
  }
}

function latencyNs({ value_ns, edge_ns }: TargetRun): number | null {
  return value_ns === null || edge_ns === null ? null : Number(value_ns - edge_ns);
}

/** Nothing observes these runs: they have no record. */
function nobody(armedMapFd: number): ChainSource {
  return {
    armedMapFd,
    take: () => null,
    awaitsRest: () => false,
    abandon: () => null,
    logsOf: () => [],
    counters: () => ({ ring_full: 0, self_reads: 0, recursion_misses: 0 }),
    open: () => {},
    close: () => {},
  };
}

/**
 * The shift armed - unarmed by Hodges and Lehmann, with its interval; each null when the runs are too few for
 * it.
 *
 * @param armed latencies with the probes, ns
 * @returns null when no latency is known: the target is not the built-in one
 */
export function wakeupCost(armed: readonly number[], unarmed: readonly number[]): WakeupCost | null {
  if (armed.length === 0 && unarmed.length === 0) return null;
  const [b, a] = [sorted(armed), sorted(unarmed)];
  const sides = { armed: sideOf(b), unarmed: sideOf(a) };
  const fewest = Math.min(a.length, b.length);
  if (fewest < FEWEST_RUNS) return { ...sides, shift_ns: null, shift_ci_ns: null };
  const test = new ShiftTest(a, b);
  const interval = fewest < FEWEST_FOR_INTERVAL ? null : test.interval(CONFIDENCE);
  return {
    ...sides,
    shift_ns: test.estimate,
    shift_ci_ns: interval === null ? null : [interval.low, interval.high],
  };
}

function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

function sideOf(values: Float64Array): LatencySide {
  return { n: values.length, median_ns: values.length === 0 ? null : medianSorted(values) };
}
