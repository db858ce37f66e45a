/** One turn of the VM, followed and then told run by run: pure, so that recorded turns can be told again. */

import {
  type HostEvent,
  type HostRun,
  type HostTurn,
  MOST_HOST_EVENTS,
} from "../../analysis/host/host_events.ts";
import type { LatestEdge } from "../../ffi/trigger.ts";
import { ClockMap, type CounterScale, type HostSample, type NoAnchor, type RunMap } from "./clock_map.ts";
import type { EventLog, PlacedEvent, Span, VcpuEvent } from "./events.ts";
import { exitReason } from "./exit_reasons.ts";
import { beganBy, type HostCells, partOf, type PulseCells } from "./host_part.ts";
import { HostPulses, type NoPulse } from "./pulses.ts";
import type { TurnCells, VmRun } from "./rows.ts";

/** What was followed during one turn. */
export interface Followed {
  readonly log: Pick<EventLog, "between" | "schedulingBefore">;
  /** Times of the host in which events were lost. */
  readonly lost: readonly Span[];
  readonly samples: readonly HostSample[];
  /** Pulses of this machine's device, for a VM that has none; null: they are not its edges. */
  readonly asserts: readonly LatestEdge[] | null;
  /** Or why it is not known. */
  readonly scale: CounterScale | string;
  /** The vCPU of each thread id. */
  readonly vcpus: ReadonlyMap<number, number>;
  readonly seesEntries: boolean;
  readonly seesGuestMode: boolean;
  readonly functionAt: (address: bigint) => string | null;
}

/** What the host's side says of the runs of a turn. */
export interface Told {
  readonly cells: ReadonlyMap<number, TurnCells>;
  readonly runs: readonly HostRun[];
  /** What they were placed by; null: none was. */
  readonly turn: HostTurn | null;
  /** Why runs have no cells, and how many. */
  readonly reasons: ReadonlyMap<string, number>;
  /** Why runs have no edge although a pulse was foreseen, and how many. */
  readonly edgeless: ReadonlyMap<string, number>;
}

/** So long before the edge all events are looked at, and of each thread what the scheduler last did before that. */
const BEFORE_NS = 300_000_000n;
const AFTER_NS = 1_000_000n;
/** What of it is kept in the file. */
const KEPT_BEFORE_NS = 1_000_000n;
const KEPT_AFTER_NS = 200_000n;

/**
 * @param runs of the VM's file, in their order; those of earlier turns are not told again
 * @param first number of the turn's first run
 */
export function tellTurn(followed: Followed, runs: readonly VmRun[], first: number): Told {
  const { scale } = followed;
  const map = new ClockMap(
    followed.samples,
    typeof scale === "string" ? null : scale,
    runs.map(({ clocks }) => clocks),
  );
  const pulses = new HostPulses(followed.asserts ?? [], followed.samples);
  const cells = new Map<number, TurnCells>();
  const records: HostRun[] = [];
  const placed: bigint[] = [];
  const [reasons, edgeless] = [new Map<string, number>(), new Map<string, number>()];
  const count = (counts: Map<string, number>, told: string) => {
    const why = told === NO_CLOCK && typeof scale === "string" ? scale : told;
    counts.set(why, (counts.get(why) ?? 0) + 1);
  };
  for (const run of runs) {
    if (run.run < first) continue;
    const around = map.around(run.run);
    const pulse = run.foreseen_ns === null ? null : pulseOf(run, run.foreseen_ns, around, pulses);
    if (typeof pulse === "string") count(edgeless, pulse);
    const seen = pulse !== null && typeof pulse !== "string" ? pulse : null;
    const told = typeof around === "string"
      ? around
      : tellRun(followed, around, { ...run, edge_ns: seen?.edge_ns ?? run.edge_ns });
    if (typeof told === "string") count(reasons, told);
    else {
      records.push(told.record);
      placed.push(told.anchor);
    }
    if (seen !== null) placed.push(seen.host_ns);
    const all = { ...typeof told === "string" ? {} : told.cells, ...seen?.cells };
    if (Object.keys(all).length > 0) cells.set(run.run, all);
  }
  return { cells, runs: records, turn: turnOf(followed, first, placed), reasons, edgeless };
}

/** The edge that the VM could not see. */
function pulseOf(
  { tkread_ns }: VmRun,
  foreseen: bigint,
  around: RunMap | NoAnchor,
  pulses: HostPulses,
): { readonly cells: PulseCells; readonly edge_ns: bigint; readonly host_ns: bigint } | NoAnchor | NoPulse {
  if (typeof around === "string") return around;
  const pulse = pulses.near(foreseen, around);
  if (typeof pulse === "string") return pulse;
  const { edge_ns, uncertainty_ns, host_ns } = pulse;
  const offset_ns = tkread_ns === null ? null : tkread_ns - edge_ns;
  return { cells: { edge_ns, offset_ns, clock_map_uncertainty_ns: uncertainty_ns }, edge_ns, host_ns };
}

