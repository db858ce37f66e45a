import assert from "node:assert/strict";
import { sleep, WALL_CLOCK } from "../../../runbook/run/clock.ts";

Deno.test("a sleep lasts as long as it was told, and leaves nobody listening", async () => {
  const stop = new AbortController();
  const began = performance.now();
  await sleep(20, stop.signal);
  // Timers of the runtime are whole ms.
  assert.ok(performance.now() - began >= 19);
});

Deno.test("a sleep ends when it is stopped, and one that is stopped already does not begin", async () => {
  const stop = new AbortController();
  const sleeping = sleep(3_600_000, stop.signal);
  stop.abort();
  await sleeping;
  await sleep(3_600_000, stop.signal);
});

Deno.test("the wall clock is CLOCK_REALTIME in ns", () => {
  const before = BigInt(Date.now());
  const now = WALL_CLOCK.realtimeNow() / 1_000_000n;
  assert.ok(before <= now && now <= BigInt(Date.now()));
});
