import assert from "node:assert/strict";
import type { VcpuEvent } from "../../../runbook/vcpu/events.ts";
import type { HostCells } from "../../../runbook/vcpu/host_part.ts";
import type { TurnCells, VmRun } from "../../../runbook/vcpu/rows.ts";
import { type Followed, tellTurn } from "../../../runbook/vcpu/turn.ts";
import {
  AHEAD_NS,
  edgeOf,
  eventAt,
  followed,
  PREEMPTED,
  runAt,
  sleeper,
  SVM,
  SVM_HLT,
  SVM_NPF,
} from "./events_fixture.ts";

const RUNS = [1, 2, 3, 4];

function cellsOf(
  events: readonly VcpuEvent[],
  over: Partial<Followed> = {},
  run: Partial<VmRun> = {},
): HostCells {
  const told = tellTurn(
    followed(events, over),
    RUNS.map((number) => runAt(number, number === 2 ? run : {})),
    2,
  );
  const cells = told.cells.get(2);
  assert.ok(cells !== undefined, JSON.stringify([...told.reasons]));
  return cells as HostCells;
}

function reasonOf(
  events: readonly VcpuEvent[],
  over: Partial<Followed> = {},
  run: Partial<VmRun> = {},
): string {
  const told = tellTurn(followed(events, over), [runAt(1), runAt(2, run), runAt(3)], 2);
  assert.equal(told.cells.has(2), false);
  return [...told.reasons.keys()].join("; ");
}

const EDGE = edgeOf(2);
const all = RUNS.flatMap(sleeper);
/** us after the edge of run 2, on the VM's clock. */
const us = (ns: bigint | number | null) => ns === null ? null : Number(BigInt(ns) - EDGE) / 1000;

Deno.test("a sleeping vCPU's wakeup is told from the host's timer to the entry, on the VM's clock", () => {
  const cells = cellsOf(all);
  assert.equal(cells.vcpu, 0);
  assert.equal(cells.host_began_by, "timer apic_timer_fn");
  assert.deepEqual([cells.host_ttwu_ns, cells.host_switch_ns, cells.kvm_entry_ns].map(us), [5, 9, 22]);
  assert.equal(cells.kvm_exits, 1);
  // 12 us until the entry, and 2 us of a page fault.
  assert.equal(cells.out_of_guest_ns, 14_000n);
  // Of these 14 us its thread slept for 9.
  assert.equal(cells.off_cpu_ns, 9_000n);
  assert.equal(cells.kvm_exit_reason, "hlt");
  assert.deepEqual([cells.preempted_by, cells.preempted_ns], [null, 0n]);
  const uncertainty = Number(cells.clock_map_uncertainty_ns);
  assert.ok(uncertainty >= 50 && uncertainty < 60, `${uncertainty}`);
});

Deno.test("what began the wakeup of the vCPU's thread is named by its context", () => {
  const begun = (fields: Partial<VcpuEvent>) =>
    cellsOf(all.map((event) => event.kind === "waking" ? { ...event, ...fields } : event)).host_began_by;
  assert.equal(begun({ origin: "irq", arg: 25, name: "eth0-rx-1" }), "irq 25 eth0-rx-1");
  assert.equal(begun({ origin: "softirq", arg: 3 }), "softirq 3");
  assert.equal(begun({ origin: "task", other: 77, name: "vhost-77" }), "task vhost-77/77");
  assert.equal(begun({ origin: "idle" }), "interrupt");
  assert.equal(begun({ origin: "timer", address: 1n }), "timer of an unknown function");
  assert.equal(begun({ origin: null }), null);
});

Deno.test("a vCPU that was running at the edge has no wakeup of its own, and keeps its last entry", () => {
  const running = RUNS.flatMap((run) => [
    eventAt(edgeOf(run), -80_000, "waking", { origin: "timer" }),
    eventAt(edgeOf(run), -79_990, "in"),
    eventAt(edgeOf(run), 3, "run", {
      since_ns: eventAt(edgeOf(run), 1, "run").ns,
      reason: 0x60n,
      isa: SVM,
    }),
  ]);
  const cells = cellsOf(running);
  assert.deepEqual([cells.host_began_by, cells.host_ttwu_ns, cells.host_switch_ns], [null, null, null]);
  assert.equal(us(cells.kvm_entry_ns), 3);
  assert.equal(cells.kvm_exit_reason, "interrupt");
  assert.equal(cells.out_of_guest_ns, 2_000n);
  assert.equal(cells.off_cpu_ns, 0n);
});

