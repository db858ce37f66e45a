import assert from "node:assert/strict";
import type { LatestEdge } from "../../../ffi/trigger.ts";
import type { Foreseen } from "../../../runbook/protocol/foreseen.ts";
import { type CounterScale, guestCounter, type HostSample, RunMap } from "../../../runbook/vcpu/clock_map.ts";
import { foresee, HostPulses } from "../../../runbook/vcpu/pulses.ts";

const REAL_NS = 1_700_000_000_000_000_000n;
const BOOT_NS = 10_000_000_000n;
const TICKS_PER_NS = 2.5;
/** The host's clock is 30 ppm fast: so long is a true second on it. */
const SECOND_NS = 1_000_030_000;
const SCALE: CounterScale = { offset: -7_000_000_000n, ratio: 3n << 30n, fraction_bits: 31 };

/** ns of the host's CLOCK_MONOTONIC after its boot. */
const mono = (ns: number) => BOOT_NS + BigInt(Math.round(ns));
const counter = (ns: number) => 30_000_000_000n + BigInt(Math.round(ns * TICKS_PER_NS));

/** From 0.1 s before the first pulse, every 200 ms. */
function samples(seconds: number, step: (ns: number) => bigint = () => 0n): HostSample[] {
  return Array.from({ length: seconds * 5 + 2 }, (_, i) => {
    const ns = i * 2e8 - 1e8;
    return {
      mono_ns: mono(ns),
      counter: counter(ns),
      uncertainty_ns: 20,
      realtime_ns: REAL_NS + step(ns),
      realtime_uncertainty_ns: 30,
    };
  });
}

/** @param late ns of each, by its number */
function asserts(count: number, late: (pulse: number) => number = () => 0): LatestEdge[] {
  return Array.from({ length: count }, (_, i) => ({
    realNs: REAL_NS + mono(i * SECOND_NS + late(i)),
    sequence: 100 + i,
  }));
}

/** How far from that pulse's instant it was foreseen, ns. */
function errorAt({ at, period }: Foreseen, pulse: number, last: number): number {
  const foreseen = at + BigInt(Math.round((pulse - last) * period));
  const ticksPerNs = TICKS_PER_NS * 1.5;
  return Number(foreseen - guestCounter(counter(pulse * SECOND_NS), SCALE)) / ticksPerNs;
}

Deno.test("pulses are foreseen on the VM's counter, a minute ahead as well as at once", () => {
  const found = foresee(asserts(20), samples(20), SCALE);
  assert.ok(found !== null);
  assert.equal(found.clock, "counter");
  assert.ok(Math.abs(found.period / (SECOND_NS * TICKS_PER_NS * 1.5) - 1) < 1e-8, `${found.period}`);
  for (const pulse of [19, 20, 80]) {
    assert.ok(Math.abs(errorAt(found, pulse, 19)) < 100, `pulse ${pulse}: ${errorAt(found, pulse, 19)}`);
  }
});

Deno.test("pulses that were stamped late do not delay those that are foreseen, the last one neither", () => {
  const late = (pulse: number) => pulse % 3 === 1 || pulse === 29 ? 4_000_000 + 500_000 * pulse : pulse % 2;
  const found = foresee(asserts(30, late), samples(30), SCALE)!;
  for (const pulse of [30, 90]) {
    assert.ok(Math.abs(errorAt(found, pulse, 29)) < 1_000, `pulse ${pulse}: ${errorAt(found, pulse, 29)}`);
  }
});

Deno.test("pulses that did not come, or that nobody saw, make no longer second", () => {
  const came = asserts(24).filter((_, i) => ![3, 4, 11, 17].includes(i));
  const found = foresee(came, samples(24), SCALE)!;
  assert.ok(Math.abs(errorAt(found, 40, 23)) < 100, `${errorAt(found, 40, 23)}`);
});

