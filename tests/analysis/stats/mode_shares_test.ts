import assert from "node:assert/strict";
import fc from "fast-check";
import { modeShares } from "../../../analysis/stats/mode_shares.ts";
import { newcombe, wilson } from "../../../analysis/stats/newcombe.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { normalQuantile } from "../../../analysis/stats/special.ts";
import { sorted } from "./golden.ts";

/** The least sum of squares about the means of two classes, by trying every place between two values. */
function leastWithin(values: readonly number[], cut: number): [found: number, least: number] {
  const within = (at: number) =>
    [values.filter((value) => value <= at), values.filter((value) => value > at)].reduce((sum, part) => {
      const mean = part.reduce((total, value) => total + value, 0) / Math.max(1, part.length);
      return sum + part.reduce((total, value) => total + (value - mean) ** 2, 0);
    }, 0);
  return [within(cut), Math.min(...values.map(within))];
}

Deno.test("the cut parts all values so that both classes vary least, found by trying every place", () => {
  // Without values far out, which are moved in.
  const sides = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 3, maxLength: 15 });
  fc.assert(fc.property(sides, sides, (a, b) => {
    const all = [...a, ...b];
    const found = modeShares(sorted(a), sorted(b), 0.95);
    if (new Set(all).size === 1) return void assert.equal(found, null);
    const values = all.toSorted((x, y) => x - y);
    const [q1, q3] = [0.25, 0.75].map((p) => {
      const at = (values.length - 1) * p;
      const [low, high] = [values[Math.floor(at)]!, values[Math.ceil(at)]!];
      return low + (high - low) * (at - Math.floor(at));
    }) as [number, number];
    const reach = 1.5 * (q3 - q1);
    if (reach !== 0 && (values[0]! < q1 - reach || values.at(-1)! > q3 + reach)) return;
    const [within, least] = leastWithin(all, found!.cut);
    assert.ok(within <= least + 1e-9, `${within} ${least}`);
  }));
});

Deno.test("shares and their difference are Wilson's and Newcombe's of the runs above the cut", () => {
  const a = sorted([1, 2, 3, 2, 1, 101, 102]);
  const b = sorted([2, 3, 101, 103, 104]);
  const found = modeShares(a, b, 0.95)!;
  assert.equal(found.cut, 52);
  const shares = [wilson(2, 7, 0.95), wilson(3, 5, 0.95)] as const;
  assert.deepEqual(found.shares, shares);
  assert.deepEqual(found.difference, newcombe(...shares));
  const back = modeShares(b, a, 0.95)!;
  assert.equal(back.difference.difference, -found.difference.difference);
});

Deno.test("one value far out is no mode", () => {
  const a = sorted([1, 2, 3, 4, 5, 51, 52, 53, 54, 1_000_000]);
  const { cut } = modeShares(a, sorted([1, 2, 3, 52, 53]), 0.95)!;
  assert.ok(cut > 5 && cut < 51, String(cut));
});

Deno.test("equal shares are called different in at most 1 of 20, 30 % and 70 % of 60 runs nearly always", () => {
  const random = Xoshiro128.seeded(61);
  const draw = (slow: number) =>
    Float64Array.from(
      { length: 60 },
      () => (random.uniform() < slow ? 10 : 0) + normalQuantile(Math.max(1e-16, random.uniform())),
    ).sort();
  const called = (slow: number, pairs: number) => {
    let count = 0;
    for (let i = 0; i < pairs; i++) {
      const { low, high } = modeShares(draw(0.3), draw(slow), 0.95)!.difference;
      if (low > 0 || high < 0) count++;
    }
    return count / pairs;
  };
  const level = called(0.3, 1000);
  assert.ok(level <= 0.065, String(level));
  const power = called(0.7, 200);
  assert.ok(power >= 0.95, String(power));
});