/** Only the samples around these instants: a turn has many more. */
function turnOf(
  { samples, scale, asserts }: Followed,
  first: number,
  anchors: readonly bigint[],
): HostTurn | null {
  if (anchors.length === 0) return null;
  const near = samples.filter((sample, at) => {
    const [before, after] = [
      samples[at - 1]?.mono_ns ?? sample.mono_ns,
      samples[at + 1]?.mono_ns ?? sample.mono_ns,
    ];
    return anchors.some((anchor) => anchor >= before && anchor <= after);
  });
  return {
    turn: first,
    counter: typeof scale === "string"
      ? null
      : { offset: `${scale.offset}`, ratio: `${scale.ratio}`, fraction_bits: scale.fraction_bits },
    samples: near.map((sample) => [
      `${sample.mono_ns}`,
      `${sample.counter}`,
      sample.uncertainty_ns,
      `${sample.realtime_ns}`,
      sample.realtime_uncertainty_ns,
    ]),
    ...asserts === null ? {} : { pulses: pulsesIn(asserts, near) },
  };
}

/** From the first of these samples to the last. */
function pulsesIn(
  asserts: readonly LatestEdge[],
  samples: readonly HostSample[],
): NonNullable<HostTurn["pulses"]> {
  const realAt = (sample: HostSample | undefined) => sample!.mono_ns + sample!.realtime_ns;
  const [from, to] = [realAt(samples[0]), realAt(samples.at(-1))];
  return asserts.filter(({ realNs }) => realNs >= from && realNs <= to)
    .map(({ realNs, sequence }) => [`${realNs}`, sequence]);
}

const NO_CLOCK = "the VM's row tells no clock that its host knows";

function tellRun(
  followed: Followed,
  around: RunMap,
  run: VmRun,
): { cells: HostCells; record: HostRun; anchor: bigint } | string {
  const { ttwu_ns } = run;
  if (ttwu_ns === null) return "the VM did not see its wakeup";
  const begin = [run.edge_ns, run.foreseen_ns].filter((ns) => ns !== null)
    .reduce((first, ns) => ns < first ? ns : first, ttwu_ns);
  const end = run.tkread_ns ?? ttwu_ns;
  const [from, to] = [around.toHost(begin) - BEFORE_NS, around.toHost(end) + AFTER_NS];
  if (followed.lost.some((lost) => lost.from < to && lost.to > from)) return "events around it were lost";
  const { log, vcpus } = followed;
  const events = [...log.schedulingBefore(from, vcpus.keys()), ...log.between(from, to)]
    .map((event) => place(event, around, followed));
  if (!events.some(({ vcpu }) => vcpu === run.waker_cpu)) return "its vCPU's thread is not known";
  const uncertainty_ns = around.uncertaintyNs(Number(around.anchor.guest_ns - begin));
  const cells = partOf(run, { ...followed, events, uncertainty_ns });
  if (typeof cells === "string") return cells;
  const kept = {
    from: (cells.host_ttwu_ns ?? begin) < begin ? BigInt(cells.host_ttwu_ns!) : begin,
    to: end,
  };
  return {
    cells,
    anchor: around.anchor.host_ns,
    record: {
      run: run.run,
      correlation_id: run.correlation_id,
      ttwu_ns: `${ttwu_ns}`,
      host_ttwu_at_ns: `${around.toHost(ttwu_ns)}`,
      uncertainty_ns,
      ...recordOf(events, kept, ttwu_ns, followed),
    },
  };
}

function place(event: VcpuEvent, map: RunMap, { vcpus }: Followed): PlacedEvent {
  return {
    ...event,
    ns: map.toGuest(event.ns),
    since_ns: event.since_ns === 0n ? 0n : map.toGuest(event.since_ns),
    vcpu: vcpus.get(event.tid) ?? null,
  };
}

function recordOf(
  events: readonly PlacedEvent[],
  { from, to }: Span,
  ttwu: bigint,
  followed: Followed,
): Pick<HostRun, "left_out" | "events"> {
  const near = events.filter(({ ns }) => ns >= from - KEPT_BEFORE_NS && ns <= to + KEPT_AFTER_NS);
  const kept = near.slice(0, MOST_HOST_EVENTS);
  return {
    left_out: near.length - kept.length,
    events: kept.flatMap((event) => eventOf(event, ttwu, followed) ?? []),
  };
}

const PREEMPTED = 0x80000000;

function eventOf(event: PlacedEvent, ttwu: bigint, followed: Followed): HostEvent | null {
  const { kind, vcpu, cpu } = event;
  if (kind === null) return null;
  const common = { at: Number(event.ns - ttwu), kind, vcpu, cpu };
  const since = event.since_ns === 0n ? {} : { since: Number(event.since_ns - ttwu) };
  switch (kind) {
    case "waking": {
      const by = beganBy(event, followed);
      return by === null ? common : { ...common, by };
    }
    case "in":
    case "other":
      return { ...common, task: `${event.name}/${event.other}` };
    case "out": {
      const out = { ...common, task: `${event.name}/${event.other}` };
      return (event.state & PREEMPTED) === 0 ? out : { ...out, preempted: true };
    }
    case "accept":
      return { ...common, vector: event.arg };
    case "wakeup":
      return { ...common, ...since };
    case "run":
      return { ...common, ...since, reason: exitReason(event.isa, Number(event.reason)) };
  }
}
