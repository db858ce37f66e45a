import assert from "node:assert/strict";
import fc from "fast-check";
import { type SerialShift, serialShift } from "../../../analysis/stats/block_bootstrap.ts";
import { changePoint, PETTITT_PERMUTATIONS } from "../../../analysis/stats/change_point.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { ordered } from "../../../analysis/stats/ordered.ts";
import { centredRanks } from "../../../analysis/stats/rank.ts";
import { correctedLag1, effectiveRuns, lag1Autocorrelation } from "../../../analysis/stats/series.ts";
import { ShiftTest } from "../../../analysis/stats/shift_test.ts";
import { normalQuantile } from "../../../analysis/stats/special.ts";
import { close, golden } from "./golden.ts";

// deno-lint-ignore no-explicit-any -- the columns are those of series() in series.R
const cases = Object.entries<any>(golden("series")).map(([name, expected]) => {
  return { name, expected, runs: Float64Array.from(expected.runs as number[]) };
});

Deno.test("lag-1 autocorrelation and its test agree with R", () => {
  for (const { name, expected, runs } of cases) {
    const { r, z, p } = lag1Autocorrelation(runs)!;
    close(r, expected.r, `${name} r`);
    close(z, expected.z, `${name} z`, 1e-8);
    close(p, expected.p, `${name} p`, 1e-7);
  }
});

Deno.test("moments of r are those over all orders of the values", () => {
  const values = [1, 5, 2, 9, 4, 30];
  const all = orders(values).map((order) => lag1Autocorrelation(Float64Array.from(order))!);
  const mean = (x: number[]) => x.reduce((sum, value) => sum + value, 0) / x.length;
  close(mean(all.map(({ r }) => r)), -1 / values.length, "mean", 1e-12);
  assert.ok(Math.abs(mean(all.map(({ z }) => z))) < 1e-12);
  close(mean(all.map(({ z }) => z * z)), 1, "variance", 1e-12);
});

function orders(values: number[]): number[][] {
  if (values.length <= 1) return [values];
  return values.flatMap((value, i) => orders(values.toSpliced(i, 1)).map((rest) => [value, ...rest]));
}

function changePointOf(runs: Float64Array, seed?: number) {
  return changePoint(centredRanks(ordered(runs)), seed);
}

Deno.test("Pettitt's statistic and change point agree with R, its p with the approximation when runs are many", () => {
  let approximated = 0;
  for (const { name, expected, runs } of cases) {
    const { k, after, p, pFloor } = changePointOf(runs)!;
    assert.equal(k, expected.pettitt_k, name);
    assert.equal(after, expected.pettitt_after, name);
    if (pFloor !== null) continue;
    close(p, expected.pettitt_p, name);
    approximated++;
  }
  assert.equal(approximated, 1);
});

Deno.test("Pettitt's permutation p is within chance of the share of all orders", () => {
  for (const values of [[1, 2, 3, 10, 11, 12], [1, 1, 2, 2, 1, 3], [4, 1, 3, 9, 2, 2]]) {
    const own = changePointOf(Float64Array.from(values), 5)!;
    const all = orders(values).map((order) => changePointK(order));
    const exact = all.filter((k) => k >= own.k).length / all.length;
    // At most 100 permutations are as extreme.
    const error = 5 * Math.max(exact, 0.05) * Math.sqrt((1 - exact) / 100) + 2 / PETTITT_PERMUTATIONS;
    assert.ok(Math.abs(own.p - exact) <= error, `${own.p} against ${exact}`);
    assert.deepEqual(changePointOf(Float64Array.from(values), 5), own);
  }
});

function changePointK(x: number[]): number {
  const u = x.slice(1).map((_, i) => {
    return x.slice(0, i + 1).reduce(
      (sum, a) => sum + x.slice(i + 1).reduce((s, b) => s + Math.sign(b - a), 0),
      0,
    );
  });
  return Math.max(...u.map(Math.abs));
}

