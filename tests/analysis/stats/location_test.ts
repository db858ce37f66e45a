import assert from "node:assert/strict";
import fc from "fast-check";
import { cliffsDelta } from "../../../analysis/stats/cliffs_delta.ts";
import { equivalence } from "../../../analysis/stats/equivalence.ts";
import { hodgesLehmann } from "../../../analysis/stats/hodges_lehmann.ts";
import { PairwiseDifferences } from "../../../analysis/stats/pairwise_difference.ts";
import { PermutedPlacements } from "../../../analysis/stats/permuted_placements.ts";
import { placements, satterthwaite } from "../../../analysis/stats/placements.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { countDifferences } from "../../../analysis/stats/rank.ts";
import { ShiftTest } from "../../../analysis/stats/shift_test.ts";
import { close, golden, samplePairs, sorted } from "./golden.ts";

// deno-lint-ignore no-explicit-any -- the columns are those of location() in location.R
const cases = Object.entries<any>(golden("location")).map(([name, expected]) => {
  return { name, expected, ...samplePairs().get(name)! };
});
const tested = cases.filter(({ expected }) => expected.p_two_sided !== undefined);

Deno.test("placements give Brunner and Munzel's statistic and degrees of freedom, as ranks do in R", () => {
  for (const { name, expected, a, b } of tested) {
    const { excess, ofA, ofB } = placements(a, b, 0);
    const { variance, df } = satterthwaite([[ofA, a.length - 1], [ofB, b.length - 1]]);
    // Where the samples part the variance is 0.
    const apart = variance === 0;
    close(apart ? null : excess / Math.sqrt(variance), expected.t, `${name} t`);
    close(apart ? null : df, expected.df, `${name} df`);
  }
});

Deno.test("the arrangements of the studentised statistic are those that R builds", () => {
  for (const { m, n, t, survival, apart } of golden("permuted_placements")) {
    for (const permuted of [PermutedPlacements.of(m, n), PermutedPlacements.of(n, m)]) {
      assert.ok(permuted.isExact);
      t.forEach((at: number, i: number) => close(permuted.survival(at), survival[i], `${m} ${n} ${at}`));
      close(permuted.survival(Infinity), apart, `${m} ${n} apart`);
    }
  }
});

Deno.test("drawn arrangements have Student's t, as the statistic of many values has", () => {
  const permuted = PermutedPlacements.of(14, 14);
  assert.equal(permuted.isExact, false);
  // 26 degrees of freedom: t of 5 and 1 %, one-sided.
  assert.ok(Math.abs(permuted.survival(1.706) - 0.05) < 0.01);
  assert.ok(Math.abs(permuted.survival(2.479) - 0.01) < 0.005);
  close(permuted.survival(Infinity), 0.5 / 10_000, "the sample counts as one more");
});

Deno.test("the test of the shift agrees with R in p", () => {
  for (const { name, expected, a, b } of tested) {
    close(new ShiftTest(a, b).p, expected.p_two_sided, `${name} p`);
  }
});

Deno.test("the Hodges-Lehmann shift is the median of all differences", () => {
  for (const { name, expected, a, b } of cases) close(hodgesLehmann(a, b), expected.shift, name, 0);
});

Deno.test("the interval ends where testing every shift between two differences ends", () => {
  for (const { name, expected, a, b } of tested) {
    for (const level of [90, 95]) {
      const { low, high } = new ShiftTest(a, b).interval(level / 100);
      const [lowest, highest] = expected[`interval_${level}`];
      const pairs = a.length * b.length;
      // Of many differences the rank is known to a thousandth of its distance from the middle.
      const middle = pairs / 2;
      const fromMiddle = middle - countDifferences(a, b, lowest).below;
      const allowed = fromMiddle < 1000 ? 0 : Math.ceil(fromMiddle / 500);
      const apart = (x: number, y: number) =>
        countDifferences(a, b, Math.max(x, y)).below - countDifferences(a, b, Math.min(x, y)).upTo;
      for (const [end, of] of [[low, lowest], [high, highest]]) {
        assert.ok(end === of || apart(end, of) < allowed, `${name} ${level}: ${end} against R's ${of}`);
      }
    }
  }
});

