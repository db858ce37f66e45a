/** A run on paper whose CPU was taken by a task and by a softirq inside an interrupt. */

import { correlationId } from "../../../analysis/result/correlation.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { CPU_INTERRUPT } from "../../../ffi/layout.generated.ts";
import type { RecentEvent, RecentRing } from "../../../ffi/recent.ts";
import type { CpuEvent, CpuLog } from "../../../ffi/record.ts";
import type { RunOutcome } from "../../../runbook/row/outcome.ts";
import { buildRow, type RowWithStacks } from "../../../runbook/row/row.ts";
import { around } from "../../../runbook/slow/around.ts";
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

/** A recent event so many ns after the wakeup. */
export function recent(at: number, kind: RecentEvent["kind"], over: Partial<RecentEvent> = {}): RecentEvent {
  return { ns: CHAIN.ttwu_ns + BigInt(at), kind, arg: 0n, other: 0, name: "", ...over };
}

export function ringOf(
  cpu: number,
  events: readonly RecentEvent[],
  over: Partial<RecentRing> = {},
): RecentRing {
  return {
    cpu,
    sinceNs: events[0]?.ns ?? 0n,
    lost: 0,
    count: events.length,
    nsOf: (index) => events[index]!.ns,
    eventOf: (index) => events[index]!,
    ...over,
  };
}

const HOG = { arg: 77n, name: "hog" };
const TIMER = { other: CPU_INTERRUPT.INTERRUPT_LOCAL_TIMER };
const LOCK = { arg: 0xffff888000001000n };

/** What the two CPUs did around the run: of each kind of event one, and the hog long before the edge. */
export const RINGS: readonly RecentRing[] = [
  ringOf(0, [
    recent(-900_000_000, "idle_end"),
    recent(-70_000, "timekeeper"),
    recent(-60_500, "contention", LOCK),
    recent(-60_000, "contention_end", LOCK),
    recent(2000, "migrate", { arg: 9n, name: "other", other: 1 }),
  ], { sinceNs: CHAIN.ttwu_ns - 900_000_000n, lost: 2 }),
  ringOf(1, [
    recent(-90_000_000, "switch", { ...HOG, other: 9 }),
    recent(-3000, "switch", { other: 77, name: "swapper/1" }),
    recent(-2000, "idle", { arg: 2n }),
    recent(-500, "idle_end"),
    recent(-400, "interrupt", TIMER),
    recent(-300, "timer", { arg: 0xffffffff81002000n }),
    recent(0, "waking", HOG),
    recent(1000, "wakeup", { ...HOG, other: 1 }),
    recent(1500, "timer_end"),
    recent(1600, "softirq", { arg: 1n }),
    recent(1700, "softirq_end", { arg: 1n }),
    recent(2000, "interrupt_end", TIMER),
    recent(40_000, "switch", HOG),
  ]),
];

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
    around: around({ from: TARGET.edge_ns!, to: outcome.record!.tkread_ns! }, RINGS),
    symbols: SYMBOLS,
  };
}
