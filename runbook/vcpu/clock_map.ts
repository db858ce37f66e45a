/**
 * Where instants of the host's CLOCK_MONOTONIC lie on the VM's. After each run the VM notes where its clock stands
 * beside a clock that both machines know: their counter, which KVM scales and offsets for the guest, or the host's own
 * clock, as ptp_kvm gives it. The host's samples place that instant on the host's clock. Between two such anchors
 * around a run, times are interpolated; clocks that are adjusted drift apart over a series, and nothing is assumed
 * about that.
 */

/** Where the host's clocks stood, all at about the same instant. */
export interface HostSample {
  /** CLOCK_MONOTONIC, ns. */
  readonly mono_ns: bigint;
  /** The machine's own counter. */
  readonly counter: bigint;
  /** How far apart the two can be, ns. */
  readonly uncertainty_ns: number;
  /** CLOCK_REALTIME less CLOCK_MONOTONIC, ns. */
  readonly realtime_ns: bigint;
  readonly realtime_uncertainty_ns: number;
}

/** How KVM derives the guest's counter: host * ratio / 2^fraction_bits + offset, in 64 bits. */
export interface CounterScale {
  readonly offset: bigint;
  readonly ratio: bigint;
  readonly fraction_bits: number;
}

/** A clock that both machines know beside the VM's CLOCK_MONOTONIC, as a row of the VM has it. */
export interface GuestPair {
  readonly value: bigint;
  readonly mono_ns: bigint;
  readonly uncertainty_ns: number;
}

/** What a row of the VM says of its clocks; null: it says nothing. */
export interface GuestClocks {
  readonly run: number;
  readonly counter: GuestPair | null;
  readonly host: GuestPair | null;
}

/** The same instant on both machines' CLOCK_MONOTONIC, ns. */
export interface Anchor {
  readonly host_ns: bigint;
  readonly guest_ns: bigint;
  readonly uncertainty_ns: number;
}

/** Why a run has no anchor. */
export type NoAnchor =
  | "the VM's row tells no clock that its host knows"
  | "the host's clocks were not sampled around it"
  | "the host's counter jumped, or it was suspended"
  | "the counter and ptp_kvm disagree about it";

/**
 * Adjusted clocks run at most 500 ppm fast or slow (MAXFREQ, kernel/time/ntp.c, 5.10 to 7.3), each of the two; a
 * larger difference is no drift.
 */
const MOST_DRIFT = 1e-3;
/** Between samples the host's counter must run as it does over all of them, but for that and for its sampling. */
const MOST_UNSTEADY = 2e-3;
/** Two ways that agree within their uncertainties differ by rounding too. */
const ROUNDING_NS = 2;

const WRAP = 1n << 64n;

/** The host's counter at the guest's. */
function hostCounter(guest: bigint, { offset, ratio, fraction_bits }: CounterScale): bigint {
  const scaled = ((guest - offset) % WRAP + WRAP) % WRAP;
  return (scaled << BigInt(fraction_bits)) / ratio;
}

/** The guest's counter at the host's. */
export function guestCounter(host: bigint, { offset, ratio, fraction_bits }: CounterScale): bigint {
  return (((host * ratio) >> BigInt(fraction_bits)) + offset + WRAP) % WRAP;
}

/** Places instants on the host's clock by its samples. */
export class HostClock {
  readonly #samples: readonly HostSample[];
  /** Ticks per ns over all samples; NaN with fewer than two. */
  readonly rate: number;

  /** @param samples in the order of time */
  constructor(samples: readonly HostSample[]) {
    this.#samples = samples;
    this.rate = median(samples.slice(1).map((sample, i) => rateOf(samples[i]!, sample)));
  }

  /** CLOCK_MONOTONIC where the counter stood at `counter`. */
  atCounter(counter: bigint): Omit<Anchor, "guest_ns"> | NoAnchor {
    const around = this.#around((sample) => sample.counter > counter);
    if (typeof around === "string") return around;
    const { before, after, rate, unsteady } = around;
    const ticks = Number(counter - before.counter);
    const distance = Math.min(ticks, Number(after.counter - counter)) / rate;
    return {
      host_ns: before.mono_ns + BigInt(Math.round(ticks / rate)),
      uncertainty_ns: Math.max(before.uncertainty_ns, after.uncertainty_ns) + Math.ceil(unsteady * distance),
    };
  }

  /** The counter where CLOCK_MONOTONIC was `mono`. */
  counterAt(mono: bigint): bigint | NoAnchor {
    const around = this.#around((sample) => sample.mono_ns > mono);
    if (typeof around === "string") return around;
    const { before, rate } = around;
    return before.counter + BigInt(Math.round(Number(mono - before.mono_ns) * rate));
  }

  /** The samples on both sides, and the counter's rate between them. */
  #around(isAfter: (sample: HostSample) => boolean) {
    const at = this.#samples.findIndex(isAfter);
    const [before, after] = [this.#samples[at - 1], this.#samples[at]];
    if (before === undefined || after === undefined) return "the host's clocks were not sampled around it";
    const rate = rateOf(before, after);
    const sampling = (before.uncertainty_ns + after.uncertainty_ns) / Number(after.mono_ns - before.mono_ns);
    const unsteady = Math.abs(rate / this.rate - 1);
    return unsteady <= MOST_UNSTEADY + sampling
      ? { before, after, rate, unsteady }
      : "the host's counter jumped, or it was suspended";
  }

