import assert from "node:assert/strict";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { type Aim, runsForEquivalence, runsToSettle } from "../../../analysis/stats/settling.ts";
import { ShiftTest } from "../../../analysis/stats/shift_test.ts";
import { samplePairs, sorted } from "./golden.ts";

const { a } = samplePairs().get("normal_300")!;
const AIM: Aim = { margin: 4e6, alpha: 0.05, power: 0.8 };
const same = new ShiftTest(a, a);
const runs = (change: Partial<Aim>) => runsForEquivalence(same, { ...AIM, ...change }, 6)!;

Deno.test("with the runs named, equivalence is shown as often as was asked for", () => {
  const random = Xoshiro128.seeded(44);
  for (const margin of [2e6, 4e6, 8e6]) {
    const size = runs({ margin });
    const draw = () => Float64Array.from({ length: size }, () => a[random.index(a.length)]!).sort();
    let shown = 0;
    for (let i = 0; i < 500; i++) {
      const test = new ShiftTest(draw(), draw());
      if (test.pAbove(-margin) < 0.05 && test.pBelow(margin) < 0.05) shown++;
    }
    assert.ok(shown / 500 > 0.7 && shown / 500 < 0.88, `${margin}: ${shown} of 500 with ${size}`);
  }
});

Deno.test("a wider margin needs fewer runs; a higher power, a smaller alpha and dependent runs need more", () => {
  const plain = runs({});
  assert.ok(runs({ margin: 8e6 }) < plain);
  assert.ok(runs({ power: 0.95 }) > plain);
  assert.ok(runs({ alpha: 0.01 }) > plain);
  const ratio = runs({ inflation: 3 }) / plain;
  assert.ok(ratio > 2.5 && ratio < 3.1, String(ratio));
  assert.equal(runsForEquivalence(same, { ...AIM, margin: 1e9 }, 6), 6);
});

Deno.test("a shift on the margin, or nearer than half its error, names no number; one beyond does", () => {
  const shifted = (by: number) => new ShiftTest(a, a.map((value) => value + by));
  const settle = (by: number) => runsToSettle(shifted(by), AIM, 6);
  assert.equal(settle(4e6), null);
  assert.equal(settle(3.9e6), null);
  assert.ok(settle(3e6)! > settle(1e6)!);
  assert.ok(settle(5e6)! > settle(8e6)!);
  assert.equal(settle(-5e6), settle(5e6));
  assert.equal(runsForEquivalence(shifted(5e6), AIM, 6), null);
});

Deno.test("on a coarse clock the differences equal to the margin count against either answer", () => {
  const ticks = (high: number) => sorted(Array.from({ length: 40 }, (_, i) => (i % 20 < high ? 1 : 0)));
  const test = new ShiftTest(ticks(9), ticks(11));
  const aim = { ...AIM, margin: 1 };
  // 30 % of the differences are the margin: far fewer than half.
  assert.ok(runsToSettle(test, aim, 6)! < 100);
  assert.equal(runsToSettle(new ShiftTest(ticks(0), ticks(20)), aim, 6), null);
});
