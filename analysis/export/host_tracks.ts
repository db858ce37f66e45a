/**
 * What a VM's host saw, as tracks of a second machine in the VM's trace: one for each of its CPUs, with who had it, and
 * one for each vCPU, with what its thread waited for, what KVM left the guest for, and when the guest ran. All times
 * are of the VM's clock. Arrows lead from the host's wakeup of the vCPU to the wakeup in the VM.
 */

import type { HostEvent, HostEvents, HostRun } from "../host/host_events.ts";
import type { RowView } from "../result/row_view.ts";
import type { PerfettoTrace, TraceMark, TracePlace, TraceSlice } from "./perfetto.ts";

/** A trace must stay a file that a browser opens: with more events than these the slowest runs are drawn. */
const MOST_EVENTS = 25_000;

/** What the VM's row says of a run; ns of the VM's CLOCK_MONOTONIC. */
interface GuestRun {
  readonly correlation_id: string | null;
  readonly ttwu: bigint;
  readonly tkread: bigint | null;
  /** How long it took, ns; 0: not observed. */
  readonly lasted: number;
  readonly waker: number;
  readonly target: number | null;
  /** Whether its host woke the vCPU for it. */
  readonly isWoken: boolean;
  /** Where its wakeup begins in the VM's own tracks. */
  readonly begin: TracePlace | null;
}

/** What was drawn. */
export interface HostDrawn {
  readonly runs: number;
  /** Faster runs, for which there was no room. */
  readonly left_out: number;
  /** Records that are of no run of the file: they are of another measurement. */
  readonly foreign: number;
}

interface Track {
  readonly slices: TraceSlice[];
  readonly marks: TraceMark[];
}

/** The begin of a slice on a track that has no number yet. */
interface Step {
  readonly track: string;
  readonly ns: bigint;
}

/** Keeps what the rows say of their runs, then draws their host's part. */
export class HostTracks {
  readonly #runs = new Map<number, GuestRun>();

  /** @param begin as PerfettoTrace.visit() tells it */
  note(row: RowView, begin: TracePlace | null): void {
    const ttwu = row.integer("ttwu_ns");
    if (!row.has("vcpu") || ttwu === null) return;
    const [offset, target] = [row.number("offset_ns"), row.number("target_cpu")];
    this.#runs.set(row.number("run"), {
      correlation_id: row.text("correlation_id"),
      ttwu,
      tkread: row.integer("tkread_ns"),
      lasted: Number.isNaN(offset) ? 0 : offset,
      waker: row.number("vcpu"),
      target: Number.isNaN(target) ? null : target,
      isWoken: row.has("host_switch_ns"),
      begin,
    });
  }

  /** @param trace that has visited the rows */
  draw(trace: PerfettoTrace, { runs }: HostEvents): HostDrawn {
    const own = runs.flatMap((record): Drawing[] => {
      const guest = this.#runs.get(record.run);
      const isOwn = guest !== undefined && guest.correlation_id === record.correlation_id &&
        guest.ttwu === BigInt(record.ttwu_ns);
      return isOwn ? [new Drawing(record, guest)] : [];
    });
    const drawn = slowestWithin(MOST_EVENTS, own).toSorted((a, b) => Number(a.from - b.from));
    const tracks = new Map<string, Track>();
    let end = trace.origin ?? 0n;
    for (const drawing of drawn) end = drawing.onto(tracks, end);
    // The host's CPUs, then the vCPUs.
    const places = new Map(
      [...tracks].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true })).map(([name, track]) =>
        [name, trace.track(name, track.slices, track.marks, "other")] as const
      ),
    );
    for (const { run, guest, steps } of drawn) {
      if (steps.length === 0) continue;
      trace.flow("wakeup through the hypervisor", run, [
        ...steps.map(({ track, ns }) => ({ ...places.get(track)!, ns })),
        ...guest.begin === null ? [] : [guest.begin],
      ]);
    }
    return { runs: drawn.length, left_out: own.length - drawn.length, foreign: runs.length - own.length };
  }
}

/** Whole runs, the slowest first, as long as there is room for their events. */
function slowestWithin(room: number, all: readonly Drawing[]): Drawing[] {
  let left = room;
  return all.toSorted((a, b) => b.guest.lasted - a.guest.lasted).filter(({ events }) =>
    (left -= events.length) >= 0
  );
}

/** One run of the host. */
class Drawing {
  readonly run: number;
  readonly guest: GuestRun;
  readonly events: readonly HostEvent[];
  /** ns of its first event. */
  readonly from: bigint;
  readonly steps: Step[] = [];
  #begin = 0n;
  #end = 0n;

  constructor({ run, events }: HostRun, guest: GuestRun) {
    this.run = run;
    this.guest = guest;
    this.events = events;
    this.from = this.#at(events[0]?.at ?? 0);
  }

  /**
   * @param after ns at which the run before it ended: what is before that is drawn there
   * @returns ns at which this one ends
   */
  onto(tracks: Map<string, Track>, after: bigint): bigint {
    const { guest: { tkread, ttwu }, events } = this;
    const last = this.#at(events.at(-1)?.at ?? 0);
    this.#begin = this.from > after ? this.from : after;
    this.#end = [last, tkread ?? ttwu, this.#begin].reduce((most, ns) => ns > most ? ns : most);
    for (const [vcpu, own] of Map.groupBy(events, ({ vcpu }) => vcpu)) {
      if (vcpu !== null) this.#drawVcpu(trackOf(tracks, vcpuName(vcpu)), vcpu, own);
    }
    const switches = events.filter(({ kind }) => kind === "in" || kind === "out" || kind === "other");
    for (const [cpu, own] of Map.groupBy(switches, ({ cpu }) => cpu)) {
      this.#drawCpu(trackOf(tracks, cpuName(cpu)), own);
    }
    if (this.guest.isWoken) this.#findSteps();
    return this.#end;
  }

