/**
 * What the time from ttwu to tkread, and from edge to ttwu, went into. Each run's time is laid out stage by stage;
 * then what was seen on the CPUs involved takes its spans from the stages' own. So the parts always add up to the
 * whole, and what nothing explains stays `unexplained`.
 */

import { EDGE_PARTS, type EdgePartName, type PartName, PARTS } from "../../analysis/result/columns.ts";
import type { Stage } from "../../analysis/result/meta.ts";
import type { ChainRecord, CpuLog } from "../../ffi/record.ts";
import { CpuHistory, type Interruption, type Occupant } from "./cpu_history.ts";
import { type Span, Timeline } from "./timeline.ts";

/** Stages with an attached hook: what no hook sees is not known to be absent. */
export type Observed = ReadonlySet<Stage>;

type Ns<Name extends string> = Readonly<Record<Name, number | null>>;

export interface Division {
  /** ns; null: not observable here, so its time is in another part. */
  readonly parts: Ns<PartName>;
  /** The largest part. */
  readonly cause: PartName;
  readonly idleState: number | null;
  /** ns in that state when the wakeup began. */
  readonly idleNs: number | null;
  readonly otherTask: string | null;
  readonly interrupt: string | null;
}

/** Stages whose programs say how long they worked. */
const PROBED = ["ttwu", "waking", "queued", "pending", "activate", "wakeup", "switch"] as const;

/**
 * @param logs of the chain's CPUs
 * @returns null when the chain has no wakeup or no read
 */
export function divide(record: ChainRecord, logs: readonly CpuLog[], observed: Observed): Division | null {
  if (record.wakeup_ns === null || record.tkread_ns === null || record.tkread_ns < record.ttwu_ns) {
    return null;
  }
  const run = new Laid(record, logs);
  run.probes();
  if (observed.has("interrupt")) run.interrupts();
  run.steal();
  const sums = run.line.sums();
  const hidden = hiddenParts(record, observed);
  const parts = Object.fromEntries(PARTS.map(({ name }) => [
    name,
    sums.get(name) ?? (hidden.has(name) ? null : 0),
  ])) as Ns<PartName>;
  const { idle } = run;
  return {
    parts,
    cause: largest(PARTS, parts),
    idleState: idle?.state ?? null,
    idleNs: idle?.ns ?? null,
    otherTask: longest(run.others.map(({ comm, from, to }) => ({ name: comm, ns: to - from }))),
    interrupt: longest(run.served.map(({ name, from, to }) => ({ name, ns: to - from }))),
  };
}

/** Parts of which nothing would have been seen. */
function hiddenParts(record: ChainRecord, observed: Observed): ReadonlySet<PartName> {
  const hidden = new Set<PartName>();
  // At the tracepoint tier the chain begins under pi_lock.
  if (record.wake_flags_entry === null) hidden.add("pi_lock");
  // Contention is only told where the lock has a queue: not by virt_spin_lock() of guests (6.12).
  if (record.rq_lock_ns === null) hidden.add("rq_lock");
  if (record.path === "wakelist" && record.queued_ns === null) hidden.add("wakelist").add("waker");
  if (!observed.has("interrupt")) hidden.add("interrupts");
  if (record.waking_steal_ns === null) hidden.add("steal");
  return hidden;
}

function largest<Name extends string>(table: readonly { readonly name: Name }[], parts: Ns<Name>): Name {
  return table.map(({ name }) => name).reduce((most, name) =>
    (parts[name] ?? 0) > (parts[most] ?? 0) ? name : most
  );
}

/** The name with the most ns in all; null of an empty list. */
function longest(named: readonly { readonly name: string; readonly ns: number }[]): string | null {
  const sums = new Map<string, number>();
  for (const { name, ns } of named) sums.set(name, (sums.get(name) ?? 0) + ns);
  return [...sums].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}

/** One chain, laid out in ns from its ttwu. */
class Laid {
  readonly line = new Timeline<PartName>();
  /** Other tasks that ran on the target's CPU before it. */
  readonly others: Occupant[] = [];
  readonly served: Interruption[] = [];
  idle: { readonly state: number | null; readonly ns: number | null } | null = null;
  readonly #record: ChainRecord;
  readonly #histories: ReadonlyMap<number, CpuHistory>;
  /** Of the wakeup and of the read. */
  readonly #woken: number;
  readonly #end: number;

