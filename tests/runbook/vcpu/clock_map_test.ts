import assert from "node:assert/strict";
import {
  ClockMap,
  type CounterScale,
  type GuestClocks,
  type HostSample,
  RunMap,
} from "../../../runbook/vcpu/clock_map.ts";

const MS = 1_000_000n;
const TICKS_PER_NS = 3;
const PLAIN: CounterScale = { offset: -7_000_000_000n, ratio: 1n, fraction_bits: 0 };
const REALTIME_NS = 1_700_000_000_000_000_000n;

/** The instant `ms` after the start, on the clocks of both machines. */
interface World {
  /** ns of the host's CLOCK_MONOTONIC. */
  host(ms: number): bigint;
  /** ns of the VM's. */
  guest(ms: number): bigint;
  counter(ms: number): bigint;
  realtime?(ms: number): bigint;
}

/** Two steady clocks that began at different times. */
const STEADY: World = {
  host: (ms) => 10_000_000_000n + BigInt(Math.round(ms * 1e6)),
  guest: (ms) => 2_000_000_000n + BigInt(Math.round(ms * 1e6)),
  counter: (ms) => 30_000_000_000n + BigInt(Math.round(ms * 1e6 * TICKS_PER_NS)),
};

function samples(world: World, every = 200, to = 3000): HostSample[] {
  return Array.from({ length: to / every + 1 }, (_, i) => ({
    mono_ns: world.host(i * every),
    counter: world.counter(i * every),
    uncertainty_ns: 20,
    realtime_ns: world.realtime?.(i * every) ?? REALTIME_NS,
    realtime_uncertainty_ns: 30,
  }));
}

const scaled = (counter: bigint, { ratio, fraction_bits, offset }: CounterScale) =>
  ((counter * ratio) >> BigInt(fraction_bits)) + offset;

/** Runs whose clocks were noted every 250 ms. */
function clocks(world: World, scale: CounterScale = PLAIN, count = 10): GuestClocks[] {
  return Array.from({ length: count }, (_, i) => {
    const ms = 300 + i * 250;
    const value = scaled(world.counter(ms), scale);
    return { run: i + 1, counter: { value, mono_ns: world.guest(ms), uncertainty_ns: 40 }, host: null };
  });
}

function mapOf(map: ClockMap, run: number): RunMap {
  const around = map.around(run);
  assert.ok(around instanceof RunMap, String(around));
  return around;
}

/** Around every run, 10 ms before its clocks were noted, both ways. */
function assertTrue(world: World, map: ClockMap, runs = 10) {
  for (let run = 1; run <= runs; run++) {
    const ms = 300 + (run - 1) * 250 - 10;
    const around = mapOf(map, run);
    const bound = around.uncertaintyNs(10e6);
    const off = Number(around.toGuest(world.host(ms)) - world.guest(ms));
    assert.ok(Math.abs(off) <= bound, `run ${run}: off by ${off}, bound ${bound}`);
    assert.ok(Math.abs(Number(around.toHost(world.guest(ms)) - world.host(ms))) <= bound);
  }
}

Deno.test("steady clocks are placed on each other within the width of the brackets", () => {
  const map = new ClockMap(samples(STEADY), PLAIN, clocks(STEADY));
  assertTrue(STEADY, map);
  assert.ok(mapOf(map, 5).uncertaintyNs(1e6) < 100);
});

Deno.test("a guest counter that runs at another rate, with an offset that wraps around, is placed too", () => {
  const scale = { offset: -(2n ** 63n) - 5_000_000n, ratio: 3n << 47n, fraction_bits: 48 };
  assertTrue(STEADY, new ClockMap(samples(STEADY), scale, clocks(STEADY, scale)));
});

Deno.test("a clock that is slewed, and slewed otherwise later, is placed within the uncertainty that it says", () => {
  const drifting: World = {
    ...STEADY,
    // 300 ppm fast for a second, then 200 ppm slow.
    guest(ms) {
      const gained = ms < 1000 ? ms * 300 : 300_000 - (ms - 1000) * 200;
      return STEADY.guest(ms) + BigInt(Math.round(gained));
    },
  };
  const map = new ClockMap(samples(drifting), PLAIN, clocks(drifting));
  assertTrue(drifting, map);
  // Around the change less is known than where the clock ran evenly.
  assert.ok(mapOf(map, 4).uncertaintyNs(10e6) > 3 * mapOf(map, 8).uncertaintyNs(10e6));
});

