import assert from "node:assert/strict";
import fc from "fast-check";
import {
  contrasted,
  type LogMad,
  logMad,
  ratioInterval,
  ratioTail,
  standardError,
  withoutTicks,
} from "../../../analysis/stats/log_mad.ts";
import { madSorted } from "../../../analysis/stats/quantile.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { normalQuantile } from "../../../analysis/stats/special.ts";
import { sorted } from "./golden.ts";

function normal(n: number, sd: number, seed: number): Float64Array {
  const random = Xoshiro128.seeded(seed);
  return sorted(
    Array.from({ length: n }, () => 1e6 + sd * normalQuantile((random.uint32() + 0.5) / 2 ** 32)),
  );
}

function ratioOf(first: LogMad, second: LogMad) {
  return contrasted([[1, second], [-1, first]])!;
}

Deno.test("the ratio is that of the MADs, and its interval is that of drawing resamples one by one", () => {
  const [a, b] = [normal(40, 1000, 1), normal(60, 3000, 2)];
  const { estimate, low, high } = ratioInterval(ratioOf(logMad(a, 1), logMad(b, 2)), 0.9);
  assert.ok(Math.abs(estimate! - madSorted(b) / madSorted(a)) < 1e-9);
  const random = Xoshiro128.seeded(3);
  const drawn = (sample: Float64Array) =>
    madSorted(sample.map(() => sample[random.index(sample.length)]!).sort());
  const ratios = Float64Array.from({ length: 9999 }, () => drawn(b) / drawn(a)).sort();
  assert.ok(Math.abs(Math.log(low! / ratios[499]!)) < 0.06, `${low} ${ratios[499]}`);
  assert.ok(Math.abs(Math.log(high! / ratios[9499]!)) < 0.06, `${high} ${ratios[9499]}`);
});

Deno.test("a scale is nothing but a factor, and swapped samples have the ratio's reciprocal", () => {
  const [a, b] = [normal(25, 1000, 3), normal(31, 2000, 4)];
  const plain = ratioOf(logMad(a, 1), logMad(b, 2));
  const scaled = ratioOf(logMad(a, 1), logMad(b.map((value) => 8 * value), 2));
  assert.ok(Math.abs(scaled.estimate - plain.estimate - Math.log(8)) < 1e-12);
  const swapped = ratioOf(logMad(b, 2), logMad(a, 1));
  const [there, back] = [ratioInterval(plain, 0.9), ratioInterval(swapped, 0.9)];
  assert.ok(Math.abs(there.low! * back.high! - 1) < 1e-9 && Math.abs(there.high! * back.low! - 1) < 1e-9);
  const [p, same] = [ratioTail(plain, 2, "above").p, ratioTail(swapped, 1 / 2, "below").p];
  assert.ok(Math.abs(p - same) < 1e-9 && p > 0.05);
});

Deno.test("a large sample's error is that of one so large, resampled or dealt into batches", () => {
  // The MAD of normal values has 36.8 % of the efficiency of the standard deviation.
  for (const n of [200, 400, 401, 4000]) {
    const expected = Math.sqrt(1 / (2 * 0.368 * n));
    const errors = Array.from({ length: 8 }, (_, seed) => standardError(logMad(normal(n, 1e6, seed), seed)));
    const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    assert.ok(Math.abs(Math.log(mean / expected)) < 0.25, `${n}: ${mean}, expected ${expected}`);
  }
});

Deno.test("no p is below what the resamples can tell, and a sample that does not vary has no ratio", () => {
  const [tight, wide] = [logMad(normal(50, 1, 5), 1), logMad(normal(50, 1e5, 6), 2)];
  const clear = ratioTail(ratioOf(tight, wide), 2, "above");
  assert.ok(clear.isSmallest && clear.p === 1 / 1000);
  assert.deepEqual(ratioTail(ratioOf(tight, wide), 2, "below"), { p: 1, isSmallest: false });
  assert.equal(contrasted([[1, tight], [-1, logMad(sorted([5, 5, 5, 5, 9]), 3)]]), null);
});

Deno.test("samples whose resamples are sometimes constant leave an end open rather than NaN", () => {
  const tied = logMad(sorted([1, 1, 1, 2, 3, 3, 4, 4]), 1);
  assert.ok(tied.replicates.some((logarithm) => logarithm === -Infinity));
  const { low, high, notice } = ratioInterval(ratioOf(tied, logMad(normal(20, 1, 7), 2)), 0.95);
  assert.ok([low, high].every((end) => end === null || Number.isFinite(end)), notice ?? "");
});

Deno.test("ticks are spread evenly over their width, in order; values that all differ stay as they are", () => {
  assert.deepEqual([...withoutTicks(sorted([0, 10, 10, 10, 10, 30]))], [0, 6.25, 8.75, 11.25, 13.75, 30]);
  const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 });
  fc.assert(fc.property(values, (raw) => {
    const sample = sorted(raw);
    const spread = withoutTicks(sample);
    assert.deepEqual([...spread], [...spread].sort((x, y) => x - y));
    const isTied = new Set(raw).size < raw.length;
    if (!isTied) assert.deepEqual(spread, sample);
    for (const [i, value] of spread.entries()) assert.ok(Math.abs(value - sample[i]!) < 50.5);
  }));
});
