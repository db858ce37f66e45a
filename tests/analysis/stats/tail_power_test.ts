import assert from "node:assert/strict";
import { moverRatio } from "../../../analysis/stats/mover.ts";
import { boundRanks, quantileBounds } from "../../../analysis/stats/quantile_bounds.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { tailPower } from "../../../analysis/stats/tail_power.ts";
import { uniformOrderStatistics } from "../../../analysis/stats/uniform_order.ts";
import { draw, generatorOf, POPULATIONS } from "../../../bench/simulation/populations.ts";

Deno.test("order statistics of uniform numbers have the mean and the spread of their beta distribution", () => {
  const random = Xoshiro128.seeded(3);
  const [n, ranks] = [20, [1, 7, 20]] as const;
  const draws = Array.from({ length: 20_000 }, () => uniformOrderStatistics(n, ranks, random));
  for (const [index, rank] of ranks.entries()) {
    const values = draws.map((drawn) => drawn[index]!);
    const mean = values.reduce((x, y) => x + y) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    const expected = rank / (n + 1);
    const spread = (expected * (1 - expected)) / (n + 2);
    assert.ok(Math.abs(mean - expected) < 4 * Math.sqrt(spread / values.length), `${rank}: mean ${mean}`);
    assert.ok(Math.abs(variance / spread - 1) < 0.05, `${rank}: variance ${variance}`);
  }
  for (const [first, second, third] of draws) assert.ok(0 < first! && first! < second! && second! < third!);
  assert.ok(draws.every(([, , last]) => last! < 1));
});

/** The same by drawing whole samples. */
function powerBySamples(a: Float64Array, b: Float64Array, p: number, margin: number, times: number): number {
  const random = Xoshiro128.seeded(5);
  const bounds = (from: Float64Array) => {
    const sample = from.map(() => from[Math.floor(random.uniform() * from.length)]!).sort();
    return quantileBounds(sample, p, boundRanks(sample.length, p, 0.95));
  };
  let shown = 0;
  for (let i = 0; i < times; i++) {
    const { low, high } = moverRatio(bounds(a), bounds(b))!;
    if (low > 1 - margin && high < 1 + margin) shown++;
  }
  return shown / times;
}

Deno.test("the power is that of whole samples, and a side that is slower as a whole changes nothing", () => {
  const [normal, lognormal] = POPULATIONS;
  for (
    const [population, n, p, margin] of [[normal!, 100, 0.95, 0.08], [lognormal!, 300, 0.95, 0.15]] as const
  ) {
    const a = draw(population, n, generatorOf("power", population.name)).sort();
    const power = tailPower(a, a, { p, margin, alpha: 0.05 })!;
    assert.ok(power > 0.1 && power < 0.9, `${population.name}: ${power}`);
    const whole = powerBySamples(a, a, p, margin, 1000);
    assert.ok(Math.abs(power - whole) < 0.07, `${population.name}: ${power}, whole samples ${whole}`);
    assert.equal(tailPower(a, a.map((value) => 2 * value), { p, margin, alpha: 0.05 }), power);
  }
});

Deno.test("no power without a quantile above 0, and none is lost to values beyond it", () => {
  const a = Float64Array.from({ length: 400 }, (_, i) => 1000 + i);
  const design = { p: 0.95, margin: 0.2, alpha: 0.05 };
  assert.equal(tailPower(a, a, design), 1);
  const timedOut = (count: number) => a.map((value, i) => i < a.length - count ? value : Infinity);
  assert.equal(tailPower(a, timedOut(2), design), 1);
  assert.equal(tailPower(a, timedOut(30), design), null);
  assert.equal(tailPower(a.fill(0), a, design), null);
});
