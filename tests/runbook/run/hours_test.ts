import assert from "node:assert/strict";
import fc from "fast-check";
import { nextOpening, waitForHours, type Waiting, withinHours } from "../../../runbook/run/hours.ts";
import { type LoopClock, runLoop } from "../../../runbook/run/loop.ts";
import { timerTrigger } from "../../../runbook/run/triggers.ts";
import { PaperParts } from "./loop_fixture.ts";

function at(iso: string): bigint {
  return BigInt(Date.parse(`${iso}Z`)) * 1_000_000n;
}

const SECOND = 1_000_000_000n;
const HOUR = 3600n * SECOND;

Deno.test("a region is open from its first hour up to the last nanosecond before its end", () => {
  for (
    const [hours, now, opening] of [
      ["any", "2026-03-01T12:34:56", "2026-03-01T12:34:56"],
      ["08-10", "2026-03-01T07:59:59", "2026-03-01T08:00:00"],
      ["08-10", "2026-03-01T08:00:00", "2026-03-01T08:00:00"],
      ["08-10", "2026-03-01T09:59:59", "2026-03-01T09:59:59"],
      ["08-10", "2026-03-01T10:00:00", "2026-03-02T08:00:00"],
      ["22-05", "2026-03-01T21:59:59", "2026-03-01T22:00:00"],
      ["22-05", "2026-03-01T23:30:00", "2026-03-01T23:30:00"],
      ["22-05", "2026-03-02T00:00:00", "2026-03-02T00:00:00"],
      ["22-05", "2026-03-02T04:59:59", "2026-03-02T04:59:59"],
      ["22-05", "2026-03-02T05:00:00", "2026-03-02T22:00:00"],
      ["23-00", "2026-02-28T22:00:00", "2026-02-28T23:00:00"],
      ["00-01", "2026-12-31T23:00:00", "2027-01-01T00:00:00"],
    ] as const
  ) assert.equal(nextOpening(hours, at(now)), at(opening), `${hours} ${now}`);
});

Deno.test("the next opening is in the region, not before now, and no earlier hour is in the region", () => {
  const hour = fc.integer({ min: 0, max: 23 });
  fc.assert(fc.property(hour, hour, fc.bigInt(0n, 4_000_000_000n * SECOND), (from, to, now) => {
    fc.pre(from !== to);
    const hours = [from, to].map((each) => String(each).padStart(2, "0")).join("-");
    const isOpen = (ns: bigint) => {
      const hour = new Date(Number(ns / 1_000_000n)).getUTCHours();
      return from < to ? from <= hour && hour < to : from <= hour || hour < to;
    };
    const opening = nextOpening(hours, now);
    assert.ok(opening >= now && isOpen(opening));
    if (opening > now) { for (let ns = now; ns < opening; ns += HOUR) assert.ok(!isOpen(ns)); }
    if (opening > now) assert.ok(!isOpen(opening - 1n));
  }));
});

/** A clock on paper: time passes when somebody sleeps. */
class PaperClock implements LoopClock {
  readonly slept: number[] = [];
  readonly said: string[] = [];

  constructor(public now: bigint, readonly onSleep: (clock: PaperClock) => void = () => {}) {}

  realtimeNow(): bigint {
    return this.now;
  }

  sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.now += BigInt(ms) * 1_000_000n;
    this.onSleep(this);
    return Promise.resolve();
  }

  waiting(allowed: boolean): Waiting {
    return { allowed, say: (message) => void this.said.push(message) };
  }
}

const NEVER = new AbortController().signal;

Deno.test("an open region is not waited for", async () => {
  const clock = new PaperClock(at("2026-03-01T23:00:00"));
  await waitForHours("22-05", clock, NEVER, clock.waiting(false));
  assert.deepEqual([clock.slept, clock.said], [[], []]);
});

Deno.test("a closed region is waited for, and the wait is announced once, with the time of its end", async () => {
  const clock = new PaperClock(at("2026-03-01T16:56:30"));
  await waitForHours("22-05", clock, NEVER, clock.waiting(true));
  assert.equal(clock.now, at("2026-03-01T22:00:00"));
  assert.deepEqual(clock.said, [
    "outside the runbook's hours 22-05 UTC: waiting until 2026-03-01 22:00 UTC, 5 h 4 min from now",
  ]);
});

Deno.test("a clock that is set during the wait changes when it ends", async () => {
  let set = false;
  const clock = new PaperClock(at("2026-03-01T21:00:00"), (clock) => {
    if (!set) clock.now = at("2026-03-01T21:59:59");
    set = true;
  });
  await waitForHours("22-05", clock, NEVER, clock.waiting(true));
  assert.equal(clock.now, at("2026-03-01T22:00:00"));
  assert.equal(clock.slept.length, 2);
});