Deno.test("reversing a series keeps r and K, constant series have neither, three runs are refused", () => {
  const series = fc.uniqueArray(fc.integer({ min: -99, max: 99 }), { minLength: 4, maxLength: 12 });
  const property = fc.property(series, fc.integer(), (values, constant) => {
    const runs = Float64Array.from(values);
    const back = Float64Array.from(values.toReversed(), (value) => value + constant);
    assert.ok(Math.abs(lag1Autocorrelation(runs)!.r - lag1Autocorrelation(back)!.r) < 1e-9);
    assert.equal(changePointOf(back)!.k, changePointOf(runs)!.k);
  });
  fc.assert(property, { numRuns: 30 });
  const equal = new Float64Array(10).fill(5);
  assert.equal(lag1Autocorrelation(equal), null);
  assert.equal(changePointOf(equal), null);
  for (const check of [lag1Autocorrelation, changePointOf]) {
    for (const n of [0, 1, 2, 3]) {
      assert.throws(() => check(Float64Array.from({ length: n }, Math.sqrt)), RangeError);
    }
  }
});

function serialOf(a: Float64Array, b: Float64Array, seed?: number): SerialShift {
  return serialShift(ordered(a), ordered(b), seed);
}

/** A first-order autoregression of variance 1. */
function dependent(n: number, r: number, random: Xoshiro128): Float64Array {
  const normal = () => normalQuantile(Math.max(1e-16, random.uniform()));
  let x = normal();
  return Float64Array.from({ length: n }, () => x = r * x + Math.sqrt(1 - r * r) * normal());
}

Deno.test("the block bootstrap covers a shift of 0 between dependent series where the usual interval does not", () => {
  const random = Xoshiro128.seeded(8);
  let [serial, usual, longest, unbounded] = [0, 0, 0, 0];
  for (let i = 0; i < 200; i++) {
    const a = dependent(60, 0.6, random);
    const b = dependent(60, 0.6, random);
    const { blockLengths, ...shift } = serialOf(a, b, i);
    const own = shift.interval(0.95);
    const plain = new ShiftTest(a.toSorted(), b.toSorted()).interval(0.95);
    // None bounds nothing, so it holds everything.
    if (own === null || own.low <= 0 && own.high >= 0) serial++;
    if (own === null) unbounded++;
    if (plain.low <= 0 && plain.high >= 0) usual++;
    longest = Math.max(longest, ...blockLengths);
  }
  assert.ok(serial >= 180 && serial <= 199, `${serial} of 200`);
  assert.ok(unbounded <= 4, `${unbounded} of 200`);
  assert.ok(usual < 160, `${usual} of 200`);
  assert.ok(longest > 3 && longest <= 15, `blocks of up to ${longest} runs`);
});

Deno.test("the serial interval moves with a constant, swaps with the sides and is refused for 3 runs", () => {
  const random = Xoshiro128.seeded(12);
  const a = dependent(40, 0.5, random).map((x) => Math.round(1e6 * x));
  const b = dependent(30, 0.5, random).map((x) => Math.round(1e6 * x));
  const of = (x: Float64Array, y: Float64Array) => serialOf(x, y).interval(0.95)!;
  const there = of(a, b);
  const moved = of(a, b.map((value) => value + 1000));
  assert.deepEqual([moved.low, moved.high], [there.low + 1000, there.high + 1000]);
  const back = of(b, a);
  assert.deepEqual(serialOf(b, a).blockLengths, serialOf(a, b).blockLengths.toReversed());
  assert.deepEqual([back.low, back.high], [-there.high, -there.low]);
  const equal = new Float64Array(10).fill(5);
  assert.deepEqual([of(equal, equal).low, of(equal, equal).high], [0, 0]);
  assert.throws(() => serialOf(a.slice(0, 3), b), RangeError);
  assert.throws(() => serialOf(a, b).interval(0), RangeError);
});

