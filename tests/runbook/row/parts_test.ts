import assert from "node:assert/strict";
import fc from "fast-check";
import type { ChainRecord, CpuEvent, CpuLog } from "../../../ffi/record.ts";
import { divide, divideEdge } from "../../../runbook/row/parts.ts";
import { CHAIN, TRACEPOINT_CHAIN } from "./chain_fixture.ts";

const STAGES = new Set(["timer", "interrupt"] as const);
const ORIGIN = CHAIN.ttwu_ns;

/** An event so many ns after the ttwu. */
function event(at: number, kind: CpuEvent["kind"], over: Partial<CpuEvent> = {}): CpuEvent {
  return { ns: ORIGIN + BigInt(at), since_ns: 0n, kind, interrupt: null, arg: 0, name: "", ...over };
}

const log = (cpu: number, ...events: CpuEvent[]): CpuLog => ({ cpu, events, lost: 0 });
const leaves = (at: number, pid: number, comm: string) => event(at, "switch", { arg: pid, name: comm });

/** The parts that are not 0 and not empty. */
function partsOf(over: Partial<ChainRecord>, ...logs: CpuLog[]) {
  const { parts, ...rest } = divide({ ...CHAIN, ...over }, logs, STAGES)!;
  return { ...rest, parts: Object.fromEntries(Object.entries(parts).filter(([, ns]) => ns)) };
}

const total = (parts: Readonly<Record<string, number | null>>) =>
  Object.values(parts).reduce<number>((sum, ns) => sum + (ns ?? 0), 0);

Deno.test("on the direct path: pi_lock, the waker, who ran on the CPU, the target", () => {
  const { parts, cause, otherTask } = partsOf({}, log(1, leaves(40_000, 77, "hog")));
  assert.deepEqual(parts, { pi_lock: 5000, waker: 15_000, tasks: 20_000, target: 10_000 });
  assert.equal(cause, "tasks");
  assert.equal(otherTask, "hog");
});

Deno.test("the idle task on the CPU is leaving idle, with the state and how long it lasted", () => {
  const idle = event(35_000, "idle", { arg: 2, since_ns: ORIGIN - 700_000n });
  const { parts, idleState, idleNs } = partsOf({}, log(1, idle, leaves(40_000, 0, "swapper/1")));
  assert.deepEqual(parts, { pi_lock: 5000, waker: 15_000, idle: 20_000, target: 10_000 });
  assert.equal(idleState, 2);
  assert.equal(idleNs, 700_000);
});

Deno.test("several tasks before the target are each counted, and the longest is named", () => {
  const { parts, otherTask } = partsOf({}, log(1, leaves(25_000, 77, "short"), leaves(40_000, 78, "long")));
  assert.equal(parts.tasks, 20_000);
  assert.equal(otherTask, "long");
});

Deno.test("a target that another CPU pulls waits for who ran there last", () => {
  const here = log(1, leaves(25_000, 0, "swapper/1"));
  const there = log(0, leaves(39_900, 77, "hog"));
  const { parts, otherTask } = partsOf({ tkread_cpu: 0 }, here, there);
  assert.equal(otherTask, "hog");
  assert.equal(parts.tasks, 19_900);
});

Deno.test("a target that is preempted before its read waits for other tasks once more", () => {
  const { parts } = partsOf(
    { tkread_ns: ORIGIN + 100_000n },
    log(1, leaves(40_000, 77, "hog"), leaves(50_000, CHAIN.pid, CHAIN.comm), leaves(90_000, 77, "hog")),
  );
  assert.deepEqual(parts, { pi_lock: 5000, waker: 15_000, tasks: 60_000, target: 20_000 });
});

Deno.test("without a log nobody knows who ran: that is unexplained", () => {
  const { parts } = partsOf({});
  assert.deepEqual(parts, { pi_lock: 5000, waker: 15_000, unexplained: 20_000, target: 10_000 });
});

Deno.test("on the wakelist of an idle CPU, its first sign of life ends leaving idle", () => {
  const remote = {
    path: "wakelist",
    waker_cpu: 0,
    queued_ns: ORIGIN + 6000n,
    pending_ns: ORIGIN + 14_000n,
    activate_ns: ORIGIN + 16_000n,
  } as const;
  const idle = event(12_000, "idle", { since_ns: ORIGIN - 5000n });
  const { parts } = partsOf(remote, log(1, idle, leaves(40_000, 0, "swapper/1")));
  assert.deepEqual(parts, {
    pi_lock: 5000,
    waker: 1000,
    idle: 6000 + 20_000,
    wakelist: 8000,
    target: 10_000,
  });
  const busy = partsOf({ ...remote, target_idle: 0 }, log(1, leaves(40_000, 9, "busy")));
  assert.deepEqual(busy.parts, {
    pi_lock: 5000,
    waker: 1000,
    wakelist: 14_000,
    tasks: 20_000,
    target: 10_000,
  });
});

Deno.test("where the queueing is not hooked, the wakelist is unexplained and not 0", () => {
  const { parts } = divide({ ...TRACEPOINT_CHAIN, path: "wakelist", target_idle: null }, [], STAGES)!;
  assert.equal(parts.wakelist, null);
  assert.equal(parts.waker, null);
  assert.equal(parts.pi_lock, null);
  assert.ok(parts.unexplained! > 0);
});

