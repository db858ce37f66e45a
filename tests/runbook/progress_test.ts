import assert from "node:assert/strict";
import { Progress } from "../../runbook/progress.ts";

function progressOf(isTerminal: boolean, quiet = false) {
  const written: string[] = [];
  let now = 1_000;
  const progress = new Progress({
    runs: 30,
    quiet,
    output: { isTerminal, write: (text) => void written.push(text) },
    now: () => now,
  });
  return { progress, written, at: (ms: number) => now = 1_000 + ms };
}

Deno.test("on a terminal one line renews itself with run, rate, time left and losses", () => {
  const { progress, written, at } = progressOf(true);
  at(4_000);
  progress.ran(2, 0);
  at(10_000);
  progress.ran(10, 1);
  assert.deepEqual(written, [
    "\r\x1b[Krun 2/30  0.50/s  56 s left  0 lost",
    "\r\x1b[Krun 10/30  1.00/s  20 s left  1 lost",
  ]);
});

Deno.test("the line is gone after the last run, and before a message", () => {
  const { progress, written, at } = progressOf(true);
  at(30_000);
  progress.ran(30, 0);
  progress.say("done");
  assert.deepEqual(written.slice(1), ["\r\x1b[K", "\r\x1b[Kdone\n"]);
});

Deno.test("elsewhere there are messages only, without control characters", () => {
  const { progress, written } = progressOf(false);
  progress.say("measuring");
  progress.ran(1, 0);
  progress.ran(30, 0);
  progress.say("done");
  assert.deepEqual(written, ["measuring\n", "done\n"]);
});

Deno.test("--quiet writes nothing", () => {
  const { progress, written } = progressOf(true, true);
  progress.say("measuring");
  progress.ran(1, 5);
  assert.deepEqual(written, []);
});

Deno.test("a long time left is told in minutes and hours", () => {
  const { progress, written, at } = progressOf(true);
  at(60_000);
  progress.ran(1, 0);
  at(3_600_000);
  progress.ran(2, 0);
  assert.match(written[0]!, / 29 min 0 s left /);
  assert.match(written[1]!, / 14 h 0 min left /);
});
