import assert from "node:assert/strict";
import { distributionOf } from "../../../analysis/sample/description.ts";

const upTo = (n: number) => Float64Array.from({ length: n }, (_, i) => i + 1);

Deno.test("P95 needs 59 runs and P99 needs 299, as a bound with 95 % confidence does", () => {
  const percentiles = (n: number) => {
    const { p95_ns, p99_ns } = distributionOf(upTo(n));
    return [p95_ns, p99_ns];
  };
  assert.deepEqual(percentiles(58), [null, null]);
  assert.deepEqual(percentiles(59), [1 + 58 * 0.95, null]);
  assert.deepEqual(percentiles(298)[1], null);
  assert.deepEqual(percentiles(301), [286, 298]);
});

Deno.test("a distribution has both ends, and nothing of no runs", () => {
  const { min_ns, median_ns, max_ns } = distributionOf(upTo(3));
  assert.deepEqual([min_ns, median_ns, max_ns], [1, 2, 3]);
  assert.deepEqual(new Set(Object.values(distributionOf(upTo(0)))), new Set([0, null]));
});