Deno.test("the two one-sided tests of equivalence agree with R, and are one decision with the interval", () => {
  for (const { name, expected, a, b } of tested) {
    const test = new ShiftTest(a, b);
    const { low, high } = test.interval(0.9);
    // So few that not even all differences reach the confidence; compare has no interval then.
    const isBounded = Math.min(a.length, b.length) >= 6;
    for (const [i, margin] of expected.margins.entries()) {
      const tost = equivalence(test, margin);
      close(tost.pAboveLower, expected.p_above_lower[i], `${name} above ${margin}`);
      close(tost.pBelowUpper, expected.p_below_upper[i], `${name} below ${margin}`);
      assert.equal(tost.p, Math.max(tost.pAboveLower, tost.pBelowUpper));
      if (isBounded) assert.equal(tost.p < 0.05, -margin < low && high < margin, name);
    }
  }
});

Deno.test("Cliff's delta is the mean sign of all differences", () => {
  for (const { name, expected, a, b } of cases) close(cliffsDelta(a, b), expected.cliffs_delta, name);
});

Deno.test("a shift is not called in 8 wide values against 30 tight ones because 7 of them lie on one side", () => {
  const tight = Float64Array.from({ length: 30 }, (_, i) => i);
  const wide = sorted([-500, 100, 200, 300, 400, 500, 600, 700]);
  // The sign test says 2 * 9 / 256.
  assert.ok(new ShiftTest(tight, wide).p > 0.05);
  const { ofA, ofB, excess } = placements(tight, wide, 0);
  assert.ok(excess / Math.sqrt(ofA + ofB) > 2.9, "by the variance at 0 alone it would be");
  assert.ok(new ShiftTest(tight, sorted([50, ...wide.subarray(1)])).p < 0.05);
});

Deno.test("samples that part get the p that chance has, be all of their values equal or not", () => {
  const equal = (value: number, n: number) => new Float64Array(n).fill(value);
  close(new ShiftTest(equal(1, 6), equal(2, 6)).p, 2 / 924, "6 + 6");
  close(new ShiftTest(equal(1, 20), equal(2, 20)).p, 2 / 137_846_528_820, "20 + 20");
  assert.equal(new ShiftTest(equal(1, 20), equal(1, 20)).p, 1);
  const { low, high } = new ShiftTest(equal(1, 6), equal(3, 6)).interval(0.95);
  assert.deepEqual([low, high], [2, 2]);
  const apart = new ShiftTest(sorted([1, 2, 3, 4, 5, 6]), sorted([11, 12, 13, 14, 15, 16])).p;
  assert.ok(apart >= 2 / 924 && apart < 0.01, String(apart));
});

const ties = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 2, maxLength: 14 });
const integers = fc.array(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), { minLength: 2, maxLength: 14 });
const samples = fc.oneof(ties, integers);

Deno.test("every ordered difference equals the one found by building all of them", () => {
  fc.assert(fc.property(samples, samples, fc.double({ min: 0, max: 1, noNaN: true }), (a, b, share) => {
    const all = sorted(a.flatMap((x) => b.map((y) => y - x)));
    const rank = 1 + Math.round(share * (all.length - 1));
    assert.equal(new PairwiseDifferences(sorted(a), sorted(b)).ranked(rank) + 0, all[rank - 1]! + 0);
  }));
});

Deno.test("selection by pivots, which large samples take, finds the same differences as building all", () => {
  const random = Xoshiro128.seeded(7);
  const draw = (n: number, step: number) =>
    Float64Array.from({ length: n }, () => step * Math.floor((1000 * random.uniform()) / step)).sort();
  for (
    const [m, n, step] of [[700, 90, 1e-9], [90, 700, 1e-9], [400, 400, 1], [400, 300, 100], [300, 300, 1000]]
  ) {
    const a = draw(m!, step!);
    const b = draw(n!, step!);
    const all = sorted([...a].flatMap((x) => [...b].map((y) => y - x)));
    for (const share of [0, 1e-4, 0.025, 0.3, 0.5, 0.975, 1]) {
      const rank = 1 + Math.round(share * (all.length - 1));
      assert.equal(
        new PairwiseDifferences(a, b).ranked(rank) + 0,
        all[rank - 1]! + 0,
        `${m} ${n} ${step} ${share}`,
      );
    }
  }
});

