import assert from "node:assert/strict";
import { meanDifference, meanOf } from "../../../analysis/stats/mean_difference.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";

/** R's data `sleep`. */
const FIRST = Float64Array.of(0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2);
const SECOND = Float64Array.of(1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4);

Deno.test("Welch's interval is that of R's t.test(extra ~ group, data = sleep)", () => {
  const { difference, interval } = meanDifference(SECOND, FIRST, 0.95, false);
  assert.ok(Math.abs(difference - -1.58) < 1e-12);
  assert.ok(Math.abs(interval![0] - -3.3654832) < 5e-8, String(interval![0]));
  assert.ok(Math.abs(interval![1] - 0.2054832) < 5e-8, String(interval![1]));
});

Deno.test("swapped sides have the mirrored interval, and dependent neighbours a wider one", () => {
  const [forth, back] = [
    meanDifference(FIRST, SECOND, 0.9, false),
    meanDifference(SECOND, FIRST, 0.9, false),
  ];
  assert.equal(forth.difference, -back.difference);
  assert.deepEqual(forth.interval, [-back.interval![1], -back.interval![0]]);
  const drifting = FIRST.toSorted();
  const width = ({ interval }: typeof forth) => interval![1] - interval![0];
  const alone = width(meanDifference(drifting, SECOND, 0.95, false));
  assert.ok(width(meanDifference(drifting, SECOND, 0.95, true)) > 1.2 * alone);
});

Deno.test("of constant values and of single runs there is a difference, but no interval", () => {
  const [five, seven] = [Float64Array.of(5, 5, 5), Float64Array.of(7, 7)];
  assert.deepEqual(meanDifference(five, seven, 0.95, true), { difference: 2, interval: null });
  assert.deepEqual(meanDifference(five, Float64Array.of(6), 0.95, false), { difference: 1, interval: null });
  assert.throws(() => meanDifference(five, new Float64Array(), 0.95, false), /3 and 0 runs/);
  assert.throws(() => meanDifference(five, seven, 1, false), RangeError);
});

Deno.test("the interval holds the truth in about 95 % of skewed samples of unequal size and spread", () => {
  const random = Xoshiro128.seeded(7);
  const exponential = (n: number, mean: number) =>
    Float64Array.from({ length: n }, () => -mean * Math.log(1 - random.uniform()));
  let held = 0;
  const PAIRS = 2000;
  for (let i = 0; i < PAIRS; i++) {
    const { interval } = meanDifference(exponential(30, 1), exponential(60, 3), 0.95, false);
    if (interval![0] <= 2 && 2 <= interval![1]) held++;
  }
  assert.ok(held / PAIRS > 0.92 && held / PAIRS < 0.97, String(held / PAIRS));
});

Deno.test("the mean of large numbers is exact", () => {
  assert.equal(meanOf(Float64Array.of(2 ** 52 + 1, 2 ** 52 + 3)), 2 ** 52 + 2);
});
