/** Handmade events of a VM's vCPUs: a host whose clock is 5 s ahead of the VM's, and vCPU threads 100 and 101. */

import type { VcpuEvent } from "../../../runbook/vcpu/events.ts";
import type { Followed } from "../../../runbook/vcpu/turn.ts";
import type { VmRun } from "../../../runbook/vcpu/rows.ts";

export const AHEAD_NS = 5_000_000_000n;
export const THREADS = [100, 101] as const;
const PERIOD_NS = 200_000_000n;
const UNCERTAINTY_NS = 30;
export const SVM = 2;
export const SVM_HLT = 0x78n;
export const SVM_NPF = 0x400n;
export const PREEMPTED = 0x80000000;

type Kind = NonNullable<VcpuEvent["kind"]>;

/** @param us of the VM's clock after `from` */
export function eventAt(from: bigint, us: number, kind: Kind, fields: Partial<VcpuEvent> = {}): VcpuEvent {
  return {
    ns: from + BigInt(Math.round(us * 1000)) + AHEAD_NS,
    since_ns: 0n,
    address: 0n,
    reason: 0n,
    kind,
    tid: THREADS[0],
    cpu: 3,
    other: 0,
    state: 0,
    arg: 0,
    origin: null,
    isa: 0,
    name: "swapper/3",
    ...fields,
  };
}

export function edgeOf(run: number): bigint {
  return 60_000_000_000n + BigInt(run) * PERIOD_NS;
}

/** Runs whose edge, wakeup, switch and read are 0, 30, 40 and 50 us after each other's begin. */
export function runAt(run: number, over: Partial<VmRun> = {}): VmRun {
  const edge = edgeOf(run);
  const noted = edge + 60_000n;
  return {
    run,
    correlation_id: run.toString(16).padStart(16, "0"),
    edge_ns: edge,
    foreseen_ns: null,
    ttwu_ns: edge + 30_000n,
    switch_ns: edge + 40_000n,
    tkread_ns: edge + 50_000n,
    waker_cpu: 0,
    target_cpu: 0,
    clocks: {
      run,
      counter: { value: noted + AHEAD_NS, mono_ns: noted, uncertainty_ns: UNCERTAINTY_NS },
      host: null,
    },
    ...over,
  };
}

/** A vCPU that slept since before the edge, and is woken for it by its timer. */
export function sleeper(run: number): VcpuEvent[] {
  const at = (us: number, kind: Kind, fields: Partial<VcpuEvent> = {}) =>
    eventAt(edgeOf(run), us, kind, fields);
  const since = edgeOf(run) + AHEAD_NS;
  return [
    at(-90_000, "out", { state: 1 }),
    at(5, "waking", { origin: "timer", address: 0x1234n, name: "" }),
    at(9, "in"),
    at(10, "wakeup", { since_ns: since - 89_900_000n, arg: 1 }),
    at(11, "accept", { arg: 236, name: "" }),
    at(12, "run", { since_ns: since - 90_010_000n, reason: SVM_HLT, isa: SVM, name: "" }),
    at(22, "run", { since_ns: since + 20_000n, reason: SVM_NPF, isa: SVM, name: "" }),
  ];
}

/** Those events, followed by a counter of one tick per ns that both machines share. */
export function followed(events: readonly VcpuEvent[], over: Partial<Followed> = {}): Followed {
  return {
    log: {
      between: (from, to) =>
        events.filter(({ ns }) => ns >= from && ns <= to).toSorted((a, b) => Number(a.ns - b.ns)),
      schedulingBefore: (ns, tids) =>
        [...tids].flatMap((tid) =>
          events.filter((event) =>
            event.tid === tid && event.ns < ns && ["waking", "in", "out"].includes(event.kind ?? "")
          ).toSorted((a, b) => Number(b.ns - a.ns)).slice(0, 1)
        ),
    },
    lost: [],
    asserts: null,
    samples: Array.from({ length: 20 }, (_, i) => {
      const ns = edgeOf(0) + AHEAD_NS + BigInt(i) * PERIOD_NS;
      return {
        mono_ns: ns,
        counter: ns,
        uncertainty_ns: 20,
        realtime_ns: 0n,
        realtime_uncertainty_ns: 20,
      };
    }),
    scale: { offset: 0n, ratio: 1n, fraction_bits: 0 },
    vcpus: new Map(THREADS.map((tid, vcpu) => [tid, vcpu])),
    seesEntries: true,
    seesGuestMode: true,
    functionAt: (address) => address === 0x1234n ? "apic_timer_fn" : null,
    ...over,
  };
}