Deno.test("a single run has no neighbour that tells the drift, and says so by its uncertainty", () => {
  const map = mapOf(new ClockMap(samples(STEADY), PLAIN, clocks(STEADY, PLAIN, 1)), 1);
  assert.equal(map.uncertaintyNs(1e6) - map.uncertaintyNs(0), 1000);
});

Deno.test("a host that was suspended, or a counter that jumped, places nothing of that time", () => {
  const suspended: World = {
    ...STEADY,
    // The counter goes on for 5 s while CLOCK_MONOTONIC stands still at 1000 ms.
    counter: (ms) => STEADY.counter(ms) + (ms > 1000 ? BigInt(5e9 * TICKS_PER_NS) : 0n),
  };
  const map = new ClockMap(samples(suspended), PLAIN, clocks(suspended));
  // Clocks noted at 1050 ms lie between the samples at 1000 and 1200 ms.
  assert.equal(map.around(4), "the host's counter jumped, or it was suspended");
  assert.ok(map.around(2) instanceof RunMap);
  assert.ok(map.around(8) instanceof RunMap);
});

Deno.test("a VM's clock that was stopped between two runs gives no drift", () => {
  const stopped: World = { ...STEADY, guest: (ms) => STEADY.guest(ms) - (ms > 1500 ? 200n * MS : 0n) };
  const map = new ClockMap(samples(stopped), PLAIN, clocks(stopped));
  // Run 6 was noted at 1550 ms, the first after it.
  assert.equal(map.around(6), "the host's counter jumped, or it was suspended");
  assert.ok(map.around(3) instanceof RunMap);
  assert.ok(map.around(9) instanceof RunMap);
});

Deno.test("what the host did not sample around, and rows without clocks, are not placed", () => {
  const outside = new ClockMap(samples(STEADY, 200, 1000), PLAIN, clocks(STEADY));
  assert.equal(outside.around(10), "the host's clocks were not sampled around it");
  assert.equal(outside.around(11), "the VM's row tells no clock that its host knows");
  const bare = clocks(STEADY).map(({ run }) => ({ run, counter: null, host: null }));
  const none = new ClockMap(samples(STEADY), PLAIN, bare);
  assert.equal(none.around(1), "the VM's row tells no clock that its host knows");
  const unscaled = new ClockMap(samples(STEADY), null, clocks(STEADY));
  assert.equal(unscaled.around(1), "the VM's row tells no clock that its host knows");
});

/** The host's CLOCK_REALTIME as ptp_kvm tells it, off by that much. */
function byHost(world: World, uncertainty_ns: number, off = 0n): GuestClocks[] {
  return clocks(world).map(({ run }, i) => {
    const ms = 300 + i * 250;
    const value = world.host(ms) + (world.realtime?.(ms) ?? REALTIME_NS) + off;
    return { run, counter: null, host: { value, mono_ns: world.guest(ms), uncertainty_ns } };
  });
}

Deno.test("ptp_kvm places times where the counter's scale is not known, also while CLOCK_REALTIME is slewed", () => {
  assertTrue(STEADY, new ClockMap(samples(STEADY), null, byHost(STEADY, 60)));
  const slewed: World = { ...STEADY, realtime: (ms) => REALTIME_NS + BigInt(Math.round(ms * 400)) };
  assertTrue(slewed, new ClockMap(samples(slewed), null, byHost(slewed, 60)));
});

Deno.test("a CLOCK_REALTIME of the host that was set between two samples makes what is between uncertain", () => {
  const set: World = { ...STEADY, realtime: (ms) => REALTIME_NS + (ms > 1000 ? 3_000n * MS : 0n) };
  const around = new ClockMap(samples(set), null, byHost(set, 60)).around(4);
  assert.ok(typeof around === "string" || around.uncertaintyNs(0) >= 3e9, String(around));
});

Deno.test("of two ways the tighter one is taken; ways that disagree beyond what they say place nothing", () => {
  const both = (off: bigint) =>
    clocks(STEADY).map((run, i) => ({ ...run, host: byHost(STEADY, 500, off)[i]!.host }));
  const agreeing = new ClockMap(samples(STEADY), PLAIN, both(100n));
  assert.equal(mapOf(agreeing, 5).anchor.uncertainty_ns, 60);
  const apart = new ClockMap(samples(STEADY), PLAIN, both(2_000n));
  assert.equal(apart.around(5), "the counter and ptp_kvm disagree about it");
});
