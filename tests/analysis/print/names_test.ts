import assert from "node:assert/strict";
import { stratumName } from "../../../analysis/print/names.ts";

/** All that can be observed, in an order. */
const WHOLE = [
  "pi_lock",
  "queue",
  "pending",
  "rq_lock",
  "rq_clock",
  "activate",
  "wakeup",
  "rq_unlock",
  "switch",
  "tk_update",
  "tkread",
];

Deno.test("orders that differ anywhere have different names, which fit into two lines of a table", () => {
  const names = WHOLE.map((_, at) => {
    const order = [...WHOLE.slice(0, at), ...WHOLE.slice(at + 1), WHOLE[at]!].join("<");
    const name = stratumName(["order"], [order], {});
    assert.ok(name.length <= 37, name);
    return name;
  });
  assert.equal(new Set(names).size, WHOLE.length);
  assert.equal(stratumName(["cause", "order"], ["idle", "wakeup<switch<tkread"], {}), "idle, wa<sw<re");
});
