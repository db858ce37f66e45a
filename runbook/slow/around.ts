/** Which recent events are kept of a slow run: those of all CPUs from 50 ms before it to 50 ms after it. */

import type { RecentEvent, RecentRing } from "../../ffi/recent.ts";

/** How long before the edge, or without one the wakeup, and how long after the read. */
export const AROUND_MS = 50;
const AROUND_NS = BigInt(AROUND_MS) * 1_000_000n;

/** More than a busy CPU has in 100 ms; a document with so many has some 5 MB, and so has its trace. */
export const MOST_EVENTS = 32_768;

/** Both ends in ns of CLOCK_MONOTONIC. */
export interface Stretch {
  readonly from: bigint;
  readonly to: bigint;
}

export interface CpuAround {
  readonly cpu: number;
  /** From then on no event of this CPU is missing; after the beginning where its ring did not reach back that far. */
  readonly from: bigint;
  /** Who ran there at that time; null: not known. */
  readonly running: { readonly pid: number; readonly comm: string | null } | null;
  /** Events that took no place of their own, at some time before. */
  readonly lost: number;
  /** In the order of time. */
  readonly events: readonly RecentEvent[];
}

export interface Around extends Stretch {
  /** Those that have noted anything since the probes were attached. */
  readonly cpus: readonly CpuAround[];
}

/**
 * @param run from its edge to its read
 * @param most so many events at most are kept, those that are nearest to the run
 */
export function around(run: Stretch, rings: readonly RecentRing[], most: number = MOST_EVENTS): Around {
  // Negative within the run: of one with too many events those before its read are kept.
  const distance = (ns: bigint) => ns > run.to ? ns - run.to : run.from - ns;
  const within = rings.map((ring) => {
    const indices = Array.from({ length: ring.count }, (_, index) => index)
      .filter((index) => distance(ring.nsOf(index)) <= AROUND_NS);
    return { ring, indices };
  });
  const reach = reachOf(
    within.flatMap(({ ring, indices }) => indices.map((i) => distance(ring.nsOf(i)))),
    most,
  );
  const [from, to] = [run.from - reach, reach < 0n ? run.to : run.to + reach];
  const cpus = within.map(({ ring, indices }) => {
    const kept = indices.filter((i) => distance(ring.nsOf(i)) <= reach);
    // An event that interrupted another one's noting took its place after that one, or before, but its time later.
    const events = kept.map((i) => ring.eventOf(i)).sort((a, b) => Number(a.ns - b.ns));
    return {
      cpu: ring.cpu,
      from: ring.sinceNs > from ? ring.sinceNs : from,
      running: runningBefore(ring, from) ?? leavingFirst(events),
      lost: ring.lost,
      events,
    };
  });
  return { from, to, cpus };
}

/** Who was switched in last before that time. */
function runningBefore(ring: RecentRing, ns: bigint): CpuAround["running"] {
  const before = Array.from({ length: ring.count }, (_, index) => index).filter((i) => ring.nsOf(i) < ns);
  for (const index of before.reverse()) {
    const { kind, arg, name } = ring.eventOf(index);
    if (kind === "switch") return { pid: Number(arg), comm: name };
  }
  return null;
}

/** The first switch names who leaves, but only by its pid. */
function leavingFirst(events: readonly RecentEvent[]): CpuAround["running"] {
  const first = events.find(({ kind }) => kind === "switch");
  return first === undefined ? null : { pid: first.other, comm: null };
}

/** How far around the run events are kept, ns, so that they are at most so many. */
function reachOf(distances: readonly bigint[], most: number): bigint {
  if (distances.length <= most) return AROUND_NS;
  const sorted = BigInt64Array.from(distances).sort();
  // The first that is too far goes, and with it those at the same distance.
  return sorted[most]! - 1n;
}
