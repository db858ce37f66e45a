import assert from "node:assert/strict";
import { meanDifference, meanOf } from "../../../analysis/stats/mean_difference.ts";
import { tQuantile } from "../../../analysis/stats/special.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";

/** R's data `sleep`. */
const FIRST = Float64Array.of(0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2);
const SECOND = Float64Array.of(1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4);

/** With n - 1. */
function varianceOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + (value - meanOf(values)) ** 2, 0) / (values.length - 1);
}

Deno.test("of a side without skewness the interval is Welch's, that of R's t.test", () => {
  // t.test(c(SECOND, 2 * mean(SECOND) - SECOND), c(FIRST, 2 * mean(FIRST) - FIRST)), worked out by Welch's formulas
  // with R's numbers of the plain samples: each is mirrored, which keeps mean and squares, and doubles the runs.
  const mirrored = (values: Float64Array) =>
    Float64Array.of(...values, ...values.map((value) => 2 * meanOf(values) - value));
  const { difference, interval } = meanDifference(mirrored(SECOND), mirrored(FIRST), 0.95, false);
  assert.ok(Math.abs(difference - -1.58) < 1e-12);
  const variance = (values: Float64Array) =>
    values.reduce((sum, value) => sum + 2 * (value - meanOf(values)) ** 2, 0) / 19 / 20;
  const [ofA, ofB] = [variance(SECOND), variance(FIRST)];
  const df = (ofA + ofB) ** 2 / (ofA ** 2 / 19 + ofB ** 2 / 19);
  const half = tQuantile(0.025, df) * Math.sqrt(ofA + ofB);
  assert.ok(Math.abs(interval![0] - (-1.58 - half)) < 1e-9 && Math.abs(interval![1] - (-1.58 + half)) < 1e-9);
});

Deno.test("a skewed sample's interval is Welch's of R's t.test(extra ~ group, data = sleep), or reaches further", () => {
  const { difference, interval } = meanDifference(SECOND, FIRST, 0.95, false);
  assert.ok(Math.abs(difference - -1.58) < 1e-12);
  assert.ok(interval![0] <= -3.3654831 && interval![0] > -3.6, String(interval![0]));
  assert.ok(interval![1] >= 0.2054831 && interval![1] < 0.4, String(interval![1]));
  const [few, spike] = [Float64Array.of(1, 2, 3, 2, 1, 2, 3, 2), Float64Array.of(1, 2, 3, 2, 1, 2, 3, 200)];
  const one = meanDifference(few, spike, 0.95, false);
  const half = tQuantile(0.025, 7) * Math.sqrt(varianceOf(spike) / 8);
  assert.ok(Math.abs(one.interval![0] - (one.difference - half)) < 0.1, "towards 0 it is Welch's");
  assert.ok(one.interval![1] > one.difference + 2 * half, "towards the spike it reaches further");
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

const NONE = (difference: number) => ({ difference, interval: null, carriedBy: [null, null] });

Deno.test("of constant values and of single runs there is a difference, but no interval", () => {
  const [five, seven] = [Float64Array.of(5, 5, 5), Float64Array.of(7, 7)];
  assert.deepEqual(meanDifference(five, seven, 0.95, true), NONE(2));
  assert.deepEqual(meanDifference(five, Float64Array.of(6), 0.95, false), NONE(1));
  assert.throws(() => meanDifference(five, new Float64Array(), 0.95, false), /3 and 0 runs/);
  assert.throws(() => meanDifference(five, seven, 1, false), RangeError);
});

/** How many of 100 pairs of samples have an interval that holds the true difference of means. */
function coverage(
  n: number,
  truth: number,
  draw: (random: Xoshiro128) => readonly [a: number, b: number],
): number {
  const random = Xoshiro128.seeded(7);
  let held = 0;
  const PAIRS = 2000;
  for (let i = 0; i < PAIRS; i++) {
    const pairs = Array.from({ length: n }, () => draw(random));
    const [a, b] = [0, 1].map((side) => Float64Array.from(pairs, (pair) => pair[side]!));
    const { interval } = meanDifference(a!, b!, 0.95, false);
    if (interval![0] <= truth && truth <= interval![1]) held++;
  }
  return 100 * held / PAIRS;
}

const exponential = (random: Xoshiro128, mean: number) => -mean * Math.log(1 - random.uniform());
const normal = (random: Xoshiro128) =>
  Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform());

Deno.test("the interval holds the truth in 93 % or more of samples of 30, skewed on one side or on both", () => {
  const lognormal = (random: Xoshiro128) => Math.exp(normal(random));
  assert.ok(coverage(30, 2, (random) => [exponential(random, 1), exponential(random, 3)]) >= 93);
  assert.ok(coverage(30, 0, (random) => [lognormal(random), lognormal(random)]) >= 93);
  assert.ok(coverage(30, 0, (random) => [normal(random), normal(random)]) >= 93);
});

Deno.test("where spikes are a fifth of one side's runs, it does so from 30 runs on; of a twentieth from 100 on", () => {
  const spiky = (share: number) => (random: Xoshiro128) =>
    [
      10 + normal(random),
      10 + normal(random) + (random.uniform() < share ? exponential(random, 100) : 0),
    ] as const;
  assert.ok(coverage(30, 20, spiky(0.2)) >= 93);
  assert.ok(coverage(100, 5, spiky(0.05)) >= 93);
  // Most of ten runs have one or two spikes, and many have none, of which nothing could be known.
  assert.ok(coverage(10, 5, spiky(0.05)) < 60);
});

Deno.test("a side that one or two runs carry says so, if the interval rests on it", () => {
  const quiet = Float64Array.from({ length: 40 }, (_, i) => i % 3);
  const spikes = (count: number) => quiet.map((value, i) => i < count ? 1000 + i : value);
  const carriedBy = (a: Float64Array, b: Float64Array) => meanDifference(a, b, 0.95, false).carriedBy;
  assert.deepEqual(carriedBy(quiet, spikes(1)), [null, 1]);
  assert.deepEqual(carriedBy(spikes(2), quiet), [2, null]);
  assert.deepEqual(carriedBy(quiet, spikes(3)), [null, null]);
  // A single 1 among zeros is nothing beside the other side.
  const one = Float64Array.from({ length: 40 }, (_, i) => i === 0 ? 1 : 0);
  assert.deepEqual(carriedBy(one, spikes(8)), [null, null]);
});

Deno.test("the mean of large numbers is exact", () => {
  assert.equal(meanOf(Float64Array.of(2 ** 52 + 1, 2 ** 52 + 3)), 2 ** 52 + 2);
});