Deno.test("several ranks of one pair of samples are right in any order, however unevenly the values lie", () => {
  const random = Xoshiro128.seeded(8);
  const shapes: readonly (readonly [string, () => number])[] = [
    ["even", () => random.uniform()],
    ["integers", () => Math.floor(1e5 * random.uniform() ** 4)],
    ["far apart", () => 2 ** Math.floor(1000 * (random.uniform() - 0.5))],
    ["two clusters", () => (random.uniform() < 0.5 ? 0 : 1e12) + random.uniform()],
    ["outliers", () => 1 / random.uniform() ** 9],
  ];
  for (const [name, value] of shapes) {
    const [a, b] = [300, 250].map((n) => Float64Array.from({ length: n }, value).sort());
    const all = sorted([...a!].flatMap((x) => [...b!].map((y) => y - x)));
    const differences = new PairwiseDifferences(a!, b!);
    for (const share of [0.5, 0.500001, 0.025, 0.975, 0, 1, 0.3, 0.49]) {
      const rank = 1 + Math.round(share * (all.length - 1));
      assert.equal(differences.ranked(rank), all[rank - 1]! + 0, `${name} ${share}`);
    }
  }
});

Deno.test("swapping the sides flips the signs and keeps the p-value", () => {
  fc.assert(fc.property(samples, samples, (rawA, rawB) => {
    const [a, b] = [sorted(rawA), sorted(rawB)];
    assert.equal(hodgesLehmann(a, b), 0 - hodgesLehmann(b, a));
    assert.equal(cliffsDelta(a, b), 0 - cliffsDelta(b, a));
    const [one, other] = [new ShiftTest(a, b), new ShiftTest(b, a)];
    close(one.p, other.p, "p", 1e-14);
    const [forth, back] = [one.interval(0.95), other.interval(0.95)];
    assert.deepEqual([forth.low, forth.high], [0 - back.high, 0 - back.low]);
    close(equivalence(one, 3).p, equivalence(other, 3).p, "TOST", 1e-14);
  }));
});

Deno.test("adding an integer to B moves the shift and its interval by exactly it", () => {
  fc.assert(fc.property(samples, samples, fc.integer(), (rawA, rawB, constant) => {
    const [a, b] = [sorted(rawA), sorted(rawB)];
    const moved = b.map((value) => value + constant);
    assert.equal(hodgesLehmann(a, moved), hodgesLehmann(a, b) + constant);
    const [before, after] = [new ShiftTest(a, b).interval(0.95), new ShiftTest(a, moved).interval(0.95)];
    assert.deepEqual([after.low, after.high], [before.low + constant, before.high + constant]);
  }));
});

Deno.test("equivalence by p and equivalence by the interval are one decision", () => {
  const atLeast6 = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 6, maxLength: 14 });
  const untied = fc.uniqueArray(fc.integer({ min: -20, max: 20 }), { minLength: 6, maxLength: 14 });
  let inside = 0;
  const property = fc.property(
    fc.oneof(atLeast6, untied),
    fc.oneof(atLeast6, untied),
    fc.integer({ min: 1, max: 15 }),
    (a, b, whole) => {
      const test = new ShiftTest(sorted(a), sorted(b));
      const { low, high } = test.interval(0.9);
      const isInside = -whole < low && high < whole;
      const { p } = equivalence(test, whole);
      assert.equal(p < 0.05, isInside, `p ${p}, [${low}, ${high}] in ${whole}`);
      if (isInside) inside++;
    },
  );
  fc.assert(property, { numRuns: 500 });
  assert.ok(inside > 50 && inside < 450, `both decisions were met, ${inside} of 500 equivalent`);
});

Deno.test("an empty side, a margin or a level out of range are refused", () => {
  const empty = new Float64Array();
  const one = sorted([1]);
  for (const statistic of [hodgesLehmann, cliffsDelta]) {
    assert.throws(() => statistic(empty, one), RangeError);
    assert.throws(() => statistic(one, empty), RangeError);
  }
  const two = sorted([1, 2]);
  assert.throws(() => new ShiftTest(one, two), RangeError);
  assert.throws(() => new ShiftTest(two, one), RangeError);
  const test = new ShiftTest(two, two);
  for (const margin of [0, -1, NaN, Infinity]) assert.throws(() => equivalence(test, margin), RangeError);
  for (const level of [0, 1, NaN]) assert.throws(() => test.interval(level), RangeError);
  assert.throws(() => PermutedPlacements.of(1, 3), RangeError);
  assert.throws(() => placements(one, empty, 0), RangeError);
  assert.throws(() => new PairwiseDifferences(one, one).ranked(2), RangeError);
});
