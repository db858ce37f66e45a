import assert from "node:assert/strict";
import { wrap } from "../../../../analysis/print/layout/terminal.ts";

Deno.test("wrapping keeps a number with its unit and breaks what is longer than a line", () => {
  assert.deepEqual(wrap(`${"a".repeat(70)} 4.000 ms`, "> "), [`> ${"a".repeat(70)}`, "  4.000 ms"]);
  assert.deepEqual(wrap("b".repeat(100), "> ").map((line) => line.length), [80, 24]);
});
