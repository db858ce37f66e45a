import assert from "node:assert/strict";
import { orderOf } from "../../../runbook/row/order.ts";
import { CHAIN, TRACEPOINT_CHAIN } from "./chain_fixture.ts";

Deno.test("the order names what was observed, by its time", () => {
  assert.equal(orderOf(CHAIN), "pi_lock<activate<wakeup<switch<tkread");
  const locked = {
    ...CHAIN,
    rq_lock_ns: 1_000_056_000n,
    rq_clock_ns: 1_000_057_000n,
    rq_unlock_ns: 1_000_095_000n,
    tk_update_ns: 1_000_080_000n,
  };
  assert.equal(
    orderOf(locked),
    "pi_lock<rq_lock<rq_clock<activate<wakeup<tk_update<switch<rq_unlock<tkread",
  );
});

Deno.test("an update of the timekeeper before the wakeup is not in the order", () => {
  assert.doesNotMatch(orderOf({ ...CHAIN, tk_update_ns: CHAIN.ttwu_ns - 1n }), /tk_update/);
});

Deno.test("only a wakeup by the wakelist was queued; what ttwu_queue_wakelist declined was not", () => {
  const queued = { queued_ns: 1_000_056_000n, pending_ns: 1_000_058_000n };
  assert.doesNotMatch(orderOf({ ...CHAIN, ...queued }), /queue/);
  assert.match(orderOf({ ...CHAIN, ...queued, path: "wakelist" }), /^pi_lock<queue<pending<activate</);
});

Deno.test("a task that wakes itself takes no pi_lock", () => {
  assert.doesNotMatch(orderOf({ ...CHAIN, path: "self" }), /pi_lock/);
});

Deno.test("at the same ns the chain's own order holds", () => {
  const at = TRACEPOINT_CHAIN.waking_ns;
  assert.equal(
    orderOf({ ...TRACEPOINT_CHAIN, wakeup_ns: at, switch_ns: at }),
    "pi_lock<wakeup<switch<tkread",
  );
});
