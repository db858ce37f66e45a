/**
 * How the targets were scheduled: confounding when the protocol declares it, context when they inherited it.
 */

import assert from "node:assert/strict";
import type { Attributes } from "../../../analysis/result/attributes.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { compare, MS, runs, spread } from "./compare_fixture.ts";
import { fileText, read } from "../result/result_fixture.ts";

Deno.test("attributes that the target inherited are context where they differ, with units", () => {
  const attributes = { policy: "other", priority: 0, nice: 0, timerslack_ns: 1, cpus_allowed: "0-1" };
  const fifo = { ...attributes, policy: "fifo", priority: 50, timerslack_ns: 0, sched_ext: "none" };
  const rows = runs(spread(30, MS, 100));
  const of = (inA: Attributes | undefined, inB: Attributes | undefined) =>
    compare(
      read(fileText(rows, inA === undefined ? {} : { attributes: inA })),
      read(fileText(rows, { started: "x", ...inB === undefined ? {} : { attributes: inB } })),
    );
  const { verdict, context } = of(attributes, fifo);
  assert.equal(verdict, "EQUIVALENT");
  assert.deepEqual(context, [
    { field: "policy", values: ["other", "fifo"] },
    { field: "priority", values: ["0", "50"] },
    { field: "timerslack_ns", values: ["1 ns", "0 ns"] },
    { field: "sched_ext", values: ["not known", "none"] },
  ]);
  assert.deepEqual(of(fifo, fifo).context, []);
  assert.deepEqual(of(undefined, undefined).context, []);
  assert.deepEqual(of(undefined, attributes).context, [{
    field: "attributes",
    values: ["not known", "policy other, priority 0, nice 0, timerslack_ns 1 ns, cpus_allowed all"],
  }]);
});

Deno.test("a policy that the protocol declares confounds, as any other field of the runbook", () => {
  const rows = runs(spread(30, MS, 100));
  const { runbook } = generatedMeta("vm");
  const side = (policy: string) => read(fileText(rows, { runbook: { ...runbook, policy } }));
  const result = compare(side("inherit"), side("fifo"));
  assert.equal(result.verdict, "CONFOUNDED");
  const [reason] = result.offset.reasons;
  assert.ok(reason?.code === "runbook" && reason.field === "policy", JSON.stringify(reason));
  assert.deepEqual(reason.values, ["inherit", "fifo"]);
});