Deno.test("Ctrl-C ends the wait", async () => {
  const stop = new AbortController();
  const clock = new PaperClock(at("2026-03-01T12:00:00"), () => stop.abort());
  await assert.rejects(waitForHours("22-05", clock, stop.signal, clock.waiting(true)), {
    name: "Failure",
    exitCode: 130,
    message: "interrupted while waiting for the runbook's hours 22-05 UTC; nothing was measured; start again",
  });
  assert.equal(clock.slept.length, 1);
});

Deno.test("with --no-wait a closed region is refused, with the time at which it opens", async () => {
  const clock = new PaperClock(at("2026-03-01T12:00:00"));
  await assert.rejects(waitForHours("22-05", clock, NEVER, clock.waiting(false)), {
    name: "Failure",
    exitCode: 1,
    message:
      "outside the runbook's hours 22-05 UTC, which begin at 2026-03-01 22:00; start again then, or leave " +
      "--no-wait out to wait",
  });
  assert.deepEqual(clock.slept, []);
});

Deno.test("an edge outside the region is left out for the first one inside, which is announced once", () => {
  const clock = new PaperClock(0n);
  const trigger = withinHours("22-05", timerTrigger(7e9), clock.waiting(true));
  const last = trigger.nextEdge(at("2026-03-02T04:59:50"));
  assert.ok(last < at("2026-03-02T05:00:00"));
  assert.deepEqual(clock.said, []);
  const first = trigger.nextEdge(at("2026-03-02T04:59:59") + 999_999_999n);
  assert.ok(first >= at("2026-03-02T22:00:00") && first < at("2026-03-02T22:00:07"), String(first));
  assert.equal(first % (7n * SECOND), 0n);
  assert.equal(trigger.nextEdge(at("2026-03-02T05:00:01")), first);
  assert.equal(clock.said.length, 1);
  assert.match(clock.said[0]!, /waiting until 2026-03-02 22:00 UTC, 17 h 1 min from now/);
});

Deno.test("with --no-wait a series ends where the region does", () => {
  const trigger = withinHours("22-05", timerTrigger(1e9), new PaperClock(0n).waiting(false));
  assert.equal(trigger.nextEdge(at("2026-03-02T04:59:59")), at("2026-03-02T04:59:59"));
  assert.throws(() => trigger.nextEdge(at("2026-03-02T05:00:00")), { exitCode: 1 });
});

Deno.test("the edges of any period that are left lie in the region, in order, and none of it is left out", () => {
  fc.assert(fc.property(
    fc.integer({ min: 60_000_000_000, max: 3_600_000_000_000 }),
    fc.bigInt(0n, 2_000_000n * SECOND),
    (periodNs, earliest) => {
      const plain = timerTrigger(periodNs);
      const edge = withinHours("01-02", plain, new PaperClock(0n).waiting(true)).nextEdge(earliest);
      assert.equal(nextOpening("01-02", edge), edge);
      assert.equal(plain.nextEdge(edge), edge);
      for (let left = plain.nextEdge(earliest); left < edge; left = plain.nextEdge(left + 1n)) {
        assert.notEqual(nextOpening("01-02", left), left);
      }
    },
  ));
});

Deno.test("a series that reaches the end of its hours goes on when they begin again", async () => {
  const parts = new PaperParts(() => "returns");
  parts.nowNs = at("2026-03-02T04:59:58") + 300n;
  const clock = new PaperClock(0n);
  const options = parts.options(4);
  const trigger = withinHours("22-05", options.trigger, clock.waiting(true));
  assert.equal(await runLoop({ ...options, trigger }), null);
  assert.deepEqual(
    parts.edges,
    ["02T04:59:59", "02T22:00:00", "02T22:00:01", "02T22:00:02"].map((time) => at(`2026-03-${time}`)),
  );
  assert.deepEqual(parts.outcomes.map(({ status }) => status), Array(4).fill("complete"));
  assert.equal(clock.said.length, 1);
});

Deno.test("a series that must not wait ends with its hours, and keeps its rows", async () => {
  const parts = new PaperParts(() => "returns");
  parts.nowNs = at("2026-03-02T04:59:57") + 300n;
  const options = parts.options(4);
  const trigger = withinHours("22-05", options.trigger, new PaperClock(0n).waiting(false));
  await assert.rejects(runLoop({ ...options, trigger }), {
    exitCode: 1,
    found: /^outside the runbook's hours/,
  });
  assert.equal(parts.outcomes.length, 2);
});
