import assert from "node:assert/strict";
import fc from "fast-check";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { flignerKilleen, spreadTest } from "../../../analysis/stats/spread.ts";
import { normalQuantile } from "../../../analysis/stats/special.ts";
import { close, golden, samplePairs, sorted } from "./golden.ts";

// deno-lint-ignore no-explicit-any -- the columns are those of spread() in make.R
const cases = Object.entries<any>(golden("spread")).map(([name, expected]) => {
  return { name, expected, groups: expected.groups.map(sorted) as Float64Array[] };
});
const tested = cases.filter(({ expected }) => "f" in expected);

function brownForsythe(groups: readonly Float64Array[]) {
  return spreadTest(groups).brownForsythe;
}

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

Deno.test("from 6 values a group the p that decides is R's without structural zeros, below about either middle", () => {
  let [removed, either] = [0, 0];
  for (const { name, expected, groups } of tested) {
    const { p, method } = spreadTest(groups);
    const isLarge = groups.every(({ length }) => length >= 6);
    close(p, isLarge ? expected.zeros_removed_p : expected.either_p, name);
    assert.equal(method.endsWith("zeros removed"), isLarge, name);
    if (p !== null && Math.abs(p - expected.f_p) > 0.01 * p) isLarge ? removed++ : either++;
  }
  assert.ok(removed >= 5 && either >= 2, `${removed} and ${either}`);
});

Deno.test("groups of odd sizes have one middle value, and the p that decides is F's", () => {
  const groups = [sorted([1, 2, 9]), sorted([4, 5, 6, 7, 30])];
  const about = brownForsythe(groups);
  assert.deepEqual(spreadTest(groups), { p: about.p, method: "Brown-Forsythe, F", brownForsythe: about });
  assert.equal(spreadTest([sorted([5, 5, 5]), sorted([7, 7])]).p, null);
  assert.equal(spreadTest([sorted([0, 1]), sorted([5, 6])]).p, 1);
  assert.throws(() => spreadTest([sorted([1, 2])]), RangeError);
});

Deno.test("the p that decides is that of the mirrored groups", () => {
  const group = fc.array(fc.integer({ min: -100, max: 100 }), { minLength: 2, maxLength: 12 });
  fc.assert(fc.property(fc.array(group, { minLength: 2, maxLength: 4 }), (raw) => {
    const of = (sign: number) =>
      spreadTest(raw.map((values) => sorted(values.map((value) => sign * value)))).p;
    const [p, mirrored] = [of(1), of(-1)];
    assert.equal(p === null, mirrored === null);
    assert.ok(Math.abs((p ?? 0) - (mirrored ?? 0)) <= 1e-9);
  }));
});

Deno.test("groups of 4 are not told apart more often than the level though F does; of 6, more often than about a middle", () => {
  const random = Xoshiro128.seeded(31);
  const tests = 2000;
  const share = (sizes: readonly number[], value: () => number, scale: number) => {
    let [rejected, byF] = [0, 0];
    for (let i = 0; i < tests; i++) {
      const groups = sizes.map((n, at) =>
        Float64Array.from({ length: n }, () => value() * (at === 0 ? scale : 1)).sort()
      );
      if (spreadTest(groups).p! <= 0.05) rejected++;
      if (brownForsythe(groups).p! <= 0.05) byF++;
    }
    return [rejected / tests, byF / tests] as const;
  };
  const modes = () => (random.uniform() < 0.3 ? 1000 : 0) + 30 * random.uniform();
  const [rejected, byF] = share([4, 4], modes, 1);
  assert.ok(rejected <= 0.055 && byF > 0.055, `${rejected}, ${byF} by F`);
  const normal = () => normalQuantile(Math.max(1e-16, random.uniform()));
  const [level] = share([6, 6], normal, 1);
  const [power] = share([6, 6], normal, 5);
  // About either middle value 25 %.
  assert.ok(level <= 0.06 && power > 0.45, `level ${level}, power ${power}`);
});

Deno.test("a fourfold spread of 30 runs is found, a shift is none", () => {
  const { a } = samplePairs().get("normal_30")!;
  assert.ok(spreadTest([a, a.map((value) => 4 * (value - a[0]!))]).p! < 0.002);
  assert.ok(spreadTest([a, a.map((value) => value + 1000)]).p! > 0.9);
});
