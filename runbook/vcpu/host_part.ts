/** The host's part of one run of a VM: what the events of its vCPUs' threads say about that run. */

import type { Row } from "../../analysis/result/columns.ts";
import { exitReason } from "./exit_reasons.ts";
import type { PlacedEvent, Span, VcpuEvent } from "./events.ts";
import { offCpuNs } from "./off_cpu.ts";
import { preemption } from "./preemption.ts";

/** What a row of the VM says of its run; times in ns of the VM's CLOCK_MONOTONIC. */
export interface GuestRun {
  readonly run: number;
  readonly correlation_id: string | null;
  readonly edge_ns: bigint | null;
  /** What the VM's timer stood for; null: for nothing but its edge. */
  readonly foreseen_ns: bigint | null;
  readonly ttwu_ns: bigint | null;
  readonly switch_ns: bigint | null;
  readonly tkread_ns: bigint | null;
  readonly waker_cpu: number | null;
  readonly target_cpu: number | null;
}

/** What {@linkcode partOf} needs beside the run. */
export interface Placed {
  /** In the order of time, from well before the edge until after the read. */
  readonly events: readonly PlacedEvent[];
  /** How far off their times may be, ns. */
  readonly uncertainty_ns: number;
  /** Whether kvm_entry is seen. */
  readonly seesEntries: boolean;
  /** Whether kvm_exit is seen too. */
  readonly seesGuestMode: boolean;
  /** The name of the function at an address; null: not known. */
  readonly functionAt: (address: bigint) => string | null;
}

/** What only this machine has seen of a pulse that was foreseen. */
export type PulseCells = Pick<Row, "edge_ns" | "offset_ns" | "clock_map_uncertainty_ns">;

export type HostCells = Pick<
  Row,
  | "vcpu"
  | "host_began_by"
  | "host_ttwu_ns"
  | "host_switch_ns"
  | "kvm_entry_ns"
  | "kvm_exits"
  | "out_of_guest_ns"
  | "kvm_exit_reason"
  | "preempted_by"
  | "preempted_ns"
  | "clock_map_uncertainty_ns"
  | "off_cpu_ns"
>;

/**
 * KVM lets its timer expire up to 5 us early (LAPIC_TIMER_ADVANCE_NS_MAX of x86, 5.10 to 7.3) and
 * waits in the kernel for the rest: a vCPU that wakes so shortly before the edge wakes for it.
 */
const EARLY_NS = 20_000n;

/** The time of a vCPU that belongs to the run. */
interface Share extends Span {
  readonly vcpu: number;
}

/**
 * @returns why the host's times cannot be the run's, where they contradict the VM's
 */
export function partOf(guest: GuestRun, placed: Placed): HostCells | string {
  const { ttwu_ns, waker_cpu } = guest;
  if (ttwu_ns === null || waker_cpu === null) return "the VM did not see its wakeup";
  const wrong = placed.seesGuestMode ? outsideGuestMode(guest, placed) : null;
  if (wrong !== null) return wrong;
  const early = BigInt(placed.uncertainty_ns);
  const entry = placed.seesEntries ? lastOf(placed, "run", waker_cpu, ttwu_ns + early) : null;
  const shares = sharesOf(guest, ttwu_ns, waker_cpu);
  const due = guest.foreseen_ns ?? guest.edge_ns ?? ttwu_ns;
  const waking = wakingOf(placed, waker_cpu, entry?.ns ?? ttwu_ns + early, due);
  const exits = placed.seesGuestMode && shares !== null ? exitsIn(placed, shares) : null;
  const stolen = shares === null ? null : preemption(placed.events, shares);
  return {
    vcpu: waker_cpu,
    host_began_by: waking?.began === undefined ? null : beganBy(waking.began, placed),
    host_ttwu_ns: waking?.began?.ns ?? null,
    host_switch_ns: waking?.ns ?? null,
    kvm_entry_ns: entry?.ns ?? null,
    kvm_exits: exits?.count ?? null,
    out_of_guest_ns: exits?.ns ?? null,
    kvm_exit_reason: exits?.reason ?? null,
    preempted_by: stolen?.by ?? null,
    preempted_ns: stolen?.ns ?? null,
    clock_map_uncertainty_ns: placed.uncertainty_ns,
    off_cpu_ns: shares === null ? null : offCpuNs(placed.events, shares),
  };
}

