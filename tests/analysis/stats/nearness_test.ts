import assert from "node:assert/strict";
import { Nearness } from "../../../analysis/stats/nearness.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";

function sample(n: number, width: number, seed: number, place = 0): Float64Array {
  const random = Xoshiro128.seeded(seed);
  return Float64Array.from(
    { length: n },
    () => place + Math.round(width * (random.uniform() + random.uniform())),
  )
    .sort();
}

/** Share of the triples with a smaller ratio, those with the same one by half. */
function shareBelow(group: readonly number[], others: readonly number[], ratio: number): number {
  let below = 0;
  let all = 0;
  for (const [i, x] of group.entries()) {
    for (const [j, near] of group.entries()) {
      if (i === j) continue;
      for (const y of others) {
        const by = Math.abs(x - near) - ratio * Math.abs(x - y);
        below += by < 0 ? 1 : by === 0 ? 0.5 : 0;
        all++;
      }
    }
  }
  return below / all;
}

/** Variance of that share by leaving out each value. */
function jackknife(group: readonly number[], others: readonly number[], ratio: number): number {
  const of = (shares: readonly number[]) => {
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    return shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) * (shares.length - 1) / shares.length;
  };
  return of(group.map((_, out) => shareBelow(group.toSpliced(out, 1), others, ratio))) +
    of(others.map((_, out) => shareBelow(group, others.toSpliced(out, 1), ratio)));
}

Deno.test("the estimate is the median of the ratios of all triples, the variance that of leaving one value out", () => {
  for (const [n, m, width, place] of [[10, 12, 100, 0], [15, 9, 20, 30], [11, 11, 7, 0]] as const) {
    const [group, others] = [sample(n, width, n), sample(m, 100, m + 50, place)];
    const nearness = new Nearness(group, others);
    const at = (ratio: number) => shareBelow([...group], [...others], ratio);
    assert.ok(at(nearness.estimate / 1.002) <= 0.5 && at(nearness.estimate * 1.002) >= 0.5);
    const { excess, variance } = nearness.nearer;
    assert.ok(Math.abs(excess - (at(1) - 0.5)) < 1e-12);
    const expected = [1, nearness.estimate].map((ratio) => jackknife([...group], [...others], ratio));
    const least = excess < 0 ? 0.1 / n : 0;
    assert.ok(Math.abs(variance / Math.max(...expected, least) - 1) < 1e-9, `${variance} ${expected}`);
  }
});

Deno.test("p is below the level exactly where the interval ends before the ratio", () => {
  const nearness = new Nearness(sample(20, 30, 1), sample(25, 100, 2));
  const [low, high] = nearness.interval(0.9);
  assert.ok(low < nearness.estimate && nearness.estimate < high);
  assert.ok(nearness.pBelow(high * 1.002) < 0.05 && nearness.pBelow(high / 1.002) > 0.05);
  assert.ok(nearness.pAbove(low / 1.002) < 0.05 && nearness.pAbove(low * 1.002) > 0.05);
});

Deno.test("neither unit nor place nor direction matters, and fewer independent values make the interval wider", () => {
  const [group, others] = [sample(30, 30, 3), sample(40, 100, 4)];
  const { estimate } = new Nearness(group, others);
  const scaled = (values: Float64Array) => values.map((value) => 1e9 - 8 * value).sort();
  assert.ok(Math.abs(new Nearness(scaled(group), scaled(others)).estimate / estimate - 1) < 2e-3);
  const width = (inflation: number) => {
    const [low, high] = new Nearness(group, others, inflation).interval(0.9);
    return Math.log(high / low);
  };
  assert.ok(width(4) > 1.6 * width(1) && width(4) < 3 * width(1), `${width(4)} ${width(1)}`);
});

Deno.test("the others may be many, wide, few or apart: the ratio is that to one of them", () => {
  const group = sample(1000, 10, 5);
  const wide = new Nearness(group, sample(50, 1000, 6, -990)).estimate;
  assert.ok(wide < 0.05, String(wide));
  const apart = new Nearness(group, sample(20, 10, 7, 10_000)).estimate;
  assert.ok(apart < 0.001, String(apart));
  const alike = new Nearness(group, sample(5000, 10, 8)).estimate;
  assert.ok(Math.abs(alike - 1) < 0.1, String(alike));
});

Deno.test("values that are all equal are near each other, and near others only where these are equal too", () => {
  const still = new Float64Array(12).fill(5);
  const nearness = new Nearness(still, sample(12, 100, 9, 50));
  assert.ok(nearness.pBelow(0.5) < 1e-4);
  assert.ok(nearness.interval(0.9).every(Number.isFinite));
  const same = new Nearness(still, still);
  assert.equal(same.pBelow(0.5), 0.5);
  assert.throws(() => new Nearness(still.subarray(0, 2), still), RangeError);
  assert.throws(() => new Nearness(still, still.subarray(0, 1)), RangeError);
});