  #at(ns: number): bigint {
    return this.guest.ttwu + BigInt(ns);
  }

  #add({ slices }: Track, name: string, from: bigint, to: bigint): void {
    const [begin, end] = [from > this.#begin ? from : this.#begin, to < this.#end ? to : this.#end];
    if (end > begin) slices.push({ name, from: begin, to: end });
  }

  #drawVcpu(track: Track, vcpu: number, events: readonly HostEvent[]): void {
    for (const { name, from, to } of waitsOf(events)) this.#add(track, name, this.#at(from), this.#at(to));
    const entries = events.filter(({ kind }) => kind === "run");
    for (const [index, { at, since, reason }] of entries.entries()) {
      if (since !== undefined) {
        this.#add(track, `exit: ${reason ?? "unknown"}`, this.#at(since), this.#at(at));
      }
      const left = index + 1 < entries.length ? this.#leftAt(entries[index + 1]!) : this.#knownUntil(vcpu);
      if (left !== null) this.#add(track, "guest", this.#at(at), left);
    }
    for (const { kind, at, vector } of events) {
      const ns = this.#at(at);
      if (kind === "accept" && ns >= this.#begin) {
        track.marks.push({ name: `interrupt vector ${vector}`, ns });
      }
    }
  }

  /** When guest mode was left; null: not seen. */
  #leftAt({ since }: HostEvent): bigint | null {
    return since === undefined ? null : this.#at(since);
  }

  /** After the last entry: the VM's own instants were taken in guest mode. */
  #knownUntil(vcpu: number): bigint | null {
    const { target, tkread, waker, ttwu } = this.guest;
    return vcpu === target && tkread !== null ? tkread : vcpu === waker ? ttwu : null;
  }

  /** Who had the CPU: named by the switch that ends it, or by the one that began it. */
  #drawCpu(track: Track, switches: readonly HostEvent[]): void {
    const first = switches[0]!;
    this.#add(track, leaving(first), this.#begin, this.#at(first.at));
    for (const [index, one] of switches.entries()) {
      const next = switches[index + 1];
      const [came, left] = [coming(one), next === undefined ? null : leaving(next)];
      if (came === null && left === null) continue;
      // Switches of others are noted only while a vCPU's thread waits.
      const name = came !== null && left !== null && came !== left ? `${came} ... ${left}` : came ?? left!;
      this.#add(track, name, this.#at(one.at), next === undefined ? this.#end : this.#at(next.at));
    }
  }

  /** The host's wakeup of the vCPU's thread, its switch to a CPU, its entry into the guest. */
  #findSteps(): void {
    const { waker, ttwu } = this.guest;
    const own = this.events.filter(({ vcpu }) => vcpu === waker);
    const entry = own.findLast(({ kind, at }) => kind === "run" && this.#at(at) <= ttwu);
    const before = own.filter(({ at }) => entry !== undefined && at <= entry.at);
    const came = before.findLast(({ kind }) => kind === "in");
    if (entry === undefined || came === undefined) return;
    const wait = waitsOf(before).find(({ to }) => to === came.at);
    const steps = [
      ...wait === undefined ? [] : [{ track: vcpuName(waker), ns: this.#at(wait.from) }],
      { track: cpuName(came.cpu), ns: this.#at(came.at) },
      { track: vcpuName(waker), ns: this.#at(entry.at) },
    ];
    this.steps.push(...steps.filter(({ ns }) => ns >= this.#begin));
  }
}

/** From when until when a vCPU's thread waited for a CPU, in ns from the wakeup, and since what. */
function waitsOf(
  events: readonly HostEvent[],
): { readonly name: string; readonly from: number; readonly to: number }[] {
  let isOnCpu = false;
  let since: { readonly name: string; readonly from: number } | null = null;
  return events.flatMap(({ kind, at, by, task, preempted }) => {
    if (kind === "out") {
      isOnCpu = false;
      since = preempted === true ? { name: `preempted by ${task}`, from: at } : null;
    } else if (kind === "waking" && !isOnCpu) {
      since ??= { name: by === undefined ? "woken" : `woken by ${by}`, from: at };
    } else if (kind === "in") {
      const wait = since === null ? [] : [{ ...since, to: at }];
      isOnCpu = true;
      since = null;
      return wait;
    }
    return [];
  });
}

function leaving({ kind, task, vcpu }: HostEvent): string {
  return kind === "out" ? `vCPU ${vcpu}` : taskName(task);
}

/** null: not told. */
function coming({ kind, task, vcpu }: HostEvent): string | null {
  return kind === "other" ? null : kind === "in" ? `vCPU ${vcpu}` : taskName(task);
}

/** The idle task of a CPU has the pid 0. */
function taskName(task = "unknown"): string {
  return /\/0$/.test(task) ? "idle" : task;
}

function cpuName(cpu: number): string {
  return `CPU ${cpu}`;
}

function vcpuName(vcpu: number): string {
  return `vCPU ${vcpu}`;
}

function trackOf(tracks: Map<string, Track>, name: string): Track {
  let track = tracks.get(name);
  if (track === undefined) tracks.set(name, track = { slices: [], marks: [] });
  return track;
}