/** vCPU 0 is preempted 20 ms before the edge; a hog and then a kworker have its CPU until 10 us before the wakeup. */
function preempted(run: number): VcpuEvent[] {
  const at = (after: number, kind: "out" | "in" | "other" | "run", fields: Partial<VcpuEvent> = {}) =>
    eventAt(edgeOf(run), after, kind, fields);
  return [
    at(-20_000, "out", { state: PREEMPTED, other: 900, name: "hog" }),
    at(15, "other", { tid: 0, other: 900, name: "hog" }),
    at(18, "other", { tid: 0, other: 12, name: "kworker/3:1", cpu: 2 }),
    at(20, "in", { other: 12, name: "kworker/3:1" }),
    at(22, "run", { since_ns: at(-20_001, "out").ns, reason: 0x60n, isa: SVM }),
  ];
}

Deno.test("a preempted vCPU names the task that had its CPU longest, not the one that left it last", () => {
  const cells = cellsOf([...sleeper(1), ...preempted(2), ...sleeper(3)]);
  assert.equal(cells.preempted_by, "hog/900");
  // From the edge on: what was before belongs to no run.
  assert.equal(cells.preempted_ns, 20_000n);
  assert.equal(cells.host_ttwu_ns, null);
  assert.equal(us(cells.host_switch_ns), 20);
  assert.equal(cells.off_cpu_ns, 20_000n);
});

Deno.test("a thread that loses its CPU between edge and read lacks it until it comes back, as often as it does", () => {
  const run = [
    eventAt(EDGE, 2, "out", { state: PREEMPTED, other: 900, name: "hog" }),
    eventAt(EDGE, 7, "in", { other: 900, name: "hog" }),
    eventAt(EDGE, 8, "run", { since_ns: eventAt(EDGE, 1, "run").ns, reason: 0x60n, isa: SVM }),
    eventAt(EDGE, 11, "out", { state: 1 }),
    eventAt(EDGE, 21, "in"),
    eventAt(EDGE, 22, "run", { since_ns: eventAt(EDGE, 10, "run").ns, reason: SVM_HLT, isa: SVM }),
  ];
  const cells = cellsOf([...sleeper(1), ...run, ...sleeper(3)]);
  assert.equal(cells.off_cpu_ns, 15_000n);
  assert.equal(cells.out_of_guest_ns, 19_000n);
});

Deno.test("a woken vCPU that waits for a busy CPU is preempted for as long; an idle CPU preempts nobody", () => {
  const waiting = sleeper(2).map((event) =>
    event.kind === "in" ? { ...event, other: 900, name: "hog" } : event
  );
  const cells = cellsOf([...sleeper(1), ...waiting, ...sleeper(3)]);
  assert.deepEqual([cells.preempted_by, cells.preempted_ns], ["hog/900", 4_000n]);
});

Deno.test("a vCPU that a signal stopped says so, whoever had the CPU", () => {
  const stopped = preempted(2).map((event) =>
    event.kind === "out" ? { ...event, state: 4, other: 0, name: "swapper/3" } : event
  );
  const cells = cellsOf([...sleeper(1), ...stopped, ...sleeper(3)]);
  assert.deepEqual([cells.preempted_by, cells.preempted_ns], ["stopped", 20_000n]);
});

Deno.test("a wait that lasts beyond the run counts until the read", () => {
  const [out] = preempted(2) as [VcpuEvent];
  const known = eventAt(EDGE, 22, "run", {
    since_ns: eventAt(EDGE, 21, "run").ns,
    reason: SVM_NPF,
    isa: SVM,
  });
  const still = (state: number) => [...sleeper(1), { ...out, state }, known, ...sleeper(3)];
  const stopped = cellsOf(still(4));
  assert.deepEqual([stopped.preempted_by, stopped.preempted_ns], ["stopped", 50_000n]);
  assert.deepEqual(cellsOf(still(PREEMPTED)).preempted_by, "hog/900");
  assert.deepEqual(cellsOf(still(1)).preempted_by, null);
});

Deno.test("a thread that was stopped long before the edge is known to be", () => {
  const stopped = eventAt(EDGE, -4_000_000, "out", { state: 4 });
  const back = [
    eventAt(EDGE, 20, "in"),
    eventAt(EDGE, 22, "run", { since_ns: stopped.ns, reason: 0x60n, isa: SVM }),
  ];
  const cells = cellsOf([stopped, ...back, ...sleeper(3)]);
  assert.deepEqual([cells.preempted_by, cells.preempted_ns], ["stopped", 20_000n]);
});

