import assert from "node:assert/strict";
import fc from "fast-check";
import { cliffsDelta } from "../../../analysis/stats/cliffs_delta.ts";
import { equivalence } from "../../../analysis/stats/equivalence.ts";
import { hodgesLehmann, shiftInterval } from "../../../analysis/stats/hodges_lehmann.ts";
import { mannWhitney } from "../../../analysis/stats/mann_whitney.ts";
import { PairwiseDifferences } from "../../../analysis/stats/pairwise_difference.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { WilcoxonDistribution } from "../../../analysis/stats/wilcoxon.ts";
import { close, golden, samplePairs, sorted } from "./golden.ts";

// deno-lint-ignore no-explicit-any -- the columns are those of location() in make.R
const cases = Object.entries<any>(golden("location")).map(([name, expected]) => {
  return { name, expected, ...samplePairs().get(name)! };
});

Deno.test("the exact distribution of U agrees with R's pwilcox and qwilcox", () => {
  for (const { m, n, u, cdf, survival, p, quantile } of golden("wilcoxon")) {
    const distribution = WilcoxonDistribution.of(m, n);
    for (const [i, at] of u.entries()) {
      close(distribution.cdf(at), cdf[i], `cdf ${m} ${n} ${at}`);
      close(distribution.survival(at), survival[i], `survival ${m} ${n} ${at}`);
    }
    for (const [i, at] of p.entries()) {
      assert.equal(distribution.lowerQuantile(at), quantile[i], `quantile ${m} ${n} ${at}`);
    }
  }
});

Deno.test("Mann-Whitney agrees with R's wilcox.test in U, in three p-values and in the choice of method", () => {
  for (const { name, expected, a, b } of cases) {
    const twoSided = mannWhitney(a, b);
    close(twoSided.u, expected.u, `${name} u`);
    // R divides 0 by 0 when all values are equal. Every arrangement is as extreme, so p is 1.
    close(twoSided.p, expected.p_two_sided ?? 1, `${name} p`);
    close(mannWhitney(a, b, "greater").p, expected.p_greater, `${name} p greater`);
    close(mannWhitney(a, b, "less").p, expected.p_less, `${name} p less`);
    assert.equal(twoSided.method.endsWith("exact"), expected.exact === 1, name);
  }
});

Deno.test("the Hodges-Lehmann shift is the median of all differences", () => {
  for (const { name, expected, a, b } of cases) close(hodgesLehmann(a, b), expected.shift, name, 0);
});

Deno.test("intervals of the shift agree with R where exact, else with the brute-force order statistics", () => {
  for (const { name, expected, a, b } of cases) {
    for (const level of [90, 95]) {
      const interval = shiftInterval(a, b, level / 100);
      close(interval.low, expected[`interval_${level}`][0], `${name} low ${level}`, 0);
      close(interval.high, expected[`interval_${level}`][1], `${name} high ${level}`, 0);
      assert.equal(interval.method.endsWith("exact"), expected.exact_interval === 1, name);
    }
  }
});

Deno.test("large-sample intervals lie within one difference of the roots that R solves for", () => {
  let compared = 0;
  for (const { name, expected, a, b } of cases) {
    if (expected.r_interval_95 === null || !name.endsWith("_300")) continue;
    const { low, high } = shiftInterval(a, b);
    const differences = sorted([...a].flatMap((x) => [...b].map((y) => y - x)));
    for (const [end, root] of [[low, expected.r_interval_95[0]], [high, expected.r_interval_95[1]]]) {
      const before = differences.findLast((difference) => difference < end)!;
      const after = differences.find((difference) => difference > end)!;
      assert.ok(before - 1e-3 <= root && root <= after + 1e-3, `${name}: ${end} against R's ${root}`);
      compared++;
    }
  }
  assert.equal(compared, 8);
});

Deno.test("the two one-sided tests of equivalence agree with R", () => {
  for (const { name, expected, a, b } of cases) {
    for (const [i, margin] of expected.margins.entries()) {
      const tost = equivalence(a, b, margin);
      close(tost.pAboveLower, expected.p_above_lower[i] ?? 1, `${name} above ${margin}`);
      close(tost.pBelowUpper, expected.p_below_upper[i] ?? 1, `${name} below ${margin}`);
      assert.equal(tost.p, Math.max(tost.pAboveLower, tost.pBelowUpper));
      const [low, high] = expected.interval_90;
      assert.equal(tost.inside, -margin < low && high < margin, name);
    }
  }
});

Deno.test("Cliff's delta is the mean sign of all differences", () => {
  for (const { name, expected, a, b } of cases) close(cliffsDelta(a, b), expected.cliffs_delta, name);
});

Deno.test("the interval says what confidence it reaches when a sample is too small for what was asked", () => {
  const { low, high, achieved } = shiftInterval(sorted([1, 2, 3]), sorted([4, 5, 6]), 0.95);
  assert.deepEqual([low, high], [1, 5]);
  close(achieved, 0.9, "2 of 20 arrangements lie outside");
});

const ties = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 14 });
const integers = fc.array(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), { minLength: 1, maxLength: 14 });
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
    close(mannWhitney(a, b).p, mannWhitney(b, a).p, "p", 1e-14);
    const forth = shiftInterval(a, b);
    const back = shiftInterval(b, a);
    assert.deepEqual([forth.low, forth.high], [0 - back.high, 0 - back.low]);
    close(equivalence(a, b, 3).p, equivalence(b, a, 3).p, "TOST", 1e-14);
  }));
});

Deno.test("adding an integer to B moves the shift and its interval by exactly it", () => {
  fc.assert(fc.property(samples, samples, fc.integer(), (rawA, rawB, constant) => {
    const [a, b] = [sorted(rawA), sorted(rawB)];
    const moved = b.map((value) => value + constant);
    assert.equal(hodgesLehmann(a, moved), hodgesLehmann(a, b) + constant);
    const [before, after] = [shiftInterval(a, b), shiftInterval(a, moved)];
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
      // Differences of integers never lie on such a margin, where the closed interval and the test disagree.
      const tost = equivalence(sorted(a), sorted(b), whole + 0.5);
      assert.equal(tost.p < tost.alpha, tost.inside, `p ${tost.p}, ${JSON.stringify(tost.interval)}`);
      if (tost.inside) inside++;
    },
  );
  fc.assert(property, { numRuns: 500 });
  assert.ok(inside > 50 && inside < 450, `both decisions were met, ${inside} of 500 equivalent`);
});

Deno.test("an empty side, a margin or a level out of range are refused", () => {
  const empty = new Float64Array();
  const one = sorted([1]);
  for (const statistic of [mannWhitney, hodgesLehmann, shiftInterval, cliffsDelta]) {
    assert.throws(() => statistic(empty, one), RangeError);
    assert.throws(() => statistic(one, empty), RangeError);
  }
  for (const margin of [0, -1, NaN, Infinity]) assert.throws(() => equivalence(one, one, margin), RangeError);
  assert.throws(() => equivalence(one, one, 1, 0.5), RangeError);
  assert.throws(() => shiftInterval(one, one, 1), RangeError);
  assert.throws(() => new PairwiseDifferences(one, one).ranked(2), RangeError);
  assert.throws(() => WilcoxonDistribution.of(50, 3), RangeError);
});
