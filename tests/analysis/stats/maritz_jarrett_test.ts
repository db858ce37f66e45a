import assert from "node:assert/strict";
import { medianVariance } from "../../../analysis/stats/maritz_jarrett.ts";
import { close, golden, samplePairs } from "./golden.ts";

Deno.test("the variance of a median is R's, also near 2^53", () => {
  const expected: Readonly<Record<string, { variance: number }>> = golden("median_variance");
  let compared = 0;
  for (const [name, { a }] of samplePairs()) {
    if (a.length < 2) continue;
    close(medianVariance(a), expected[name]!.variance, name, 1e-8);
    compared++;
  }
  assert.ok(compared > 10 && compared === Object.keys(expected).length);
});

Deno.test("a constant moves no variance, a factor takes its square", () => {
  const values = Float64Array.of(1, 2, 4, 8, 16, 32, 64);
  const variance = medianVariance(values);
  assert.equal(medianVariance(values.map((value) => value + 1024)), variance);
  assert.equal(medianVariance(values.map((value) => value * 4)), 16 * variance);
  assert.equal(medianVariance(new Float64Array(9).fill(7)), 0);
  assert.throws(() => medianVariance(Float64Array.of(1)), /1 values, needs at least 2/);
});