Deno.test("another vCPU of the VM that had the CPU is named as such", () => {
  const shared = [
    eventAt(EDGE, -20_000, "out", { state: PREEMPTED, other: 101, name: "CPU 1/KVM" }),
    eventAt(EDGE, 19, "out", { tid: 101, state: 1 }),
    eventAt(EDGE, 20, "in", { other: 101, name: "CPU 1/KVM" }),
    eventAt(EDGE, 22, "run", { since_ns: eventAt(EDGE, -20_001, "out").ns, reason: 0x60n, isa: SVM }),
  ];
  assert.equal(cellsOf([...sleeper(1), ...shared, ...sleeper(3)]).preempted_by, "vCPU 1");
});

Deno.test("until the wakeup the waker's vCPU counts, after it the target's", () => {
  const target = [
    eventAt(EDGE, -40_000, "out", { tid: 101, state: 1 }),
    eventAt(EDGE, 32, "waking", { tid: 101, origin: "task", other: 100, name: "CPU 0/KVM" }),
    eventAt(EDGE, 34, "in", { tid: 101, cpu: 1 }),
    eventAt(EDGE, 36, "run", {
      tid: 101,
      since_ns: eventAt(EDGE, -40_001, "run").ns,
      reason: SVM_HLT,
      isa: SVM,
    }),
  ];
  const cells = cellsOf([...all, ...target], {}, { target_cpu: 1 });
  assert.equal(cells.vcpu, 0);
  // Of vCPU 0 until the wakeup at 30 us: 14 us. Of vCPU 1 from there: 6 us.
  assert.equal(cells.out_of_guest_ns, 20_000n);
  assert.equal(us(cells.host_ttwu_ns), 5);
});

Deno.test("without kvm's events the scheduler's still tell; nothing is said of guest mode", () => {
  const scheduler = all.filter(({ kind }) => kind === "waking" || kind === "in" || kind === "out");
  const cells = cellsOf(scheduler, { seesEntries: false, seesGuestMode: false });
  assert.equal(us(cells.host_ttwu_ns), 5);
  assert.deepEqual(
    [cells.kvm_entry_ns, cells.kvm_exits, cells.out_of_guest_ns, cells.kvm_exit_reason],
    [null, null, null, null],
  );
});

Deno.test("without kvm_exit the last entry is known, and nothing of the time out of guest mode", () => {
  const cells = cellsOf(all.map((event) => ({ ...event, since_ns: 0n })), { seesGuestMode: false });
  assert.deepEqual([us(cells.kvm_entry_ns), cells.kvm_exits, cells.out_of_guest_ns], [22, null, null]);
});

Deno.test("a run whose read was not seen has its host's wakeup, and no sums", () => {
  const cells = cellsOf(all, {}, { tkread_ns: null });
  assert.equal(us(cells.host_switch_ns), 9);
  assert.deepEqual([cells.kvm_exits, cells.out_of_guest_ns, cells.preempted_ns], [null, null, null]);
});

Deno.test("times of the VM that lie outside of guest mode contradict the clocks: nothing is told", () => {
  const late = all.map((event) =>
    event.kind === "run" && event.reason === SVM_NPF
      ? { ...event, ns: event.ns + 25_000n, since_ns: event.since_ns + 6_000n }
      : event
  );
  assert.match(reasonOf(late), /outside of guest mode/);
});

Deno.test("each thing that is missing leaves the row empty and says what", () => {
  assert.equal(reasonOf([]), "its vCPU's thread is not known");
  assert.equal(reasonOf(all, { vcpus: new Map() }), "its vCPU's thread is not known");
  assert.equal(reasonOf(all, { scale: "debugfs cannot be read" }), "debugfs cannot be read");
  assert.equal(reasonOf(all, { samples: [] }), "the host's clocks were not sampled around it");
  assert.equal(reasonOf(all, {}, { ttwu_ns: null }), "the VM did not see its wakeup");
  const clocks = { run: 2, counter: null, host: null };
  assert.equal(reasonOf(all, {}, { clocks }), "the VM's row tells no clock that its host knows");
  const lost = [{ from: edgeOf(2) + AHEAD_NS, to: edgeOf(3) + AHEAD_NS }];
  assert.match(reasonOf(all, { lost }), /events around it were lost/);
});