Deno.test("after the pulses' phase has changed, the next ones are foreseen as soon as most of the latest have it", () => {
  const came = (count: number) => asserts(count, (pulse) => pulse < 20 ? 480_000_000 : 0);
  const off = (count: number, last = count - 1) => {
    const found = foresee(came(count), samples(count), SCALE);
    return found === null ? null : errorAt(found, last, last);
  };
  // Too few of the old phase are among the latest, and too few of the new one are there at all.
  assert.equal(off(24), null);
  assert.equal(off(27), null);
  for (const count of [28, 29, 50]) assert.ok(Math.abs(off(count)!) < 100, `${count}: ${off(count)}`);
  // Until then the old phase is what most of the latest say; its last pulse was the 20th.
  assert.ok(Math.abs(off(22, 19)! - 480_000_000) < 100, `${off(22, 19)}`);
});

Deno.test("pulses in no phase foresee none", () => {
  assert.equal(foresee(asserts(40, (pulse) => pulse * pulse * 70_000_000 % 1e9), samples(41), SCALE), null);
});

Deno.test("where the VM has its host's clock alone, pulses are foreseen on that", () => {
  const found = foresee(asserts(9), samples(9), null)!;
  assert.deepEqual([found.clock, Math.round(found.period)], ["host", SECOND_NS]);
  assert.ok(Math.abs(Number(found.at - asserts(9).at(-1)!.realNs)) < 10);
});

Deno.test("too few pulses foresee none, nor do those around which no clock was read", () => {
  assert.equal(foresee([], samples(10), SCALE), null);
  assert.equal(foresee(asserts(7), samples(10), SCALE), null);
  assert.notEqual(foresee(asserts(8), samples(10), SCALE), null);
  assert.equal(foresee(asserts(20), samples(6), SCALE), null);
});

/** The VM's clock is 5 s ahead, and known to 200 ns. */
const MAP = new RunMap(
  { host_ns: BOOT_NS, guest_ns: BOOT_NS + 5_000_000_000n, uncertainty_ns: 200 },
  0,
  1e-9,
);
const onVm = (ns: number) => mono(ns) + 5_000_000_000n;

Deno.test("the pulse that a VM's timer stood for lies on its clock, with what that is uncertain by", () => {
  const pulses = new HostPulses(asserts(10), samples(10));
  for (const error of [-19_000_000, 0, 300_000, 19_000_000]) {
    const pulse = pulses.near(onVm(4 * SECOND_NS) + BigInt(error), MAP);
    assert.ok(typeof pulse !== "string", String(pulse));
    assert.equal(pulse.edge_ns, onVm(4 * SECOND_NS));
    assert.equal(pulse.host_ns, mono(4 * SECOND_NS));
    // The map's own, 4 s of its drift, and the bracket of CLOCK_REALTIME.
    assert.equal(pulse.uncertainty_ns, 200 + 5 + 30);
  }
});

Deno.test("a pulse that did not come is nobody's edge, and none is made up for it", () => {
  const came = asserts(10).filter((_, i) => i !== 4);
  const none = "no pulse came within 20 ms of the foreseen one";
  const pulses = new HostPulses(came, samples(10));
  assert.equal(pulses.near(onVm(4 * SECOND_NS), MAP), none);
  assert.equal(pulses.near(onVm(5 * SECOND_NS) - 21_000_000n, MAP), none);
  assert.equal(new HostPulses([], samples(10)).near(onVm(4 * SECOND_NS), MAP), none);
  assert.equal(new HostPulses(came, []).near(onVm(5 * SECOND_NS), MAP), none);
});

Deno.test("where the host's clock was set around a pulse, it is not known when the pulse came", () => {
  const set = samples(10, (ns) => ns > 4 * SECOND_NS ? 30_000_000n : 0n);
  const pulses = new HostPulses(asserts(5), set);
  assert.equal(pulses.near(onVm(4 * SECOND_NS), MAP), "this machine's clock was set around the pulse");
  assert.notEqual(typeof pulses.near(onVm(3 * SECOND_NS), MAP), "string");
});
