import assert from "node:assert/strict";
import type { HookFact } from "../../../analysis/result/meta.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { compared, MS, runs, spread } from "./compare_fixture.ts";

Deno.test("machines that differ are context, not confounding", () => {
  const result = compared(runs(spread(30, MS, 10)), runs(spread(30, MS, 10)), {
    kernel: "6.1.0",
    cpu: "Other",
  });
  assert.equal(result.verdict, "EQUIVALENT");
  assert.deepEqual(result.context.map(({ field }) => field), ["kernel", "cpu", "virtualization"]);
  assert.deepEqual(result.context[0]!.values, ["6.12.117-cloud-amd64", "6.1.0"]);
});

Deno.test("files of two architectures compare: that is context, and hooks of one alone are named", () => {
  const { hooks } = generatedMeta("vm");
  const callback: HookFact = { stage: "tkread", hook: "arch_counter_read", kind: "fentry", attached: true };
  const result = compared(runs(spread(30, MS, 10)), runs(spread(30, MS, 10)), {
    arch: "aarch64",
    hooks: [...hooks, callback],
  });
  assert.deepEqual(result.context.find(({ field }) => field === "arch")?.values, ["x86_64", "aarch64"]);
  assert.deepEqual(result.offset.reasons, [
    { code: "hooks", stage: "tkread", only: [[], ["fentry arch_counter_read"]] },
  ]);
  assert.equal(result.wakeup_to_switch.verdict, "EQUIVALENT");
});