Deno.test("rows of earlier turns are not told again, and each told run has its record under its ID", () => {
  const told = tellTurn(followed(all), RUNS.map((run) => runAt(run)), 3);
  assert.deepEqual([...told.cells.keys()], [3, 4]);
  assert.deepEqual(told.runs.map(({ run, correlation_id }) => [run, correlation_id]), [
    [3, "0000000000000003"],
    [4, "0000000000000004"],
  ]);
  const [{ events, left_out, host_ttwu_at_ns }] = told.runs as [typeof told.runs[number]];
  assert.equal(left_out, 0);
  assert.equal(BigInt(host_ttwu_at_ns) - edgeOf(3), 5_000_030_000n);
  // The sleep began long before the run's window.
  assert.deepEqual(events.map(({ kind, at }) => [kind, at]), [
    ["waking", -25_000],
    ["in", -21_000],
    ["wakeup", -20_000],
    ["accept", -19_000],
    ["run", -18_000],
    ["run", -8_000],
  ]);
  assert.equal(events[0]!.by, "timer apic_timer_fn");
  assert.equal(events[3]!.vector, 236);
  assert.deepEqual([events[5]!.since, events[5]!.reason], [-10_000, "npf"]);
});

/** Of run 2, as the VM has it: woken by its timer, which stood for a pulse 10 us after it. */
const FORESEEN = { edge_ns: null, foreseen_ns: EDGE - 10_000n };
const PULSES = RUNS.map((run) => ({ realNs: edgeOf(run) + AHEAD_NS, sequence: run }));

Deno.test("a foreseen pulse is the host's assert on the VM's clock, and the host's part begins there", () => {
  const cells = cellsOf(all, { asserts: PULSES }, FORESEEN) as TurnCells;
  assert.deepEqual([cells.edge_ns, cells.offset_ns], [EDGE, 50_000n]);
  const uncertainty = Number(cells.clock_map_uncertainty_ns);
  // That of the map, and of CLOCK_REALTIME on the host.
  assert.ok(uncertainty >= 70 && uncertainty < 80, `${uncertainty}`);
  assert.deepEqual([cells.out_of_guest_ns, cells.off_cpu_ns], [14_000n, 9_000n]);
  assert.equal(us(cells.host_ttwu_ns!), 5);
});

Deno.test("the wakeup of a vCPU for its timer counts though the pulse came after it", () => {
  const pulses = PULSES.map(({ realNs, sequence }) => ({ realNs: realNs + 40_000n, sequence }));
  const cells = cellsOf(all, { asserts: pulses }, FORESEEN) as TurnCells;
  // Read 10 us after the pulse: the wakeup was before it.
  assert.deepEqual([us(cells.edge_ns!), cells.offset_ns, us(cells.host_ttwu_ns!)], [40, 10_000n, 5]);
});

Deno.test("a pulse that did not come leaves the edge empty, with the reason, and the host's part stays", () => {
  const told = (asserts: Followed["asserts"]) =>
    tellTurn(followed(all, { asserts }), RUNS.map((run) => runAt(run, run === 2 ? FORESEEN : {})), 2);
  for (const asserts of [PULSES.filter(({ sequence }) => sequence !== 2), [], null]) {
    const { cells, edgeless, reasons } = told(asserts);
    assert.deepEqual([...edgeless], [["no pulse came within 20 ms of the foreseen one", 1]]);
    assert.deepEqual([...reasons], []);
    const cell = cells.get(2)!;
    assert.deepEqual(["edge_ns" in cell, "offset_ns" in cell, cell.vcpu], [false, false, 0]);
    // From the wakeup on: nobody knows when it should have been.
    assert.equal(cell.kvm_exits, 0);
  }
});

Deno.test("the edge is known where nothing else of the host's part is, and not where the clocks are not", () => {
  const turn = (over: Partial<Followed>, run: Partial<VmRun> = {}) =>
    tellTurn(
      followed(all, { asserts: PULSES, ...over }),
      RUNS.map((number) => runAt(number, number === 2 ? { ...FORESEEN, ...run } : {})),
      2,
    );
  const unknown = turn({ vcpus: new Map() });
  assert.deepEqual(unknown.cells.get(2), {
    edge_ns: EDGE,
    offset_ns: 50_000n,
    clock_map_uncertainty_ns: unknown.cells.get(2)!.clock_map_uncertainty_ns,
  });
  assert.deepEqual([...unknown.edgeless], []);
  const unplaced = turn({ samples: [] });
  const why = "the host's clocks were not sampled around it";
  assert.deepEqual([unplaced.cells.get(2), unplaced.edgeless.get(why)], [undefined, 1]);
  const noScale = turn({ scale: "/sys cannot be read" });
  assert.deepEqual([...noScale.edgeless], [["/sys cannot be read", 1]]);
});
