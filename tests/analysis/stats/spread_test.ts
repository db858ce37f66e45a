import assert from "node:assert/strict";
import fc from "fast-check";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { RESAMPLED_UP_TO, SPREAD_RESAMPLES, spreadTest } from "../../../analysis/stats/spread_bootstrap.ts";
import { brownForsythe, flignerKilleen } from "../../../analysis/stats/spread.ts";
import { close, golden, samplePairs, sorted } from "./golden.ts";

// deno-lint-ignore no-explicit-any -- the columns are those of spread() in make.R
const cases = Object.entries<any>(golden("spread")).map(([name, expected]) => {
  return { name, expected, groups: expected.groups.map(sorted) as Float64Array[] };
});
const tested = cases.filter(({ expected }) => "f" in expected);

Deno.test("Brown-Forsythe agrees with R's analysis of variance of |x - median|", () => {
  assert.ok(tested.length >= 20 && tested.some(({ expected }) => expected.f_p < 1e-8));
  for (const { name, expected, groups } of tested) {
    const { f, df1, df2, p } = brownForsythe(groups);
    assert.deepEqual([df1, df2], [expected.df1, expected.df2], name);
    close(rounded(f), expected.f, `${name} F`);
    close(p, expected.f_p, `${name} p`);
  }
});

Deno.test("Fligner-Killeen agrees with R's fligner.test", () => {
  for (const { name, expected, groups } of tested) {
    const { chiSquare, df, p } = flignerKilleen(groups);
    assert.equal(df, expected.fligner_df, name);
    close(rounded(chiSquare), expected.fligner, `${name} chi-square`);
    close(p, expected.fligner_p, `${name} p`);
  }
});

/** 0 for what rounding leaves of a 0; make.R does the same with R's answers. */
function rounded(statistic: number | null): number | null {
  return statistic !== null && statistic < 1e-25 ? 0 : statistic;
}

Deno.test("groups of equal values have no F and no p rather than NaN", () => {
  const constant = [sorted([5, 5, 5]), sorted([7, 7])];
  assert.deepEqual(brownForsythe(constant), { f: null, df1: 1, df2: 3, p: null });
  assert.deepEqual(flignerKilleen(constant), { chiSquare: null, df: 1, p: null });
});

Deno.test("neither the order of the groups nor a constant added to one changes the answer", () => {
  const group = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 2, maxLength: 12 });
  fc.assert(fc.property(fc.array(group, { minLength: 2, maxLength: 5 }), fc.integer(), (raw, constant) => {
    const groups = raw.map(sorted);
    const moved = groups.map((values, i) => i === 0 ? values.map((value) => value + constant) : values)
      .reverse();
    const [f, movedF] = [brownForsythe(groups), brownForsythe(moved)];
    const [fligner, movedFligner] = [flignerKilleen(groups), flignerKilleen(moved)];
    assert.equal(f.f === null, movedF.f === null);
    assert.ok(Math.abs((f.f ?? 0) - (movedF.f ?? 0)) <= 1e-9 * (1 + (f.f ?? 0)));
    assert.ok(Math.abs((fligner.chiSquare ?? 0) - (movedFligner.chiSquare ?? 0)) <= 1e-9);
  }));
});

Deno.test("fewer than two groups, an empty one, or single values only are refused", () => {
  for (const test of [brownForsythe, flignerKilleen]) {
    assert.throws(() => test([sorted([1, 2, 3])]), RangeError);
    assert.throws(() => test([sorted([1, 2]), sorted([])]), RangeError);
    assert.throws(() => test([sorted([1]), sorted([2])]), RangeError);
  }
});

Deno.test("the bootstrapped p keeps its level on skewed data where Fligner-Killeen does not", () => {
  const random = Xoshiro128.seeded(31);
  const skewed = (n: number) => Float64Array.from({ length: n }, () => (1 - random.uniform()) ** -0.4).sort();
  const tests = 150;
  let [rejected, byFligner] = [0, 0];
  for (let i = 0; i < tests; i++) {
    const groups = [skewed(15), skewed(15)];
    if (spreadTest(groups, i).p! <= 0.05) rejected++;
    if (flignerKilleen(groups).p! <= 0.05) byFligner++;
  }
  assert.ok(rejected <= tests * 0.05 + 3 * Math.sqrt(tests * 0.05 * 0.95), `${rejected} of ${tests}`);
  assert.ok(byFligner > rejected, `${byFligner} by Fligner-Killeen, ${rejected} by the bootstrap`);
});

Deno.test("the bootstrapped p finds a fourfold spread, is floored, repeats, and is F's for many values", () => {
  const { a } = samplePairs().get("normal_30")!;
  const wider = a.map((value) => 4 * (value - a[0]!));
  const found = spreadTest([a, wider], 3);
  assert.ok(found.p! < 0.002 && found.p! >= found.pFloor! && found.pFloor === 1 / (SPREAD_RESAMPLES + 1));
  assert.deepEqual(spreadTest([a, wider], 3), found);
  assert.ok(spreadTest([a, a.map((value) => value + 1000)]).p! > 0.9);
  const many = Float64Array.from({ length: RESAMPLED_UP_TO }, (_, i) => i * i);
  const large = spreadTest([many, a]);
  assert.deepEqual(large, {
    p: brownForsythe([many, a]).p,
    pFloor: null,
    resamples: 0,
    method: "Brown-Forsythe, F",
  });
  assert.equal(spreadTest([sorted([5, 5, 5]), sorted([7, 7])]).p, null);
  assert.throws(() => spreadTest([a]), RangeError);
});

Deno.test("where the samples are normal the bootstrapped p is near F's", () => {
  const pair = samplePairs().get("normal_300")!;
  // Every other value, so that there are few enough to be resampled.
  const [a, b] = [pair.a, pair.b].map((all) => all.filter((_, i) => i % 2 === 0)) as [
    Float64Array,
    Float64Array,
  ];
  assert.ok(spreadTest([a, b]).resamples > 0);
  for (const factor of [1, 1.1, 1.2]) {
    const groups = [a, b.map((value) => Math.round(factor * (value - b[0]!)))];
    const error = Math.abs(spreadTest(groups).p! - brownForsythe(groups).p!);
    assert.ok(error < 0.05, `factor ${factor}: ${error}`);
  }
});