Deno.test("the serial interval is stretched as Student's t, and below 10 runs a side there is none", () => {
  const random = Xoshiro128.seeded(13);
  const [a, b] = [dependent(12, 0.3, random), dependent(10, 0.3, random)];
  const shift = serialOf(a, b);
  const effective = [a, b].map((series) => {
    const n = series.length;
    return effectiveRuns(n, correctedLag1(lag1Autocorrelation(series)!.r, n));
  });
  assert.ok(
    Math.abs(shift.df - Math.max(1, Math.min(...effective) - 2)) < 2,
    `df ${shift.df} of ${effective}`,
  );
  assert.ok(shift.df < 8);
  assert.notEqual(shift.interval(0.9), null);
  assert.equal(serialOf(a, b.slice(1)).interval(0.9), null);
  assert.equal(serialOf(a.slice(3), b).interval(0.9), null);
  let covered = 0;
  let intervals = 0;
  for (let i = 0; i < 600; i++) {
    const interval = serialOf(dependent(16, 0.5, random), dependent(16, 0.5, random), i).interval(0.95);
    if (interval === null) continue;
    intervals++;
    if (interval.low <= 0 && 0 <= interval.high) covered++;
  }
  // Without the stretch 92 %.
  assert.ok(covered / intervals > 0.93, `${covered} of ${intervals}`);
});

Deno.test("a series that only ever rises bounds no shift", () => {
  const rising = Float64Array.from({ length: 30 }, (_, i) => i);
  assert.equal(serialOf(rising, rising.map((value) => value + 1000)).interval(0.95), null);
});

Deno.test("many blocks are not resampled, and their interval is the one that resampling gives", () => {
  const random = Xoshiro128.seeded(41);
  // About 900 and about 1100 blocks: one size for each of the two methods.
  const [few, many] = [900, 1100].map((blocks) => {
    const length = 3;
    const a = dependent(blocks * length, 0.02, random);
    const b = dependent(blocks * length, 0.02, random);
    return { shift: serialOf(a, b), runs: blocks * length };
  }) as [{ shift: SerialShift; runs: number }, {
    shift: SerialShift;
    runs: number;
  }];
  assert.match(few.shift.interval(0.95)!.method, /moving-block bootstrap/);
  assert.match(many.shift.interval(0.95)!.method, /normal approximation with the variance of moving blocks/);
  const relative = ({ shift, runs }: typeof few) => shift.sigmaOfU / runs ** 1.5;
  const ratio = relative(many) / relative(few);
  assert.ok(Math.abs(ratio - 1) < 0.15, `${ratio}`);
});

Deno.test("without dependence the serial standard deviation of U is that of Mann and Whitney", () => {
  const random = Xoshiro128.seeded(43);
  const [a, b] = [dependent(4000, 0, random), dependent(4000, 0, random)];
  const ratio = serialOf(a, b).sigmaOfU / Math.sqrt((4000 * 4000 * 8001) / 12);
  assert.ok(Math.abs(ratio - 1) < 0.1, `${ratio}`);
});

/** Three series one after the other, each dependent in itself and at a level of its own. */
function threeParts(r: number, levels: readonly number[], random: Xoshiro128) {
  const parts = levels.map((level) => dependent(30, r, random).map((x) => x + level));
  return { ...ordered(Float64Array.from(parts.flatMap((part) => [...part]))), joints: [30, 60] };
}

Deno.test("blocks do not reach over joints: levels of the parts are no dependence, and what is covered stays", () => {
  const random = Xoshiro128.seeded(21);
  const levels = [0, 1, -1];
  let covered = 0;
  for (let i = 0; i < 200; i++) {
    const { interval, blockLengths } = serialShift(
      threeParts(0.5, levels, random),
      threeParts(0.5, levels, random),
      i,
    );
    const found = interval(0.95);
    if (found === null || found.low <= 0 && found.high >= 0) covered++;
    assert.ok(Math.max(...blockLengths) <= 7);
  }
  assert.ok(covered >= 180, `${covered} of 200`);
  const independent = () => threeParts(0, [0, 50, -50], random);
  const [a, b] = [independent(), independent()];
  const { joints: _, ...withoutJoints } = a;
  assert.deepEqual(serialShift(a, b).blockLengths, [1, 1]);
  assert.ok(serialShift(withoutJoints, b).blockLengths[0] > 10);
});

Deno.test("a series of one part is resampled as without joints", () => {
  const random = Xoshiro128.seeded(22);
  const [a, b] = [ordered(dependent(50, 0.5, random)), ordered(dependent(40, 0.5, random))];
  assert.deepEqual(
    serialShift({ ...a, joints: [] }, { ...b, joints: [] }).interval(0.9),
    serialShift(a, b).interval(0.9),
  );
});
