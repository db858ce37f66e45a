import assert from "node:assert/strict";
import { betweenGroups } from "../../../analysis/stats/between_groups.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";

/** Every order of some values. */
function orders(values: readonly number[]): number[][] {
  return values.length < 2
    ? [[...values]]
    : values.flatMap((value, at) => orders(values.toSpliced(at, 1)).map((rest) => [value, ...rest]));
}

/** Sum of squares between groups over that of all. */
function shareOf(values: readonly number[], groups: readonly number[]): number {
  const mean = (of: readonly number[]) => of.reduce((sum, value) => sum + value, 0) / of.length;
  const all = mean(values);
  const between = [...new Set(groups)].reduce((sum, group) => {
    const of = values.filter((_, i) => groups[i] === group);
    return sum + of.length * (mean(of) - all) ** 2;
  }, 0);
  return between / values.reduce((sum, value) => sum + (value - all) ** 2, 0);
}

Deno.test("p is the share of all orders that put as much between the groups", () => {
  const values = [3, 9, 4, 12, 15, 13, 2];
  const groups = [0, 0, 0, 1, 1, 1, 2];
  const found = shareOf(values, groups);
  const all = orders(values);
  const exact = all.filter((order) => shareOf(order, groups) >= found - 1e-12).length / all.length;
  const { p, method } = betweenGroups([{ values: Float64Array.from(values), groups }], 3)!;
  assert.ok(Math.abs(p - exact) < 4 * Math.sqrt(exact * (1 - exact) / 999) + 0.002, `${p} ${exact}`);
  assert.equal(method, "999 permutations within the sides");
});

Deno.test("values change their groups within a stratum only", () => {
  // The strata differ in level and in how often a group occurs; within them the groups are alike.
  const random = Xoshiro128.seeded(2);
  const stratum = (level: number, share: number) => {
    const groups = Array.from({ length: 60 }, () => random.uniform() < share ? 1 : 0);
    return { values: Float64Array.from(groups, () => level + random.uniform()), groups };
  };
  assert.ok(betweenGroups([stratum(0, 0.2), stratum(100, 0.8)], 2)!.p > 0.05);
});

Deno.test("of many values the limit of the permutations is taken, and what does not vary has no p", () => {
  const random = Xoshiro128.seeded(3);
  const groups = Array.from({ length: 1000 }, (_, i) => i % 2);
  const values = Float64Array.from(groups, (group) => 0.05 * group + random.uniform());
  const many = betweenGroups([{ values, groups }], 2)!;
  assert.match(many.method, /chi-square/);
  const few = betweenGroups([{ values: values.subarray(0, 400), groups: groups.slice(0, 400) }], 2)!;
  assert.match(few.method, /permutations within/);
  assert.ok(many.p > 0 && many.p < 1 && few.p > 0 && few.p < 1);
  assert.equal(betweenGroups([{ values: new Float64Array(10), groups: groups.slice(0, 10) }], 2), null);
  assert.equal(betweenGroups([{ values: values.subarray(0, 10), groups: new Array(10).fill(0) }], 2), null);
});
