import assert from "node:assert/strict";
import { equivalence } from "../../../analysis/stats/equivalence.ts";
import { equivalencePower, runsForEquivalence } from "../../../analysis/stats/power.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { ShiftTest } from "../../../analysis/stats/shift_test.ts";
import { samplePairs, sorted } from "./golden.ts";

const { a, b } = samplePairs().get("normal_300")!;
const design = { margin: 4e6, alpha: 0.05, power: 0.8 };

Deno.test("the runs found have the power and no fewer have, by trying every size", () => {
  const small = { margin: 9e6, alpha: 0.05, power: 0.8 };
  const found = runsForEquivalence(a, b, small, 6)!;
  let first = 4;
  while (equivalencePower(a, b, first, small, 6) < small.power) first++;
  assert.equal(found.runs, first);
  assert.equal(found.power, equivalencePower(a, b, first, small, 6));
  assert.ok(first > 4);
});

Deno.test("power is the share of drawn pairs whose equivalence test says so", () => {
  const random = Xoshiro128.seeded(44);
  const draw = (x: Float64Array, moved: number) =>
    Float64Array.from({ length: 25 }, () => x[Math.floor(random.uniform() * x.length)]! - moved).sort();
  const median = (x: Float64Array) => (x[149]! + x[150]!) / 2;
  let shown = 0;
  for (let i = 0; i < 1000; i++) {
    const test = new ShiftTest(draw(a, median(a)), draw(b, median(b)));
    if (equivalence(test, design.margin).p < 0.05) shown++;
  }
  const own = equivalencePower(a, b, 25, design);
  assert.ok(own > 0.2 && own < 0.98, `power ${own}`);
  assert.ok(Math.abs(own - shown / 1000) < 4 * Math.sqrt(2 * 0.25 / 1000), `${own} against ${shown / 1000}`);
});

Deno.test("a wider margin needs fewer runs, an assumed shift and a higher power more", () => {
  const runs = (change: object) => runsForEquivalence(a, b, { ...design, ...change })!.runs;
  const plain = runs({});
  assert.ok(runs({ margin: 8e6 }) < plain);
  assert.ok(runs({ shift: 1e6 }) > plain);
  assert.ok(runs({ power: 0.95 }) > plain);
});

Deno.test("samples without spread need the fewest runs that can show it, hopeless margins have no answer", () => {
  const equal = sorted([5, 5, 5]);
  const found = runsForEquivalence(equal, equal, { margin: 1, alpha: 0.05, power: 0.9 })!;
  assert.ok(found.runs <= 5 && found.power === 1, JSON.stringify(found));
  const wide = Float64Array.from({ length: 1000 }, (_, i) => 1e9 * i);
  assert.equal(runsForEquivalence(wide, wide, { margin: 1, alpha: 0.05, power: 0.9 }), null);
});

Deno.test("designs outside their domain are refused", () => {
  for (
    const wrong of [{ margin: 0 }, { margin: Infinity }, { alpha: 0.5 }, { power: 1 }, { shift: 4e6 }, {
      shift: NaN,
    }]
  ) {
    assert.throws(() => runsForEquivalence(a, b, { ...design, ...wrong }), RangeError, JSON.stringify(wrong));
  }
  assert.throws(() => equivalencePower(sorted([]), b, 5, design), RangeError);
  assert.throws(() => equivalencePower(a, b, 0, design), RangeError);
});
