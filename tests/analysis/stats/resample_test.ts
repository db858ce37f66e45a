import assert from "node:assert/strict";
import fc from "fast-check";
import { randomBinomial } from "../../../analysis/stats/binomial.ts";
import { kolmogorovSmirnov } from "../../../analysis/stats/kolmogorov_smirnov.ts";
import { madSorted } from "../../../analysis/stats/quantile.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import {
  leaveOneOut,
  madCounted,
  Resample,
  resampledMads,
  wholeResamples,
} from "../../../analysis/stats/resample.ts";
import { chiSquareSurvival } from "../../../analysis/stats/special.ts";
import { sorted } from "./golden.ts";

Deno.test("binomial numbers have the binomial's probabilities, by inversion, rejection and reflection", () => {
  const random = Xoshiro128.seeded(3);
  const draws = 40_000;
  for (const [n, p] of [[1, 0.3], [30, 0.1], [30, 0.5], [200, 0.3], [200, 0.93], [5000, 0.4], [5000, 1e-4]]) {
    const counts = new Float64Array(n! + 1);
    for (let i = 0; i < draws; i++) counts[randomBinomial(n!, p!, random)]!++;
    let probability = Math.exp(n! * Math.log1p(-p!));
    let bins = -1;
    let chiSquare = 0;
    let [observed, expected] = [0, 0];
    for (let k = 0; k <= n!; k++) {
      observed += counts[k]!;
      expected += draws * (n === 5000 && p === 0.4 ? logBinomial(n, p, k) : probability);
      if (expected >= 20 || k === n) {
        chiSquare += (observed - expected) ** 2 / Math.max(expected, 1);
        [observed, expected] = [0, 0];
        bins++;
      }
      probability *= ((n! - k) / (k + 1)) * (p! / (1 - p!));
    }
    if (bins === 0) assert.ok(chiSquare < 10);
    else assert.ok(chiSquareSurvival(chiSquare, bins) > 1e-4, `n ${n} p ${p}: ${chiSquare} with ${bins} df`);
  }
});

/** The probability by a sum of logarithms: from k = 0 on it would underflow. */
function logBinomial(n: number, p: number, k: number): number {
  let log = k * Math.log(p) + (n - k) * Math.log1p(-p);
  for (let i = 1; i <= k; i++) log += Math.log((n - k + i) / i);
  return Math.exp(log);
}

const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 25 });
const wide = fc.array(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), { minLength: 2, maxLength: 25 });

Deno.test("the MAD of values counted once is that of the sample, with one left out that of the rest", () => {
  fc.assert(fc.property(fc.oneof(values, wide), fc.nat(), (raw, nth) => {
    const x = sorted(raw);
    const all = { total: x.length, below: (index: number) => index };
    assert.equal(madCounted(x, all), madSorted(x));
    const out = nth % x.length;
    const rest = x.filter((_, i) => i !== out);
    assert.equal(madCounted(x, leaveOneOut(x.length, out)), madSorted(rest));
  }));
});

Deno.test("the MAD of a resample is that of its values written out", () => {
  fc.assert(fc.property(fc.oneof(values, wide), fc.integer(), (raw, seed) => {
    const x = sorted(raw);
    const resample = new Resample(x.length, Xoshiro128.seeded(seed));
    const mad = madCounted(x, resample);
    const drawn: number[] = [];
    for (const [i, value] of x.entries()) {
      const times = resample.below(i + 1) - resample.below(i);
      assert.ok(times >= 0);
      for (let k = 0; k < times; k++) drawn.push(value);
    }
    assert.equal(drawn.length, x.length);
    assert.equal(mad, madSorted(sorted(drawn)));
  }));
});

Deno.test("spreads of resamples are distributed as those of resamples drawn value by value", () => {
  const random = Xoshiro128.seeded(17);
  for (const n of [7, 60]) {
    const x = Float64Array.from({ length: n }, () => Math.exp(3 * random.uniform())).sort();
    const lazy = new Float64Array(3000).map(() => madCounted(x, new Resample(n, random))).sort();
    const direct = new Float64Array(3000).map(() => {
      return madSorted(x.map(() => x[Math.floor(n * random.uniform())]!).sort());
    }).sort();
    const { p } = kolmogorovSmirnov(lazy, direct);
    assert.ok(p > 1e-3, `n ${n}: p ${p}`);
  }
});

Deno.test("resamples of samples of one size and seed have the same draws, remembered or drawn again", () => {
  const random = Xoshiro128.seeded(8);
  for (const size of [1, 7, 100, 101]) {
    for (const seed of [5, 6]) {
      // The second sample gets the draws that the first one left.
      for (let sample = 0; sample < 2; sample++) {
        const values = Float64Array.from({ length: size }, () => random.uniform()).sort();
        const draw = wholeResamples(values, Xoshiro128.seeded(seed));
        const expected = Float64Array.from({ length: 20 }, () => madSorted(draw()));
        assert.deepEqual(resampledMads(values, 20, seed), expected, `${size} values, seed ${seed}`);
      }
    }
  }
});

Deno.test("draws that are forgotten, because too many are remembered, are drawn alike again", () => {
  const values = Float64Array.from({ length: 90 }, (_, i) => i * i);
  const first = resampledMads(values, 1999, 1);
  for (let seed = 2; seed < 12; seed++) assert.notDeepEqual(resampledMads(values, 1999, seed), first);
  assert.deepEqual(resampledMads(values, 1999, 1), first);
});
