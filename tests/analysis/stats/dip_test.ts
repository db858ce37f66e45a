import assert from "node:assert/strict";
import fc from "fast-check";
import { DIP_SAMPLES, dipSorted, dipTest } from "../../../analysis/stats/dip.ts";
import { dipTable } from "../../../bench/dip_table.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { normalQuantile } from "../../../analysis/stats/special.ts";
import { sorted } from "./golden.ts";

/**
 * The definition, without the algorithm's modal interval: the smallest d for which a distribution function, convex
 * up to some value and concave from there on, stays within d of the empirical one. Bisection of d, every value
 * tried as the mode.
 */
function bruteDip(x: number[]): number {
  let [low, high] = [0, 0.5];
  for (let i = 0; i < 45; i++) {
    const d = (low + high) / 2;
    if (new Set(x).values().some((mode) => fits(x, mode, d))) high = d;
    else low = d;
  }
  return high;
}

/** Whether the convex part can end, and the concave one start, at the mode without falling. */
function fits(x: number[], mode: number, d: number): boolean {
  const mirrored = x.map((value) => -value);
  const left = smallestEnd(x, mode, d);
  // The concave part is the convex one of the mirrored sample: 1 - G(-x).
  const right = smallestEnd(mirrored, -mode, d);
  return left !== null && right !== null && left <= 1 - right + 1e-12;
}

/** Smallest value at the mode of a convex function within the band left of it; null when none fits. */
function smallestEnd(x: number[], mode: number, d: number): number | null {
  const n = x.length;
  const below = (at: number) => x.filter((value) => value < at).length / n;
  const upTo = (at: number) => x.filter((value) => value <= at).length / n;
  const values = [...new Set(x)].filter((value) => value < mode).sort((p, q) => p - q);
  const holds = (end: number) => {
    const points = [...values.map((value) => [value, below(value) + d] as const), [mode, end] as const];
    return values.every((value) => {
      // The greatest convex function under the points, which a flat line to the left may extend.
      let most = Infinity;
      for (const [px, py] of points) {
        if (px >= value) most = Math.min(most, py);
        for (const [qx, qy] of points) {
          if (px <= value && value < qx) most = Math.min(most, py + ((qy - py) * (value - px)) / (qx - px));
        }
      }
      return most >= upTo(value) - d - 1e-12;
    });
  };
  let [low, high] = [below(mode) - d, below(mode) + d];
  if (!holds(high)) return null;
  for (let i = 0; i < 45; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

Deno.test("the dip is the smallest distance to a unimodal distribution, found by trying all", () => {
  const few = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 2, maxLength: 9 });
  const property = fc.property(few, (raw) => {
    const x = sorted(raw);
    const expected = Math.max(1 / (2 * raw.length), bruteDip([...x]));
    assert.ok(Math.abs(dipSorted(x) - expected) < 1e-7, `${[...x]}: ${dipSorted(x)} against ${expected}`);
  });
  fc.assert(property, { numRuns: 60 });
});

Deno.test("even steps have the smallest dip, two far points of equal weight the largest", () => {
  for (const n of [1, 2, 3, 10]) {
    const steps = Float64Array.from({ length: n }, (_, i) => i);
    assert.ok(Math.abs(dipSorted(steps) - 1 / (2 * n)) < 1e-12);
  }
  assert.equal(dipSorted(sorted([0, 0, 0, 1, 1, 1])), 0.25);
  assert.equal(dipSorted(new Float64Array(8).fill(3)), 1 / 16);
});

Deno.test("the dip does not change with scale, place or direction", () => {
  const sample = fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 2, maxLength: 40 });
  fc.assert(fc.property(sample, (raw) => {
    const dip = dipSorted(sorted(raw));
    assert.ok(dip >= 1 / (2 * raw.length) - 1e-12 && dip <= 0.25 + 1e-12);
    assert.ok(Math.abs(dipSorted(sorted(raw.map((value) => 7 - 3 * value))) - dip) < 1e-9);
  }));
});

Deno.test("p is uniform for uniform samples, small for two modes, floored, and the same for the same seed", () => {
  const random = Xoshiro128.seeded(21);
  const uniform = (n: number) => Float64Array.from({ length: n }, () => random.uniform()).sort();
  let small = 0;
  for (let i = 0; i < 150; i++) if (dipTest(uniform(12), i).p <= 0.1) small++;
  assert.ok(Math.abs(small - 15) < 4 * Math.sqrt(13.5), `${small} of 150 at or below 0.1`);
  const modes = Float64Array.from({ length: 60 }, (_, i) => (i % 2) * 5 + random.uniform()).sort();
  const found = dipTest(modes, 4);
  assert.equal(found.p, 1 / (DIP_SAMPLES + 1));
  assert.equal(found.p, found.pFloor);
  assert.deepEqual(dipTest(modes, 4), found);
  assert.ok(dipTest(uniform(3000)).method.endsWith("of 1000 values and scaled"));
});

Deno.test("a clock whose tick is as wide as the spread has one mode, two modes on it are still found", () => {
  const random = Xoshiro128.seeded(22);
  const normal = () => normalQuantile(Math.max(1e-16, random.uniform()));
  const onTicks = (value: () => number) =>
    Float64Array.from({ length: 100 }, () => Math.round(value())).sort();
  let [false_, found] = [0, 0];
  for (let i = 0; i < 100; i++) {
    // Without spreading ties over the tick all 100 are.
    if (dipTest(onTicks(normal)).p < 0.05) false_++;
    if (dipTest(onTicks(() => normal() + (random.uniform() < 0.4 ? 8 : 0))).p < 0.05) found++;
  }
  assert.ok(false_ <= 5, `${false_} of 100`);
  assert.ok(found >= 95, `${found} of 100`);
});

Deno.test("fewer than 4 values are refused", () => {
  for (const n of [0, 1, 2, 3]) assert.throws(() => dipTest(new Float64Array(n)), RangeError);
  assert.throws(() => dipSorted(new Float64Array()), RangeError);
});

Deno.test("the dips that are known beforehand are those that would be drawn", () => {
  assert.equal(Deno.readTextFileSync("analysis/stats/dip.generated.ts"), dipTable());
});
