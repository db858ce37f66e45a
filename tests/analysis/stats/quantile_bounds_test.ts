import assert from "node:assert/strict";
import { runsForUpperBound } from "../../../analysis/stats/quantile_bounds.ts";

Deno.test("P95 needs 59 runs for an upper bound and P99 needs 299", () => {
  assert.equal(runsForUpperBound(0.95), 59);
  assert.equal(runsForUpperBound(0.99), 299);
});

Deno.test("the largest of so many runs lies above the quantile with the confidence, of one fewer it does not", () => {
  for (const p of [0.3, 0.6, 0.9, 0.95, 0.99, 0.999]) {
    for (const confidence of [0.5, 0.9, 0.95]) {
      const needed = runsForUpperBound(p, confidence);
      assert.ok(1 - p ** needed >= confidence);
      assert.ok(1 - p ** (needed - 1) < confidence);
    }
  }
});

Deno.test("a p or level outside (0, 1) is refused", () => {
  for (const share of [0, 1, NaN]) {
    assert.throws(() => runsForUpperBound(share), RangeError);
    assert.throws(() => runsForUpperBound(0.5, share), RangeError);
  }
});
