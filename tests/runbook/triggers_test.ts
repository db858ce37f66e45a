import assert from "node:assert/strict";
import { timerTrigger } from "../../runbook/triggers.ts";

Deno.test("the timer's next edge is the first multiple of the period that is not before the given time", () => {
  const { nextEdge } = timerTrigger(1_000_000_000);
  assert.equal(nextEdge(10_000_000_001n), 11_000_000_000n);
  assert.equal(nextEdge(11_000_000_000n), 11_000_000_000n);
});
