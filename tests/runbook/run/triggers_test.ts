import assert from "node:assert/strict";
import fc from "fast-check";
import type { LatestEdge } from "../../../ffi/trigger.ts";
import { openTrigger } from "../../../runbook/run/trigger_device.ts";
import { parseTrigger } from "../../../runbook/protocol/trigger.ts";
import { type Beside, deviceTrigger, foreseenTrigger, timerTrigger } from "../../../runbook/run/triggers.ts";
import type { NativeLibrary } from "../../../ffi/native_library.ts";

const S = 1_000_000_000n;
const PATH = "/dev/pps0";

const pulses = (latest: LatestEdge | null = null) => deviceTrigger({ latest: () => latest }, PATH);

Deno.test("the timer's next edge is the first multiple of the period that is not before the given time", () => {
  const { nextEdge } = timerTrigger(1_000_000_000);
  assert.equal(nextEdge(10_000_000_001n), 11_000_000_000n);
  assert.equal(nextEdge(11_000_000_000n), 11_000_000_000n);
});

Deno.test("a device's next edge is due a whole number of seconds after its latest", () => {
  const { nextEdge } = pulses({ realNs: 10_300_000_000n, sequence: 4 });
  assert.equal(nextEdge(10_300_000_001n), 11_300_000_000n);
  assert.equal(nextEdge(11_300_000_000n), 11_300_000_000n);
  assert.equal(nextEdge(14_299_999_999n), 14_300_000_000n);
});

Deno.test("a device's next edge lies less than a second after the given time, whatever its latest was", () => {
  const time = fc.bigInt({ min: 0n, max: 2n ** 61n });
  fc.assert(fc.property(time, time, (realNs, earliest) => {
    const edge = pulses({ realNs, sequence: 1 }).nextEdge(earliest);
    assert.ok(edge >= earliest && edge < earliest + S);
    assert.equal((edge - realNs) % S, 0n);
  }));
});

Deno.test("before a device's first edge the next one may come at any time", () => {
  assert.equal(pulses().nextEdge(123n), 123n);
});

/** Edges by number and second. */
function counted(...edges: readonly (readonly [sequence: number, second: number | null])[]) {
  const trigger = pulses();
  for (const [sequence, second] of edges) {
    trigger.took({ sequence, edge_ns: second === null ? null : BigInt(Math.round(second * 1e9)) });
  }
  return trigger.edges();
}

Deno.test("edges between two runs are accounted for: those that came by their numbers, those that did not by time", () => {
  assert.equal(counted(), null);
  assert.deepEqual(counted([7, 50]), { missed: 0, absent: 0 });
  assert.deepEqual(counted([7, 50], [8, 51], [9, 52]), { missed: 0, absent: 0 });
  assert.deepEqual(counted([7, 50], [10, 53], [12, 55]), { missed: 3, absent: 0 });
  assert.deepEqual(counted([7, 50], [8, 52], [9, 55.1]), { missed: 0, absent: 3 });
  assert.deepEqual(counted([7, 50], [9, 54]), { missed: 1, absent: 2 });
});

Deno.test("a device's numbers may begin again, or come faster than one a second", () => {
  assert.deepEqual(counted([2 ** 32 - 1, 50], [0, 51], [2, 53]), { missed: 1, absent: 0 });
  assert.deepEqual(counted([1, 50], [11, 51]), { missed: 9, absent: 0 });
});

Deno.test("of edges whose time nobody knows, how many did not come is not known either", () => {
  assert.deepEqual(counted([1, null], [3, null]), { missed: 1, absent: null });
});

Deno.test("before the first edge is taken nothing is counted", () => {
  assert.equal(timerTrigger(1_000_000).edges(), null);
});

Deno.test("a trigger is the timer, a PPS device, or the real-time clock", () => {
  assert.deepEqual(parseTrigger("timer"), { name: "timer", device: null });
  assert.deepEqual(parseTrigger("rtc"), { name: "rtc", device: null });
  assert.deepEqual(parseTrigger("pps"), { name: "pps", device: null });
  assert.deepEqual(parseTrigger("pps:/dev/pps1"), { name: "pps", device: "/dev/pps1" });
  for (const text of ["", "bell", "pps:", "pps:pps0", "rtc:/dev/rtc1", "timer:1s"]) {
    assert.throws(() => parseTrigger(text), {
      exitCode: 2,
      message: `--trigger: "${text}" is not known; use timer, pps:/dev/ppsN or rtc`,
    });
  }
});

const GONE = "load the receiver's driver (ldattach PPS /dev/ttyS0, pps-gpio, or a PTP card's)";
const ONE = { "/dev/pps0": "", "/sys/class/pps/pps0": "", "/sys/class/pps/pps0/name": "serial0\n" };
const TWO = { ...ONE, "/dev/pps1": "", "/sys/class/pps/pps1": "", "/sys/class/pps/pps1/name": "ptp0\n" };

