import assert from "node:assert/strict";
import fc from "fast-check";
import {
  accelerationOf,
  bootstrapInterval,
  percentileInterval,
  percentileTail,
  RESAMPLES,
} from "../../../analysis/stats/bootstrap.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { madRatio } from "../../../analysis/stats/spread_ratio.ts";
import { close, golden, samplePairs, sorted } from "./golden.ts";

const answers = golden("bootstrap");

Deno.test("BCa and percentile ends agree with R, from the same resamples", () => {
  for (const [i, expected] of answers.cases.entries()) {
    const { estimate, acceleration, confidence } = expected;
    const replicates = () => Float64Array.from(expected.replicates as number[]);
    const bca = bootstrapInterval(estimate, replicates(), acceleration, confidence);
    assert.ok(bca.method.startsWith("bootstrap, BCa"), bca.method);
    close(bca.low, expected.bca[0], `case ${i} low`);
    close(bca.high, expected.bca[1], `case ${i} high`);
    const plain = bootstrapInterval(estimate, replicates(), null, confidence);
    assert.ok(plain.method.startsWith("bootstrap, percentile") && plain.notice !== null);
    close(plain.low, expected.percentile[0], `case ${i} percentile low`);
    close(plain.high, expected.percentile[1], `case ${i} percentile high`);
    const own = percentileInterval(estimate, replicates(), confidence);
    assert.deepEqual([own.low, own.high], [plain.low, plain.high]);
  }
});

Deno.test("the acceleration agrees with R, and is null when no value has influence", () => {
  const samples = (answers.influences as number[][]).map((influences) => ({
    size: influences.length,
    influences,
  }));
  close(accelerationOf(samples), answers.acceleration, "acceleration");
  assert.equal(accelerationOf([{ size: 3, influences: [0, 0, 0] }]), null);
  assert.equal(accelerationOf([{ size: 1, influences: [] }]), null);
});

Deno.test("where BCa is undefined the percentile interval comes with a notice", () => {
  const replicates = () => Float64Array.from({ length: 199 }, (_, i) => i + 1);
  for (const estimate of [0, 200]) {
    const { low, high, notice } = bootstrapInterval(estimate, replicates(), 0.01);
    close(low, 5, "low", 1e-12);
    close(high, 195, "high", 1e-12);
    assert.match(notice!, /percentile interval because all resamples lie on one side/);
  }
  assert.match(bootstrapInterval(100, replicates(), 5).notice!, /acceleration is too large/);
});

Deno.test("resamples without a value or of infinite value open the interval instead of entering it", () => {
  const replicates = (last: number, count: number) =>
    Float64Array.from({ length: 199 }, (_, i) => i < 199 - count ? i + 1 : last);
  const few = bootstrapInterval(100, replicates(NaN, 4), 0);
  close(few.low, 1, "low: 5 less 4", 1e-12);
  close(few.high, 195, "high", 1e-12);
  assert.match(few.notice!, /has no value in 4 of 199/);
  const many = bootstrapInterval(100, replicates(NaN, 20), 0);
  assert.deepEqual([many.low, many.high], [null, null]);
  const open = bootstrapInterval(100, replicates(Infinity, 20), 0);
  assert.equal(open.high, null);
  close(open.low, 5, "low", 1e-6);
});

Deno.test("a percentile tail is the error rate at which the interval's end reaches the limit", () => {
  const values = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 99, maxLength: 99 });
  const without = fc.nat(3);
  fc.assert(fc.property(values, without, fc.double({ min: -2, max: 2, noNaN: true }), (raw, count, limit) => {
    const replicates = () => Float64Array.from(raw, (value, i) => i < count ? NaN : value);
    for (const side of ["above", "below"] as const) {
      const { p, isSmallest } = percentileTail(replicates(), limit, side);
      assert.ok(p >= 0.01 && p <= 1);
      assert.equal(isSmallest, p === 0.01);
      const isBeyond = (tail: number) => {
        const { low, high } = percentileInterval(0, replicates(), 1 - 2 * tail);
        return side === "above" ? low !== null && low > limit : high !== null && high < limit;
      };
      if (p < 0.49) assert.ok(isBeyond(p + 1e-9), `${side} ${p}`);
      if (p > 0.02 && p < 0.5) assert.ok(!isBeyond(p - 0.01 - 1e-9), `${side} ${p}`);
    }
  }));
});

