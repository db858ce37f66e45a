import assert from "node:assert/strict";
import { codesOf, compare, MS, runs, spread } from "./compare_fixture.ts";
import { fileText, read } from "../result/result_fixture.ts";

Deno.test("a side whose pulses were foreseen is warned of first, and pulses of another device differ by that", () => {
  const [device, foreseen] = (["device", "foreseen"] as const).map((pulse) =>
    read(fileText(runs(spread(30, MS, 10)), { pulse, started: `2026-01-01T00:00:0${pulse.length}Z` }))
  );
  const result = compare(device!, foreseen!);
  assert.deepEqual(result.warnings[0], { code: "foreseen", side: 1 });
  assert.deepEqual(result.context.find(({ field }) => field === "pulses")?.values, ["device", "foreseen"]);
  assert.ok(!codesOf(compare(device!, device!)).includes("foreseen"));
});
