/** A kernel, a target and a clock on paper, for tests of the run loop. */

import assert from "node:assert/strict";
import { Failure } from "../../../analysis/failure.ts";
import type { ChainRecord } from "../../../ffi/record.ts";
import { TargetError, type TargetRun } from "../../../ffi/target.ts";
import type { Counters } from "../../../runbook/probes/chain_probes.ts";
import type { LoopOptions } from "../../../runbook/run/loop.ts";
import type { RunOutcome } from "../../../runbook/row/outcome.ts";
import { timerTrigger } from "../../../runbook/run/triggers.ts";
import { ERRNO } from "../../../system/errno.ts";
import { CHAIN, TARGET } from "../row/chain_fixture.ts";

export const { EINTR, EINVAL, ESTALE, ETIME } = ERRNO;
export const PERIOD_NS = 1_000_000_000;

/** The result of one call of the target's run(). */
type Sleep = "returns" | "never returns" | "returns when cancelled" | { readonly errno: number };

/**
 * A kernel, a target and a clock on paper: time passes only when somebody sleeps, and every call is recorded.
 */
export class PaperParts {
  readonly calls: string[] = [];
  readonly outcomes: RunOutcome[] = [];
  readonly edges: bigint[] = [];
  readonly interrupt = new AbortController();
  nowNs = 10_000_000_300n;
  counters: Counters = { ring_full: 0, self_reads: 0, recursion_misses: 0 };
  /** Polls of take() that still answer null after the target has returned. */
  pollsUntilRecord = 0;
  recordComes = true;
  /** What the chain map contains when a run is given up. */
  held: ChainRecord | null = null;
  #wake: (() => void) | null = null;

  /** @param sleeps what happens in the n-th call of target.run() before it ends */
  constructor(readonly sleeps: (call: number, run: number) => Sleep) {}

  options(runs: number): LoopOptions {
    return {
      runs,
      trigger: timerTrigger(PERIOD_NS),
      interrupt: this.interrupt.signal,
      cellOf: () => ({ wake: "timer", load: "idle", stack: true }),
      startLoad: () => ({ [Symbol.dispose]: () => {} }),
      onOutcome: (outcome) => {
        this.calls.push(`outcome ${outcome.run}`);
        this.outcomes.push(outcome);
      },
      probes: {
        armedMapFd: 9,
        take: (run) => {
          if (!this.recordComes || this.pollsUntilRecord-- > 0) return null;
          return { ...CHAIN, run: BigInt(run) };
        },
        awaitsRest: () => this.recordComes,
        abandon: (run) => {
          this.calls.push(`abandon ${run}`);
          return this.held;
        },
        logsOf: () => [],
        counters: () => this.counters,
        open: () => void this.calls.push("open"),
        close: () => void this.calls.push("close"),
      },
      target: {
        run: (fd, run, edge) => this.#run(fd, run, edge),
        cancel: () => {
          this.calls.push("cancel");
          this.#wake?.();
        },
      },
      clock: {
        realtimeNow: () => this.nowNs,
        sleep: async (ms, stop) => {
          // Whatever is to end this sleep gets the chance to do so.
          for (let turn = 0; turn < 20 && !stop.aborted; turn++) await Promise.resolve();
          if (!stop.aborted) this.nowNs += BigInt(Math.ceil(ms)) * 1_000_000n;
        },
      },
    };
  }

  #run(fd: number, run: number, edge: bigint): Promise<TargetRun> {
    assert.equal(fd, 9);
    this.calls.push(`run ${run}`);
    this.edges.push(edge);
    const sleep = this.sleeps(this.edges.length, run);
    if (sleep === "returns when cancelled") {
      return new Promise((resolve) => this.#wake = () => resolve(TARGET));
    }
    if (sleep === "never returns") {
      return new Promise((_, reject) => this.#wake = () => reject(new TargetError(run, EINTR)));
    }
    if (typeof sleep === "object" && sleep.errno === ESTALE) this.nowNs = edge + 200_000n;
    if (typeof sleep === "object") return Promise.reject(new TargetError(run, sleep.errno));
    this.nowNs = edge + 200_000n;
    return Promise.resolve(TARGET);
  }
}

export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(() => null, (error) => error);
  assert.ok(error instanceof Failure, String(error));
  return error;
}
