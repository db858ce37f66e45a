import assert from "node:assert/strict";
import { Failure } from "../../../analysis/failure.ts";
import { parseKeys } from "../../../analysis/sample/key_columns.ts";

Deno.test("keys are columns by name", () => {
  assert.deepEqual(parseKeys("signature,migrated,target_cpu"), ["signature", "migrated", "target_cpu"]);
});

for (
  const [text, message] of [
    ["signatur", 'runs cannot be grouped: "signatur" is not a column; did you mean signature?'],
    ["path,tkread_ns", /^runs cannot be grouped: tkread_ns differs from run to run; name columns such as/],
    ["correlation_id", /correlation_id differs from run to run/],
    ["", /"" is not a column; name columns such as signature/],
    ["path,", /"" is not a column/],
  ] as const
) {
  Deno.test(`the keys "${text}" are refused with what is meant`, () => {
    assert.throws(() => parseKeys(text), (error: unknown) => {
      assert.ok(error instanceof Failure && error.exitCode === 2);
      if (typeof message === "string") assert.equal(error.message, message);
      else assert.match(error.message, message);
      return true;
    });
  });
}