Deno.test("ratios of MADs hold the ratio of the samples inside their interval", () => {
  let intervals = 0;
  for (const [name, { a, b }] of samplePairs()) {
    const result = madRatio(a, b);
    for (const value of [result.estimate, result.low, result.high]) {
      assert.ok(value === null || (Number.isFinite(value) && !Object.is(value, -0)), name);
    }
    if (result.low === null || result.high === null) continue;
    assert.ok(result.low <= result.estimate! && result.estimate! <= result.high, name);
    assert.equal(result.resamples, RESAMPLES);
    intervals++;
  }
  assert.ok(intervals >= 9, `${intervals} intervals`);
});

Deno.test("a baseline without spread, or a single value, has no ratio and says why", () => {
  const { estimate, low, high, notice } = madRatio(sorted([4, 4, 4, 4, 9]), sorted([1, 2, 3, 4, 5]));
  assert.deepEqual([estimate, low, high, notice], [null, null, null, "the MAD of A is 0"]);
  assert.equal(madRatio(sorted([1]), sorted([1, 2])).notice, "the MAD of A is 0");
  assert.throws(() => madRatio(sorted([]), sorted([1])), RangeError);
  assert.throws(() => madRatio(sorted([1, 2]), sorted([])), RangeError);
  assert.throws(() => madRatio(sorted([1, 2]), sorted([1, 2]), 1), RangeError);
  assert.throws(() => bootstrapInterval(1, new Float64Array(), 0), RangeError);
});

Deno.test("ratios scale with B, do not move with either sample and repeat for the same seed", () => {
  const sample = fc.uniqueArray(fc.integer({ min: -1000, max: 1000 }), { minLength: 8, maxLength: 14 });
  const property = fc.property(
    sample,
    sample,
    fc.integer({ min: -5000, max: 5000 }),
    (rawA, rawB, constant) => {
      const [a, b] = [sorted(rawA), sorted(rawB)];
      const plain = madRatio(a, b, 0.9, 4);
      assert.deepEqual(madRatio(a.map((value) => value + constant), b, 0.9, 4), plain);
      const doubled = madRatio(a, b.map((value) => 2 * value), 0.9, 4);
      for (const key of ["estimate", "low", "high"] as const) {
        close(doubled[key], plain[key] === null ? null : 2 * plain[key], key, 1e-12);
      }
    },
  );
  fc.assert(property, { numRuns: 15 });
});

Deno.test("the two samples of a ratio are resampled independently, though each of them once for all ratios", () => {
  const values = sorted(Array.from({ length: 100 }, (_, i) => i ** 1.5));
  const { low, high } = madRatio(values, values);
  assert.ok(low! < 0.8 && high! > 1.25, `${low} ${high}`);
  const other = values.map((value) => 2 * value);
  madRatio(values, other);
  assert.deepEqual(madRatio(values, other), madRatio(values.slice(), other.slice()));
});

Deno.test("ratios of large samples come from batches, are those that resampling gives, and cover the truth", () => {
  const random = Xoshiro128.seeded(17);
  const skewed = (n: number) => Float64Array.from({ length: n }, () => -Math.log1p(-random.uniform())).sort();
  const width = ({ low, high }: { low: number | null; high: number | null }) => Math.log(high! / low!);
  const widths = [1990, 2010].map((n) => {
    const found = madRatio(skewed(n), skewed(n));
    assert.match(found.method, n === 1990 ? /^bootstrap/ : /40 random batches/);
    return width(found);
  });
  assert.ok(Math.abs(widths[1]! / widths[0]! - 1) < 0.3, widths.join(" "));
  let covered = 0;
  for (let i = 0; i < 400; i++) {
    const { low, high } = madRatio(skewed(2100), skewed(2100), 0.95, i);
    if (low! <= 1 && high! >= 1) covered++;
  }
  assert.ok(covered >= 366 && covered <= 394, `${covered} of 400`);
});