/** What was found, and what is said about it, before any device is opened. */
const REFUSED: readonly (readonly [
  what: string,
  trigger: string,
  files: Readonly<Record<string, string>>,
  said: string,
])[] = [
  [
    "a PPS device that is not there",
    "pps:/dev/pps7",
    TWO,
    "cannot take edges from /dev/pps7: there is no such device (found: /dev/pps0 (serial0); /dev/pps1 (ptp0)); " +
    `use --trigger pps:/dev/pps0, or ${GONE}`,
  ],
  [
    "a PPS device on a machine without any",
    "pps:/dev/pps0",
    {},
    `cannot take edges from /dev/pps0: there is no such device (found: none); ${GONE}`,
  ],
  [
    "any PPS device where there are two",
    "pps",
    TWO,
    "cannot take edges from a PPS device: there are several (found: /dev/pps0 (serial0); /dev/pps1 (ptp0)); " +
    `use --trigger pps:/dev/pps0, or ${GONE}`,
  ],
  [
    "any PPS device where there is none",
    "pps",
    {},
    `cannot take edges from a PPS device: there is none (found: none); ${GONE}`,
  ],
  [
    "a PPS device without its node",
    "pps",
    { "/sys/class/pps/pps0": "" },
    "cannot take edges from a PPS device: there is none (found: /dev/pps0, but that node is missing); " +
    GONE,
  ],
  [
    "a real-time clock where there is none",
    "rtc",
    {},
    "cannot take edges from a real-time clock: there is none (found: none); load its driver (rtc_cmos on PCs); " +
    "virtual machines may have none",
  ],
];

for (const [what, trigger, files, said] of REFUSED) {
  Deno.test(`${what} cannot be measured by, and the machine's devices are named`, () => {
    const machine = {
      exists: (path: string) => path in files,
      read: (path: string) => files[path] ?? null,
    };
    const native = {} as NativeLibrary;
    assert.throws(() => openTrigger(native, parseTrigger(trigger), 1e9, machine), {
      exitCode: 3,
      message: said,
    });
  });
}

const MS = 1_000_000n;

/** A timer whose edges at these ms were taken. */
function timed(...edges: readonly (number | "pause")[]) {
  const timer = timerTrigger(10_000_000);
  for (const edge of edges) {
    if (edge === "pause") timer.pause();
    else timer.took({ edge_ns: BigInt(edge) * MS, sequence: null });
  }
  return timer.edges();
}

Deno.test("the timer's edges between those that runs took are counted", () => {
  assert.deepEqual(timed(10, 20, 30), { missed: 0, absent: 0 });
  assert.deepEqual(timed(10, 40, 50, 70), { missed: 3, absent: 0 });
});

Deno.test("edges of a pause are not counted, the timer's as little as a device's", () => {
  assert.deepEqual(timed(10, "pause", 9_000, 9_020), { missed: 1, absent: 0 });
  const device = pulses();
  device.took({ edge_ns: S, sequence: 1 });
  device.pause();
  device.took({ edge_ns: 100n * S, sequence: 90 });
  device.took({ edge_ns: 102n * S, sequence: 92 });
  assert.deepEqual(device.edges(), { missed: 1, absent: 0 });
});

/** A VM whose own clock runs 40 ppm faster than the clock on which a pulse comes every second. */
class DriftingVm {
  /** True ns since the first pulse. */
  ns = 0n;
  /** What CLOCK_REALTIME was set by. */
  step = 0n;

  read(): Beside {
    const own = 5_000_000_000n + this.ns + this.ns / 25_000n;
    return { value: 700n + this.ns * 3n, mono_ns: own, real_ns: 1_700_000_000n * S + own + this.step };
  }

  /** True ns since the first pulse at that instant of its CLOCK_REALTIME. */
  when(real: bigint): number {
    return Number(real - this.step - 1_700_000_000n * S - 5_000_000_000n) / (1 + 1 / 25_000);
  }
}

const FORESEEN = { clock: "counter", at: 700n, period: 3e9 } as const;

Deno.test("a foreseen pulse is due when it comes, however the VM's own clock runs and is set", () => {
  const vm = new DriftingVm();
  vm.ns = 20_300_000_000n;
  const trigger = foreseenTrigger(FORESEEN, () => vm.read());
  // As long as the rate is not measured, the VM's own rate is taken for the true one: 40 ppm of 0.7 s.
  assert.ok(Math.abs(vm.when(trigger.nextEdge(vm.read().real_ns)) - 21e9) < 30_000);
  for (const [ns, step] of [[21_300_000_000n, 0n], [50_900_000_000n, 3_600n * S], [51_000_000_001n, -S]]) {
    vm.ns = ns!;
    vm.step = step!;
    const next = Number((ns! + S - 1n) / S) * 1e9;
    assert.ok(Math.abs(vm.when(trigger.nextEdge(vm.read().real_ns)) - next) < 1_000, `at ${ns}`);
    // A later one when asked for it: the first that is not before that instant.
    const later = trigger.nextEdge(vm.read().real_ns + 5n * S + S / 2n);
    assert.ok(Math.abs(vm.when(later) - (Math.ceil(Number(ns) / 1e9 + 5.5)) * 1e9) < 1_000, `at ${ns}`);
  }
});

Deno.test("a foreseen pulse is never due before it is asked for, nor more than a period after that", () => {
  const vm = new DriftingVm();
  const trigger = foreseenTrigger(FORESEEN, () => vm.read());
  const ns = fc.bigInt({ min: 0n, max: 3_600n * S });
  fc.assert(fc.property(ns, fc.bigInt({ min: 0n, max: 60n * S }), (now, ahead) => {
    vm.ns = now;
    const earliest = vm.read().real_ns + ahead;
    const edge = trigger.nextEdge(earliest);
    assert.ok(edge >= earliest - 10n && edge < earliest + S + S / 20_000n, `${edge - earliest}`);
  }));
});

Deno.test("nobody counts the pulses of another machine", () => {
  const vm = new DriftingVm();
  const trigger = foreseenTrigger(FORESEEN, () => vm.read());
  trigger.took({ edge_ns: 1n, sequence: null });
  trigger.pause();
  assert.deepEqual([trigger.edges(), trigger.isForeseen], [null, true]);
});
