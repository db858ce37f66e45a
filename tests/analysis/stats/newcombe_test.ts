import assert from "node:assert/strict";
import { newcombe, wilson } from "../../../analysis/stats/newcombe.ts";
import { close, golden } from "./golden.ts";

Deno.test("shares have the intervals that R's prop.test gives, and their difference Newcombe's", () => {
  for (const { a, b, confidence, wilson_a, wilson_b, newcombe: expected } of golden("shares")) {
    const [ofA, ofB] = [wilson(a[0], a[1], confidence), wilson(b[0], b[1], confidence)];
    const what = `${a} ${b}`;
    for (const [found, ends] of [[ofA, wilson_a], [ofB, wilson_b], [newcombe(ofA, ofB), expected]] as const) {
      close(found.low, ends[0], `${what}, low`);
      close(found.high, ends[1], `${what}, high`);
    }
  }
});

Deno.test("an interval holds its share, also where that is 0 or 1", () => {
  for (const n of [1, 7, 1000]) {
    for (const count of [0, 1, n]) {
      const { share, low, high } = wilson(count, n, 0.95);
      assert.ok(0 <= low && low <= share && share <= high && high <= 1, `${count} of ${n}`);
    }
  }
  assert.equal(newcombe(wilson(3, 9, 0.95), wilson(3, 9, 0.95)).difference, 0);
});
