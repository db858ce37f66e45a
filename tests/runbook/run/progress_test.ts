import assert from "node:assert/strict";
import type { Status } from "../../../analysis/result/columns.ts";
import { Progress } from "../../../runbook/run/progress.ts";

function outcome(run: number, ring_full = 0, status: Status = "complete") {
  return { run, status, losses: { ring_full, self_reads: 0, recursion_misses: 0 } };
}

function progressOf(isTerminal: boolean, quiet = false, first = 1, columns: number | null = null) {
  const written: string[] = [];
  let now = 1_000;
  const progress = new Progress({
    runs: 30,
    quiet,
    output: { isTerminal, columns: () => columns, write: (text) => void written.push(text) },
    now: () => now,
  });
  progress.begin(first);
  return { progress, written, at: (ms: number) => now = 1_000 + ms };
}

Deno.test("on a terminal one line renews itself with run, rate, time left and losses", () => {
  const { progress, written, at } = progressOf(true);
  at(4_000);
  progress.ran(outcome(2, 0), 0);
  at(10_000);
  progress.ran(outcome(10, 1), 0);
  assert.deepEqual(written, [
    "\r\x1b[Krun 2/30  0.50/s  56 s left  0 lost",
    "\r\x1b[Krun 10/30  1.00/s  20 s left  1 lost",
  ]);
});

Deno.test("the line is gone after the last run, and before a message", () => {
  const { progress, written, at } = progressOf(true);
  at(30_000);
  progress.ran(outcome(30, 0), 0);
  progress.say("done");
  assert.deepEqual(written.slice(1), ["\r\x1b[K", "\r\x1b[Kdone\n"]);
});

Deno.test("elsewhere there are messages only, without control characters", () => {
  const { progress, written } = progressOf(false);
  progress.say("measuring");
  progress.ran(outcome(1, 0), 0);
  progress.ran(outcome(30, 0), 0);
  progress.say("done");
  assert.deepEqual(written, ["measuring\n", "done\n"]);
});

Deno.test("--quiet writes nothing", () => {
  const { progress, written } = progressOf(true, true);
  progress.say("measuring");
  progress.ran(outcome(1, 5), 0);
  assert.deepEqual(written, []);
});

Deno.test("a long time left is told in minutes and hours", () => {
  const { progress, written, at } = progressOf(true);
  at(60_000);
  progress.ran(outcome(1, 0), 0);
  at(3_600_000);
  progress.ran(outcome(2, 0), 0);
  assert.match(written[0]!, / 29 min 0 s left /);
  assert.match(written[1]!, / 14 h 0 min left /);
});

Deno.test("runs that timed out are counted beside what was lost", () => {
  const { progress, written, at } = progressOf(true);
  at(1_000);
  progress.ran(outcome(1, 0, "timeout"), 0);
  at(2_000);
  progress.ran(outcome(2), 0);
  assert.match(written.at(-1)!, / 0 lost {2}1 timed out$/);
});

Deno.test("a series that goes on has the rate and the time left of the runs that it does itself", () => {
  const { progress, written, at } = progressOf(true, false, 21);
  at(4_000);
  progress.ran(outcome(22), 0);
  assert.equal(written[0], "\r\x1b[Krun 22/30  0.50/s  16 s left  0 lost");
});

Deno.test("at a thousand runs a second the line is renewed ten times", () => {
  const { progress, written, at } = progressOf(true, false, -1_000_000);
  for (let ms = 1; ms <= 1_000; ms++) {
    at(ms);
    progress.ran(outcome(-1_000_000 + ms), 0);
  }
  assert.equal(written.length, 10);
});

Deno.test("edges that no run could take are counted", () => {
  const { progress, written, at } = progressOf(true);
  at(2_000);
  progress.ran(outcome(2), 3);
  assert.match(written[0]!, / 0 lost {2}3 edges missed$/);
});

for (
  const [columns, line] of [
    [44, "run 10/30  1.00/s  20 s left  1 lost"],
    [36, "run 10/30  1.00/s  20 s left  1 lost"],
    [35, "run 10/30  20 s left  1 lost"],
    [20, "run 10/30  1 lost"],
    [12, "run 10/30"],
    [5, "run 1"],
  ] as const
) {
  Deno.test(`the line fits a terminal of ${columns} columns`, () => {
    const { progress, written, at } = progressOf(true, false, 1, columns);
    at(10_000);
    progress.ran(outcome(10, 1), 0);
    assert.deepEqual(written, [`\r\x1b[K${line}`]);
  });
}

const EDGE = BigInt(Date.parse("2026-03-01T20:55:30Z")) * 1_000_000n;

Deno.test("before the first run a terminal counts down to its edge", () => {
  const { progress, written } = progressOf(true);
  progress.waits(EDGE, EDGE - 24_000_000_000n);
  progress.waits(EDGE, EDGE - 22_999_000_000n);
  assert.deepEqual(written, [
    "\r\x1b[Kwaiting for edge 20:55:30 UTC (24 s)",
    "\r\x1b[Kwaiting for edge 20:55:30 UTC (23 s)",
  ]);
});

Deno.test("elsewhere the wait is said once, and with --quiet never", () => {
  const { progress, written } = progressOf(false);
  progress.waits(EDGE, EDGE - 24_000_000_000n);
  progress.waits(EDGE, EDGE - 23_000_000_000n);
  assert.deepEqual(written, ["waiting for edge 20:55:30 UTC (24 s)\n"]);
  for (const isTerminal of [true, false]) {
    const silent = progressOf(isTerminal, true);
    silent.progress.waits(EDGE, EDGE - 24_000_000_000n);
    assert.deepEqual(silent.written, []);
  }
});