  /** CLOCK_MONOTONIC where CLOCK_REALTIME was `real`. */
  atRealtime(real: bigint): Omit<Anchor, "guest_ns"> | NoAnchor {
    const at = this.#samples.findIndex(({ mono_ns, realtime_ns }) => mono_ns + realtime_ns > real);
    const [before, after] = [this.#samples[at - 1], this.#samples[at]];
    if (before === undefined || after === undefined) return "the host's clocks were not sampled around it";
    const step = Number(after.realtime_ns - before.realtime_ns);
    const uncertainty = Math.max(before.realtime_uncertainty_ns, after.realtime_uncertainty_ns);
    return { host_ns: real - before.realtime_ns, uncertainty_ns: Math.abs(step) + uncertainty };
  }
}

/** The host's and the VM's clocks of one turn. */
export class ClockMap {
  readonly #anchors: readonly { readonly run: number; readonly anchor: Anchor | NoAnchor }[];

  /**
   * @param scale null: not known, or not to be relied on
   * @param runs of the turn, in their order
   */
  constructor(samples: readonly HostSample[], scale: CounterScale | null, runs: readonly GuestClocks[]) {
    const clock = new HostClock(samples);
    this.#anchors = runs.map((clocks) => ({ run: clocks.run, anchor: anchorOf(clock, scale, clocks) }));
  }

  /** How times around that run are placed, or why they cannot be. */
  around(run: number): RunMap | NoAnchor {
    const at = this.#anchors.findIndex((anchor) => anchor.run === run);
    const own = this.#anchors[at]?.anchor ?? "the VM's row tells no clock that its host knows";
    if (typeof own === "string") return own;
    const near = (offset: number) => {
      const anchor = this.#anchors[at + offset]?.anchor;
      return anchor === undefined || typeof anchor === "string" ? null : anchor;
    };
    return runMap(own, near(-1), near(1), near(-2), near(2));
  }
}

/** Places instants around one run. */
export class RunMap {
  /**
   * @param anchor after the run
   * @param drift ns that the VM's clock gains on the host's per ns
   * @param unsure how wrong that may be
   */
  constructor(readonly anchor: Anchor, readonly drift: number, readonly unsure: number) {}

  /** ns of the VM's clock. */
  toGuest(hostNs: bigint): bigint {
    const distance = hostNs - this.anchor.host_ns;
    return this.anchor.guest_ns + distance + BigInt(Math.round(Number(distance) * this.drift));
  }

  /** ns of the host's clock. */
  toHost(guestNs: bigint): bigint {
    const distance = guestNs - this.anchor.guest_ns;
    return this.anchor.host_ns + distance - BigInt(Math.round(Number(distance) * this.drift));
  }

  /** How far off an instant may be that lies that far from the anchor, ns. */
  uncertaintyNs(distanceNs: number): number {
    return Math.ceil(this.anchor.uncertainty_ns + this.unsure * Math.abs(distanceNs));
  }
}

/** The anchors around a run give the drift; how it differs from that between others, how sure it is. */
function runMap(
  own: Anchor,
  before: Anchor | null,
  after: Anchor | null,
  earlier: Anchor | null,
  later: Anchor | null,
): RunMap | NoAnchor {
  const drifts = [driftOf(before, own), driftOf(own, after), driftOf(earlier, before), driftOf(after, later)]
    .filter((drift) => drift !== null);
  const [nearest, other] = drifts;
  if (nearest === undefined) return new RunMap(own, 0, MOST_DRIFT);
  if (Math.abs(nearest.drift) > MOST_DRIFT) return "the host's counter jumped, or it was suspended";
  const change = other === undefined ? MOST_DRIFT : Math.abs(nearest.drift - other.drift);
  return new RunMap(own, nearest.drift, nearest.unsure + change);
}

function driftOf(from: Anchor | null, to: Anchor | null): { drift: number; unsure: number } | null {
  if (from === null || to === null) return null;
  const host = Number(to.host_ns - from.host_ns);
  if (host <= 0) return null;
  const guest = Number(to.guest_ns - from.guest_ns);
  return { drift: (guest - host) / host, unsure: (from.uncertainty_ns + to.uncertainty_ns) / host };
}

function anchorOf(
  clock: HostClock,
  scale: CounterScale | null,
  { counter, host }: GuestClocks,
): Anchor | NoAnchor {
  const byCounter = counter === null || scale === null
    ? null
    : anchored(clock.atCounter(hostCounter(counter.value, scale)), counter);
  const byHost = host === null ? null : anchored(clock.atRealtime(host.value), host);
  const known = [byCounter, byHost].filter((anchor) => anchor !== null);
  const [one, two] = known.filter((anchor) => typeof anchor !== "string");
  if (one === undefined) {
    return known.find((anchor) => typeof anchor === "string") ??
      "the VM's row tells no clock that its host knows";
  }
  if (two === undefined) return one;
  const apart = Math.abs(Number((one.host_ns - one.guest_ns) - (two.host_ns - two.guest_ns)));
  // The two were taken one after the other: what the clocks drift apart meanwhile is no disagreement.
  const between = Math.abs(Number(one.guest_ns - two.guest_ns)) * MOST_DRIFT;
  if (apart > one.uncertainty_ns + two.uncertainty_ns + between + ROUNDING_NS) {
    return "the counter and ptp_kvm disagree about it";
  }
  return one.uncertainty_ns <= two.uncertainty_ns ? one : two;
}

function anchored(placed: Omit<Anchor, "guest_ns"> | NoAnchor, pair: GuestPair): Anchor | NoAnchor {
  if (typeof placed === "string") return placed;
  const { host_ns, uncertainty_ns } = placed;
  return { host_ns, guest_ns: pair.mono_ns, uncertainty_ns: uncertainty_ns + pair.uncertainty_ns };
}

/** Ticks per ns. */
function rateOf(before: HostSample, after: HostSample): number {
  return Number(after.counter - before.counter) / Number(after.mono_ns - before.mono_ns);
}

/** The upper one of an even number. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