Deno.test("the wait for the rq lock is known by its times, or by contention alone", () => {
  const asked = partsOf({ rq_lock_asked_ns: ORIGIN + 7000n, rq_lock_ns: ORIGIN + 9000n }).parts;
  assert.equal(asked.rq_lock, 2000);
  assert.equal(asked.waker, 13_000);
  const contended = { rq_lock_contended_since: ORIGIN + 6000n, rq_lock_contended_ns: 3000n };
  assert.equal(partsOf(contended).parts.rq_lock, 3000);
  assert.equal(divide(CHAIN, [], STAGES)!.parts.rq_lock, null);
});

Deno.test("interrupts keep a runnable target waiting; that one begins before the chain makes no difference", () => {
  const { parts, interrupt } = partsOf(
    {},
    log(
      1,
      event(30_000, "interrupt_end", { interrupt: "local_timer" }),
      event(32_000, "softirq", { arg: 1 }),
      event(33_000, "softirq_end", { arg: 1 }),
      leaves(40_000, 77, "hog"),
      event(42_000, "interrupt", { interrupt: "handler", name: "virtio0" }),
      event(45_000, "interrupt_end", { interrupt: "handler", name: "virtio0" }),
    ),
  );
  // From sched_wakeup at 20 us on.
  assert.deepEqual(parts, { pi_lock: 5000, waker: 15_000, tasks: 9000, interrupts: 14_000, target: 7000 });
  assert.equal(interrupt, "local_timer");
  assert.equal(divide(CHAIN, [], new Set())!.parts.interrupts, null);
});

Deno.test("our own programs are a part, wherever they ran", () => {
  const { parts } = partsOf({ ttwu_probe_ns: 3000, waking_probe_ns: 4000, switch_probe_ns: 500 });
  assert.equal(parts.probes, 7500);
  assert.equal(parts.pi_lock, 2000);
  assert.equal(parts.waker, 11_000);
  assert.equal(parts.target, 9500);
});

Deno.test("what the hypervisor took lies between two stages of a CPU", () => {
  const { parts } = partsOf(
    { wakeup_steal_ns: 100n, switch_steal_ns: 15_100n, tkread_steal_ns: 15_100n },
    log(1, leaves(40_000, 77, "hog")),
  );
  assert.equal(parts.steal, 15_100);
  assert.equal(divide({ ...CHAIN, waking_steal_ns: null }, [], STAGES)!.parts.steal, null);
});

Deno.test("a chain without a read has no parts", () => {
  assert.equal(divide({ ...CHAIN, tkread_ns: null }, [], STAGES), null);
});

Deno.test("whatever the logs say, the parts add up to ttwu_to_tkread_ns", () => {
  const kinds = ["idle", "switch", "interrupt", "interrupt_end", "softirq", "softirq_end"] as const;
  const anyEvent = fc.record({
    at: fc.integer({ min: -10_000, max: 70_000 }),
    kind: fc.constantFrom(...kinds),
    pid: fc.constantFrom(0, 7, CHAIN.pid),
  });
  const chain = fc.record({
    path: fc.constantFrom("direct", "wakelist", "runnable", "self"),
    target_idle: fc.constantFrom(0, 1, null),
    queued_ns: fc.constantFrom(null, ORIGIN + 6000n),
    rq_lock_asked_ns: fc.constantFrom(null, ORIGIN + 1n, ORIGIN + 90_000n),
    rq_lock_ns: fc.constantFrom(null, ORIGIN + 8000n),
    switch_ns: fc.constantFrom(null, ORIGIN + 40_000n, ORIGIN + 200_000n),
    wakeup_probe_ns: fc.constantFrom(0, 900, 90_000),
    tkread_steal_ns: fc.constantFrom(null, 0n, 3000n, 10n ** 9n),
  });
  fc.assert(fc.property(chain, fc.array(anyEvent, { maxLength: 12 }), (over, events) => {
    const sorted = events.toSorted((a, b) => a.at - b.at).map(({ at, kind, pid }) =>
      event(at, kind, { arg: pid })
    );
    const { parts } = divide({ ...CHAIN, ...over }, [log(1, ...sorted)], STAGES)!;
    assert.equal(total(parts), Number(CHAIN.tkread_ns! - CHAIN.ttwu_ns));
    assert.ok(Object.values(parts).every((ns) => ns === null || ns >= 0));
  }));
});

Deno.test("from the edge to the wakeup: slack, a late timer, the way to try_to_wake_up", () => {
  const edge = 1_000_000_000n;
  const timer = { timer_expires_ns: edge + 50_000n, timer_ns: edge + 70_000n, ttwu_ns: edge + 72_000n };
  assert.deepEqual(divideEdge(timer, edge, STAGES), {
    parts: { edge_slack: 50_000, edge_timer: 20_000, edge_waker: 2000, edge_unexplained: 0 },
    cause: "edge_slack",
  });
  const pipe = { timer_expires_ns: null, timer_ns: null, ttwu_ns: edge + 72_000n };
  const ofPipe = divideEdge(pipe, edge, STAGES)!;
  assert.deepEqual([ofPipe.parts.edge_waker, ofPipe.cause], [72_000, "edge_waker"]);
  assert.deepEqual(divideEdge(pipe, edge, new Set()), {
    parts: { edge_slack: null, edge_timer: null, edge_waker: null, edge_unexplained: 72_000 },
    cause: "edge_unexplained",
  });
  assert.equal(divideEdge(pipe, null, STAGES), null);
});

Deno.test("a timer that expired long before the edge is not the edge's", () => {
  const edge = 1_000_000_000n;
  const tick = { timer_expires_ns: edge - 4_000_000n, timer_ns: edge + 1000n, ttwu_ns: edge + 2000n };
  assert.equal(divideEdge(tick, edge, STAGES)!.parts.edge_unexplained, 2000);
});
