import assert from "node:assert/strict";
import { boundRanks, quantileBounds, runsForUpperBound } from "../../../analysis/stats/quantile_bounds.ts";
import { golden } from "./golden.ts";

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

Deno.test("the ranks of the bounds are the binomial's, as R has them", () => {
  const cases = golden("quantile_bounds");
  assert.ok(cases.length > 100);
  for (const { n, p, confidence, low, high } of cases) {
    assert.deepEqual(boundRanks(n, p, confidence), { low, high }, `${n} ${p} ${confidence}`);
  }
});

Deno.test("a bound is an order statistic, and none where the sample is too small for it", () => {
  const values = Float64Array.from({ length: 59 }, (_, i) => i + 1);
  const bounds = (sorted: Float64Array) =>
    quantileBounds(sorted, 0.95, boundRanks(sorted.length, 0.95, 0.95));
  assert.deepEqual(bounds(values), { estimate: 56 + (58 * 0.95 - 55), low: 53, high: 59 });
  assert.equal(bounds(values.subarray(0, 58)).high, Infinity);
  assert.equal(bounds(values.subarray(0, 1)).low, -Infinity);
});

Deno.test("a quantile among values of which only a lower limit is known is not known either", () => {
  const sample = (infinite: number) =>
    Float64Array.from({ length: 101 }, (_, i) => i < 101 - infinite ? i : Infinity);
  const bounds = (infinite: number) => quantileBounds(sample(infinite), 0.95, boundRanks(101, 0.95, 0.95));
  // Its place is exactly that of the 96th value: with five infinite ones the next is infinite.
  assert.deepEqual([bounds(5).estimate, bounds(5).high], [95, Infinity]);
  assert.deepEqual([bounds(6).estimate, bounds(6).low], [Infinity, 91]);
  assert.equal(bounds(0).estimate, 95);
  // Between the 95th and the 96th of 100 values.
  const hundred = Float64Array.from({ length: 100 }, (_, i) => i < 95 ? i : Infinity);
  assert.equal(quantileBounds(hundred, 0.95, boundRanks(100, 0.95, 0.95)).estimate, Infinity);
});
