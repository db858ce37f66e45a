/**
 * Pulses of a device that only the host of a VM sees: when the next ones come, foreseen on a clock that the VM can read,
 * and where those that came lie on the VM's CLOCK_MONOTONIC.
 */

import type { LatestEdge } from "../../ffi/trigger.ts";
import type { Foreseen } from "../protocol/foreseen.ts";
import {
  type CounterScale,
  guestCounter,
  HostClock,
  type HostSample,
  median,
  type RunMap,
} from "./clock_map.ts";

/** With fewer pulses one that came late would move all that are foreseen. */
const FEWEST = 8;
/** The pairs of more say no more. */
const MOST = 64;

/**
 * A pulse farther away from the foreseen one is not the one that the VM's timer stood for. So early, at most, other
 * targets are armed for pulses too (ffi/native/pps.c).
 */
const WINDOW_NS = 20_000_000;

/** Of the clock and the pulses against each other: an adjusted clock runs at most that fast or slow (clock_map.ts). */
const MOST_DRIFT = 5e-4;

const LARGEST = 2n ** 63n - 1n;
const NS_PER_S = 1e9;

/**
 * The line through what came, by medians: a pulse that was stamped late, as interrupts are, does not move it. (Theil and
 * Sen; pulses that are missing are not taken for a longer second.)
 *
 * @param asserts in the order of time
 * @param samples of the host around them
 * @param scale of the VM's counter; null: foreseen on the host's CLOCK_REALTIME
 * @returns null: too few pulses came
 */
export function foresee(
  asserts: readonly LatestEdge[],
  samples: readonly HostSample[],
  scale: CounterScale | null,
): Foreseen | null {
  const host = new HostClock(samples);
  const latest = asserts.slice(-MOST);
  const values = scale === null
    ? latest.map(({ realNs }) => realNs)
    : latest.flatMap(({ realNs }) => counterAt(host, realNs, scale) ?? []);
  const second = scale === null
    ? NS_PER_S
    : NS_PER_S * host.rate * Number(scale.ratio) / 2 ** scale.fraction_bits;
  const kept = inPhase(values, second);
  const [first] = kept;
  if (first === undefined || kept.length < FEWEST) return null;
  const pulses = kept.map((value) => {
    const distance = Number(value - first);
    return { distance, second: Math.round(distance / second) };
  });
  const slopes = pulses.flatMap((to, i) =>
    pulses.slice(0, i).filter((from) => from.second !== to.second).map((from) =>
      (to.distance - from.distance) / (to.second - from.second)
    )
  );
  const period = median(slopes);
  const begin = median(pulses.map(({ distance, second }) => distance - second * period));
  const at = first + BigInt(Math.round(begin + pulses.at(-1)!.second * period));
  return at > LARGEST ? null : { clock: scale === null ? "host" : "counter", at, period };
}

/**
 * Of all instants those that are whole seconds away from most of the latest: a receiver may change the phase of its
 * pulses, and a machine that stands still stamps some of them anywhere.
 *
 * @param second of the clock
 */
function inPhase(values: readonly bigint[], second: number): readonly bigint[] {
  const window = second * WINDOW_NS / NS_PER_S;
  const near = (one: bigint, all: readonly bigint[]) =>
    all.filter((value) => {
      const distance = Number(value - one);
      const off = Math.abs(distance - Math.round(distance / second) * second);
      return off <= window + MOST_DRIFT * Math.abs(distance);
    });
  const recent = values.slice(-FEWEST);
  const sizes = recent.map((one) => near(one, recent).length);
  const most = Math.max(...sizes);
  return 2 * most > FEWEST ? near(recent[sizes.lastIndexOf(most)]!, values) : [];
}

function counterAt(host: HostClock, realNs: bigint, scale: CounterScale): bigint | null {
  const placed = host.atRealtime(realNs);
  if (typeof placed === "string" || placed.uncertainty_ns > WINDOW_NS) return null;
  const counter = host.counterAt(placed.host_ns);
  return typeof counter === "string" ? null : guestCounter(counter, scale);
}

/** Where a pulse of the host lies on the VM's clock. */
interface PlacedPulse {
  /** ns of the VM's CLOCK_MONOTONIC. */
  readonly edge_ns: bigint;
  readonly uncertainty_ns: number;
  /** ns of the host's. */
  readonly host_ns: bigint;
}

/** Why a run has no pulse. */
export type NoPulse =
  | "no pulse came within 20 ms of the foreseen one"
  | "this machine's clock was set around the pulse";

/** The pulses of a turn, as the host's clocks were sampled around them. */
export class HostPulses {
  readonly #placed: readonly { readonly host_ns: bigint; readonly uncertainty_ns: number }[];

  constructor(asserts: readonly LatestEdge[], samples: readonly HostSample[]) {
    const host = new HostClock(samples);
    this.#placed = asserts.map(({ realNs }) => host.atRealtime(realNs)).filter((at) =>
      typeof at !== "string"
    );
  }

  /**
   * The pulse that a VM's timer stood for.
   *
   * @param foreseen ns of the VM's CLOCK_MONOTONIC
   */
  near(foreseen: bigint, map: RunMap): PlacedPulse | NoPulse {
    let nearest: PlacedPulse | null = null;
    let distance = Infinity;
    for (const { host_ns, uncertainty_ns } of this.#placed) {
      const edge_ns = map.toGuest(host_ns);
      const away = Math.abs(Number(edge_ns - foreseen));
      if (away >= distance) continue;
      distance = away;
      const mapped = map.uncertaintyNs(Number(map.anchor.guest_ns - edge_ns));
      nearest = { edge_ns, host_ns, uncertainty_ns: mapped + uncertainty_ns };
    }
    if (nearest === null || distance > WINDOW_NS) return "no pulse came within 20 ms of the foreseen one";
    return nearest.uncertainty_ns > WINDOW_NS ? "this machine's clock was set around the pulse" : nearest;
  }
}