/** Until the wakeup the vCPU of the waker's CPU counts, then that of the target's. null: the read was not seen. */
function sharesOf(
  { edge_ns, tkread_ns, target_cpu }: GuestRun,
  ttwu: bigint,
  waker: number,
): readonly Share[] | null {
  if (tkread_ns === null || target_cpu === null) return null;
  const begin = edge_ns === null || edge_ns > ttwu ? ttwu : edge_ns;
  return [{ vcpu: waker, from: begin, to: ttwu }, { vcpu: target_cpu, from: ttwu, to: tkread_ns }];
}

function lastOf(
  { events }: Placed,
  kind: VcpuEvent["kind"],
  vcpu: number,
  until: bigint,
): PlacedEvent | null {
  return events.findLast((event) => event.kind === kind && event.vcpu === vcpu && event.ns <= until) ?? null;
}

interface Waking {
  /** When the thread was switched in. */
  readonly ns: bigint;
  /** sched_waking before that; undefined: it had been preempted or stopped instead. */
  readonly began: PlacedEvent | undefined;
}

/** The last switch to the vCPU's thread; null when the thread was running at the edge. */
function wakingOf({ events }: Placed, vcpu: number, until: bigint, edge: bigint): Waking | null {
  const own = events.filter((event) => event.vcpu === vcpu && event.ns <= until);
  const at = own.findLastIndex(({ kind }) => kind === "in");
  if (at < 0 || own[at]!.ns < edge - EARLY_NS) return null;
  const since = own.slice(0, at).findLastIndex(({ kind }) => kind === "in" || kind === "out");
  return { ns: own[at]!.ns, began: own.slice(since + 1, at).findLast(({ kind }) => kind === "waking") };
}

/**
 * The VM's own instants were taken by its vCPUs in guest mode. Where kvm_entry and kvm_exit say otherwise, the clocks
 * do not agree, whatever their uncertainty says, or the VM numbers its CPUs otherwise than its host.
 */
function outsideGuestMode(guest: GuestRun, { events, uncertainty_ns }: Placed): string | null {
  const instants: readonly (readonly [bigint | null, number | null])[] = [
    [guest.ttwu_ns, guest.waker_cpu],
    [guest.switch_ns, guest.target_cpu],
    [guest.tkread_ns, guest.target_cpu],
  ];
  const unsure = BigInt(uncertainty_ns);
  for (const [ns, vcpu] of instants) {
    if (ns === null || vcpu === null) continue;
    const isOutside = events.some((event) =>
      event.kind === "run" && event.vcpu === vcpu && event.since_ns !== 0n &&
      event.since_ns + unsure < ns && ns < event.ns - unsure
    );
    if (isOutside) {
      return "the VM's times lie outside of guest mode: its clock and this machine's do not agree";
    }
  }
  return null;
}

interface Exits {
  readonly count: number;
  readonly ns: bigint;
  readonly reason: string | null;
}

function exitsIn({ events }: Placed, shares: readonly Share[]): Exits {
  const byReason = new Map<string, bigint>();
  let count = 0;
  let ns = 0n;
  for (const { vcpu, from, to } of shares) {
    for (const event of events) {
      if (event.kind !== "run" || event.vcpu !== vcpu || event.since_ns === 0n) continue;
      const lasted = overlap({ from: event.since_ns, to: event.ns }, { from, to });
      if (event.since_ns >= from && event.since_ns < to) count++;
      if (lasted === 0n) continue;
      ns += lasted;
      const reason = exitReason(event.isa, Number(event.reason));
      if (reason !== null) byReason.set(reason, (byReason.get(reason) ?? 0n) + lasted);
    }
  }
  return { count, ns, reason: largest(byReason) };
}

/** How long both last, ns. */
function overlap(a: Span, b: Span): bigint {
  const from = a.from > b.from ? a.from : b.from;
  const to = a.to < b.to ? a.to : b.to;
  return to > from ? to - from : 0n;
}

/** The name with the most; null without any. */
function largest(amounts: ReadonlyMap<string, bigint>): string | null {
  let most: readonly [string, bigint] | null = null;
  for (const entry of amounts) if (most === null || entry[1] > most[1]) most = entry;
  return most?.[0] ?? null;
}

/** What began the wakeup of the vCPU's thread, in words. */
export function beganBy(event: VcpuEvent, { functionAt }: Pick<Placed, "functionAt">): string | null {
  switch (event.origin) {
    case "timer":
      return `timer ${functionAt(event.address) ?? "of an unknown function"}`;
    case "irq":
      return `irq ${event.arg} ${event.name}`;
    case "softirq":
      return `softirq ${event.arg}`;
    case "task":
      return `task ${event.name}/${event.other}`;
    case "idle":
      return "interrupt";
    default:
      return null;
  }
}
