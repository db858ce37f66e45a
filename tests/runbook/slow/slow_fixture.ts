/** A run on paper whose CPU was taken by a task and by a softirq inside an interrupt. */

import { correlationId } from "../../../analysis/result/correlation.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import type { CpuEvent, CpuLog } from "../../../ffi/record.ts";
import type { RunOutcome } from "../../../runbook/row/outcome.ts";
import { buildRow, type RowWithStacks } from "../../../runbook/row/row.ts";
import type { SlowRun } from "../../../runbook/slow/document.ts";
import { CHAIN, TARGET } from "../row/chain_fixture.ts";
import { SYMBOLS } from "../run/series_fixture.ts";

/** An event so many ns after the wakeup. */
function event(at: number, kind: CpuEvent["kind"], over: Partial<CpuEvent> = {}): CpuEvent {
  return { ns: CHAIN.ttwu_ns + BigInt(at), since_ns: 0n, kind, interrupt: null, arg: 0, name: "", ...over };
}

const LOG: CpuLog = {
  cpu: 1,
  lost: 0,
  events: [
    event(1000, "idle", { since_ns: CHAIN.ttwu_ns - 9000n, arg: 2 }),
    event(2000, "switch", { arg: 0, name: "swapper/1" }),
    event(3000, "interrupt", { interrupt: "local_timer" }),
    event(3500, "softirq", { arg: 1 }),
    event(4500, "softirq_end", { arg: 1 }),
    event(5000, "interrupt_end", { interrupt: "local_timer" }),
    event(40_000, "switch", { arg: 77, name: "hog" }),
  ],
};

export function outcomeOf(run: number, over: Partial<RunOutcome> = {}): RunOutcome {
  const { tgid, pid, ttwu_ns } = CHAIN;
  const id = BigInt(`0x${correlationId(tgid, pid, run, ttwu_ns)}`);
  return {
    run,
    cell: { wake: "timer", load: "idle", stack: true },
    status: "complete",
    record: {
      ...CHAIN,
      run: BigInt(run),
      correlation_id: id,
      waker_context: null,
      ttwu_stack: [0xffffffff81001000n, 0xffffffff81002010n],
    },
    logs: [LOG],
    target: TARGET,
    losses: { ring_full: 0, self_reads: 0, recursion_misses: 0 },
    ...over,
  };
}

export function builtOf(outcome: RunOutcome): RowWithStacks {
  return buildRow(outcome, { symbols: SYMBOLS, decode: null, observed: new Set(["interrupt"]) }, "tsc");
}

export function slowRun(): SlowRun {
  const outcome = outcomeOf(7);
  return {
    ...builtOf(outcome),
    file: "host.csv",
    meta: generatedMeta("host"),
    limit: { text: "50us", ns: 50_000, quantile: null },
    slowness: { of: "offset_ns", ns: 100_000, limitNs: 50_000 },
    record: outcome.record!,
    logs: outcome.logs,
  };
}