  constructor(record: ChainRecord, logs: readonly CpuLog[]) {
    this.#record = record;
    this.#histories = new Map(logs.map((log) => [log.cpu, new CpuHistory(log, record.ttwu_ns)]));
    this.#woken = this.#at(record.wakeup_ns)!;
    this.#end = this.#at(record.tkread_ns)!;
    this.#waking();
    const switched = this.#at(record.switch_ns);
    // A target that never left its CPU has no switch; one after the read is a later one's.
    const runs = switched === null || switched > this.#end ? this.#woken : switched;
    this.#waiting({ from: this.#woken, to: runs });
    this.#running({ from: runs, to: this.#end });
  }

  #at(ns: bigint | null): number | null {
    return ns === null ? null : Number(ns - this.#record.ttwu_ns);
  }

  #historyOf(cpu: number | null): CpuHistory {
    return (cpu === null ? undefined : this.#histories.get(cpu)) ?? new CpuHistory(undefined, 0n);
  }

  /** Until the target is runnable. */
  #waking(): void {
    const { path, rq_lock_asked_ns, rq_lock_ns, rq_lock_contended_since, rq_lock_contended_ns } =
      this.#record;
    const { line } = this;
    const waking = this.#at(this.#record.waking_ns)!;
    const queued = path === "wakelist" ? this.#at(this.#record.queued_ns) : null;
    line.append(0, waking, "pi_lock");
    if (path !== "wakelist") line.append(waking, this.#woken, "waker");
    else if (queued === null) line.append(waking, this.#woken, "unexplained");
    else {
      line.append(waking, queued, "waker");
      line.append(queued, this.#woken, "wakelist");
      this.#leavingIdle(queued);
    }
    const asked = this.#at(rq_lock_asked_ns);
    const held = this.#at(rq_lock_ns);
    if (asked !== null && held !== null) line.claim({ from: asked, to: held }, "rq_lock");
    else if (rq_lock_contended_ns !== null) {
      const from = this.#at(rq_lock_contended_since)!;
      line.claim({ from, to: from + Number(rq_lock_contended_ns) }, "rq_lock");
    }
  }

  /** On the wakelist of an idle CPU: until its first sign of life it is the idle state that takes the time. */
  #leavingIdle(queued: number): void {
    const { target_idle, target_cpu, pending_ns, activate_ns } = this.#record;
    if (!target_idle) return;
    const begun = this.#at(pending_ns ?? activate_ns) ?? this.#woken;
    const history = this.#historyOf(target_cpu);
    this.line.claim({ from: queued, to: history.firstSign({ from: queued, to: begun }) ?? begun }, "idle");
  }

  /** Runnable, until it runs: whoever is on its CPU. */
  #waiting(span: Span): void {
    const { pid, target_cpu, tkread_cpu } = this.#record;
    // Another CPU may have pulled it before it ran: then it is switched in there.
    const [here, elsewhere] = [target_cpu, tkread_cpu].map((cpu) => this.#historyOf(cpu).occupants(span));
    const until = (occupants: readonly Occupant[]) => occupants.at(-1)?.to ?? -Infinity;
    const occupants = until(elsewhere!) > until(here!) ? elsewhere! : here!;
    this.line.append(span.from, span.to, "unexplained");
    for (const occupant of occupants) this.#occupied(occupant, pid);
    // One program logs who leaves, then notes the target's switch.
    const last = occupants.at(-1);
    if (last !== undefined) this.line.claim({ from: last.to, to: span.to }, "probes");
    const left = this.#historyOf(target_cpu).leavesIdle(0);
    if (left === null || left.since_ns === 0n) return;
    // Idle since before the wakeup: an idle state entered later is not what it found.
    const ns = Number(this.#record.ttwu_ns - left.since_ns);
    if (ns > 0) this.idle = { state: left.arg, ns };
  }

  #occupied(occupant: Occupant, target: number): void {
    if (occupant.pid === target) return this.line.claim(occupant, "target");
    if (occupant.pid === 0) return this.line.claim(occupant, "idle");
    this.line.claim(occupant, "tasks");
    this.others.push(occupant);
  }

  /** From its first run to its read: its own, except while others have its CPU. */
  #running(span: Span): void {
    const { pid, tkread_cpu } = this.#record;
    this.line.append(span.from, span.to, "target");
    // The first to leave within the span is the target itself.
    for (const occupant of this.#historyOf(tkread_cpu).occupants(span)) this.#occupied(occupant, pid);
  }

  probes(): void {
    for (const stage of PROBED) {
      const from = this.#at(this.#record[`${stage}_ns`]);
      const seen = from !== null &&
        (this.#record.path === "wakelist" || (stage !== "queued" && stage !== "pending"));
      if (seen) this.line.claim({ from, to: from + this.#record[`${stage}_probe_ns`] }, "probes");
    }
  }

  /**
   * The interrupt in which the wakeup itself is done is the waker's or the wakelist's until the target is runnable;
   * what it does after that keeps the target waiting like any other.
   */
  interrupts(): void {
    const { path, waker_cpu, target_cpu, tkread_cpu, queued_ns, pending_ns } = this.#record;
    const queued = path === "wakelist" ? this.#at(queued_ns) : null;
    const pending = this.#at(pending_ns) ?? this.#woken;
    const spans: [number | null, Span][] = [
      [target_cpu, { from: this.#woken, to: this.#end }],
      ...(tkread_cpu === target_cpu
        ? []
        : [[tkread_cpu, { from: this.#woken, to: this.#end }] as [number | null, Span]]),
      ...(queued === null ? [] : [[target_cpu, { from: queued, to: pending }] as [number | null, Span]]),
    ];
    for (const [cpu, span] of spans) {
      const history = this.#historyOf(cpu);
      for (const one of history.interruptions(span)) {
        const isItsOwn = span.to === pending && one.to >= pending && cpu !== waker_cpu;
        if (isItsOwn) continue;
        this.line.claim(one, "interrupts", ["probes"]);
        this.served.push(one);
      }
    }
  }

  /** The count of a CPU only says how much was taken between two stages, not when: it is taken from their longest. */
  steal(): void {
    const { path, activate_cpu, target_cpu, tkread_cpu, waker_cpu } = this.#record;
    const remote = path === "wakelist";
    const points = [
      { at: this.#at(this.#record.waking_ns), cpu: waker_cpu, ns: this.#record.waking_steal_ns },
      ...(remote
        ? [{ at: this.#at(this.#record.queued_ns), cpu: target_cpu, ns: this.#record.queued_steal_ns }]
        : []),
      { at: this.#at(this.#record.activate_ns), cpu: activate_cpu, ns: this.#record.activate_steal_ns },
      { at: this.#woken, cpu: target_cpu, ns: this.#record.wakeup_steal_ns },
      { at: this.#at(this.#record.switch_ns), cpu: target_cpu, ns: this.#record.switch_steal_ns },
      { at: this.#end, cpu: tkread_cpu, ns: this.#record.tkread_steal_ns },
    ].filter(({ at, ns }) => at !== null && ns !== null);
    points.forEach((point, index) => {
      const earlier = points.slice(0, index).findLast(({ cpu }) => cpu === point.cpu);
      if (earlier === undefined) return;
      const taken = Number(point.ns! - earlier.ns!);
      if (taken > 0) {
        this.line.take(taken, { from: earlier.at!, to: point.at! }, "steal", ["probes", "steal"]);
      }
    });
  }
}

/** How early a timer's expiry may seem against its edge: the edge was set on another clock. */
const CLOCKS_APART_NS = 10_000;

export interface EdgeDivision {
  readonly parts: Ns<EdgePartName>;
  /** The largest part. */
  readonly cause: EdgePartName;
}

/** What of the record tells of the time before the wakeup. */
type BeforeWakeup = Pick<ChainRecord, "ttwu_ns" | "timer_ns" | "timer_expires_ns">;

/**
 * The time from edge to ttwu.
 *
 * @param edge ns of CLOCK_MONOTONIC; null: the trigger does not tell
 */
export function divideEdge(
  record: BeforeWakeup,
  edge: bigint | null,
  observed: Observed,
): EdgeDivision | null {
  const parts = edgeParts(record, edge, observed);
  return parts === null ? null : { parts, cause: largest(EDGE_PARTS, parts) };
}

function edgeParts(
  { ttwu_ns, timer_ns, timer_expires_ns }: BeforeWakeup,
  edge: bigint | null,
  observed: Observed,
): Ns<EdgePartName> | null {
  if (edge === null || edge > ttwu_ns) return null;
  const whole = Number(ttwu_ns - edge);
  const none = Object.fromEntries(EDGE_PARTS.map(({ name }) => [name, null])) as Ns<EdgePartName>;
  if (!observed.has("timer")) return { ...none, edge_unexplained: whole };
  if (timer_ns === null || timer_expires_ns === null) {
    return { edge_slack: 0, edge_timer: 0, edge_waker: whole, edge_unexplained: 0 };
  }
  const slack = Number(timer_expires_ns - edge);
  if (slack < -CLOCKS_APART_NS) return { ...none, edge_unexplained: whole };
  return {
    edge_slack: slack,
    edge_timer: Number(timer_ns - timer_expires_ns),
    edge_waker: Number(ttwu_ns - timer_ns),
    edge_unexplained: 0,
  };
}
