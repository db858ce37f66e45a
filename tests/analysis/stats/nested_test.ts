import assert from "node:assert/strict";
import fc from "fast-check";
import { intraclass, type MaybeNested, NestedShift } from "../../../analysis/stats/nested.ts";
import { ordered } from "../../../analysis/stats/ordered.ts";
import { tSurvival } from "../../../analysis/stats/special.ts";
import { close } from "./golden.ts";

/** A sample of these units. */
function nested(...units: readonly (readonly number[])[]): MaybeNested {
  const joints = units.slice(0, -1).map((_, i) => units.slice(0, i + 1).flat().length);
  return { ...ordered(Float64Array.from(units.flat())), joints, nested: true };
}

const plain = (values: readonly number[]): MaybeNested => ordered(Float64Array.from(values));

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const variance = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + (value - mean(values)) ** 2, 0) / (values.length - 1);

/** Share of the values among which it is that are below a value, those equal to it by half. */
const placement = (value: number, among: readonly number[]) =>
  mean(among.map((other) => other < value ? 1 : other === value ? 0.5 : 0));

const values = fc.array(fc.integer({ min: 0, max: 40 }), { minLength: 2, maxLength: 8 });
const manyUnits = fc.array(values, { minLength: 3, maxLength: 5 });

/** The median of all differences. */
function shiftOf(a: readonly number[], b: readonly number[]): number {
  const all = a.flatMap((x) => b.map((y) => y - x)).sort((x, y) => x - y);
  const [low, high] = [all[Math.floor((all.length - 1) / 2)]!, all[Math.floor(all.length / 2)]!];
  return low + (high - low) / 2;
}

/** Brunner and Munzel's test by definition, at a value: the excess, and the two parts of its variance. */
function standing(
  a: readonly number[],
  units: readonly (readonly number[])[],
  value: number,
  equalAs: number,
) {
  const all = units.flat();
  const above = (x: number, y: number) => y - x > value ? 1 : y - x === value ? equalAs : 0;
  const ofB = (y: number) => mean(a.map((x) => above(x, y)));
  const k = units.length;
  const whole = mean(all.map(ofB));
  const spread = units.map((unit) => ((unit.length / all.length) * (mean(unit.map(ofB)) - whole)) ** 2);
  return {
    excess: whole - 0.5,
    ofA: variance(a.map((x) => mean(all.map((y) => above(x, y))))) / a.length,
    ofB: (k / (k - 1)) * spread.reduce((sum, one) => sum + one, 0),
  };
}

/** p of "not above this value" by the same definition. */
function expectedP(a: readonly number[], units: readonly (readonly number[])[], value: number): number {
  const [here, at] = [standing(a, units, value, 0), standing(a, units, shiftOf(a, units.flat()), 0.5)];
  if (here.excess === 0) return 0.5;
  const [ofA, ofB] = [Math.max(here.ofA, at.ofA), Math.max(here.ofB, at.ofB)];
  const df = (ofA + ofB) ** 2 / (ofA ** 2 / (a.length - 1) + ofB ** 2 / (units.length - 1));
  const p = ofA + ofB === 0
    ? 2 ** -units.length
    : tSurvival(Math.abs(here.excess) / Math.sqrt(ofA + ofB), df);
  return here.excess > 0 ? p : 1 - p;
}

Deno.test("p is by the variance between the means of the units' placements, and of the other side's", () => {
  fc.assert(fc.property(values, manyUnits, fc.integer({ min: -45, max: 45 }), (a, units, value) => {
    const test = new NestedShift(plain(a), nested(...units), false);
    close(test.pAbove(value), expectedP(a, units, value), `above ${value}`);
    // The other way is the mirrored question.
    const turned = [a, ...units].map((one) => one.map((x) => -x));
    close(test.pBelow(value), expectedP(turned[0]!, turned.slice(1), -value), `below ${value}`);
  }));
});

Deno.test("the interval is of differences, those that are not rejected, mirrors with the sides, and moves with a side", () => {
  fc.assert(fc.property(values, manyUnits, fc.integer({ min: -50, max: 50 }), (a, units, by) => {
    const of = (b: MaybeNested) => new NestedShift(plain(a), b, false).interval(0.9);
    const interval = of(nested(...units));
    const mirrored = new NestedShift(nested(...units), plain(a), false).interval(0.9);
    const moved = of(nested(...units.map((unit) => unit.map((value) => value + by))));
    // The order within a unit says nothing.
    assert.deepEqual(of(nested(...units.map((unit) => unit.toReversed()))), interval);
    if (interval === null) return assert.deepEqual([mirrored, moved], [null, null]);
    const { low, high } = interval;
    assert.deepEqual([mirrored!.low, mirrored!.high], [-high + 0, -low + 0]);
    assert.deepEqual([moved!.low, moved!.high], [low + by, high + by]);
    const differences = a.flatMap((x) => units.flat().map((y) => y - x));
    assert.ok(low <= high && differences.includes(low) && differences.includes(high));
    const test = new NestedShift(plain(a), nested(...units), false);
    for (const value of differences) {
      if (value < low) assert.ok(test.pAbove(value) < 0.05, `${value} below [${low}, ${high}]`);
      if (value > high) assert.ok(test.pBelow(value) < 0.05, `${value} above [${low}, ${high}]`);
    }
  }));
});

Deno.test("units of one value each are independent values", () => {
  fc.assert(fc.property(values, values, (a, b) => {
    fc.pre(b.length > 2);
    const test = new NestedShift(plain(a), nested(...b.map((value) => [value])), false);
    close(test.pAbove(3), expectedP(a, b.map((value) => [value]), 3), "p");
  }));
});

Deno.test("units far apart bound nothing, and p and interval widen with the inflation", () => {
  const apart = [0, 1000, 2000, 3000].map((level) => [level, level + 1, level + 2]);
  assert.equal(new NestedShift(plain([5, 6, 7, 8]), nested(...apart), false).interval(0.95), null);
  const levels = [0, 3, 6, 2, 5].map((level) => Array.from({ length: 20 }, (_, i) => 2 * i + level));
  const test = new NestedShift(plain(Array.from({ length: 40 }, (_, i) => i)), nested(...levels), false);
  const [one, two] = [test.interval(0.9)!, test.interval(0.9, 2)!];
  assert.ok(two.low < one.low && one.high < two.high);
  assert.ok(test.pBelow(30, 2) > test.pBelow(30));
});

Deno.test("values that are all one are told apart as seldom as chance puts all units on one side", () => {
  const units = Array.from({ length: 5 }, () => [3, 3]);
  const test = new NestedShift(plain([1, 1, 1, 1]), nested(...units), false);
  assert.equal(test.p, 2 / 32);
  assert.deepEqual([test.interval(0.9)!.low, test.interval(0.9)!.high, test.interval(0.95)], [2, 2, null]);
});

Deno.test("where the order of the other side matters, its variance is that of blocks", () => {
  const slow = Array.from({ length: 60 }, (_, i) => Math.floor(i / 10) % 2 === 0 ? i : i + 50);
  const units = [0, 1, 2, 3, 4].map((at) => slow.slice(12 * at, 12 * at + 12));
  const [free, serial] = [false, true].map((isSerial) =>
    new NestedShift(plain(slow), nested(...units), isSerial)
  );
  assert.ok(serial!.pAbove(-40) > free!.pAbove(-40));
});

Deno.test("neither sample nested, a single unit, and another confidence are refused", () => {
  const test = (b: MaybeNested) => () => new NestedShift(plain([1, 2]), b, false);
  assert.throws(test(plain([1, 2])), RangeError);
  assert.throws(test(nested([1, 2, 3])), RangeError);
  assert.throws(() => test(nested([1], [2], [3]))().interval(1), RangeError);
});

Deno.test("the intraclass correlation is that of the mean squares between and within, of midranks", () => {
  fc.assert(fc.property(manyUnits, (units) => {
    const all = units.flat();
    const rank = (value: number) => all.length * placement(value, all) + 0.5;
    const [k, n] = [units.length, all.length];
    const ranked = units.map((unit) => unit.map(rank));
    const between = ranked.reduce(
      (sum, unit) => sum + unit.length * (mean(unit) - mean(ranked.flat())) ** 2,
      0,
    );
    const within = ranked.reduce((sum, unit) => sum + (unit.length - 1) * variance(unit), 0);
    const { icc, designEffect, units: found } = intraclass(nested(...units));
    assert.equal(found, k);
    if (variance(ranked.flat()) === 0) return assert.deepEqual([icc, designEffect], [null, 1]);
    const perUnit = (n - units.reduce((sum, unit) => sum + unit.length ** 2, 0) / n) / (k - 1);
    const [ofUnits, ofValues] = [between / (k - 1), within / (n - k)];
    close(icc!, Math.max(0, (ofUnits - ofValues) / (ofUnits + (perUnit - 1) * ofValues)), "icc");
    close(designEffect, 1 + (perUnit - 1) * icc!, "design effect");
  }));
});

Deno.test("it is 1 where only units differ, 0 where they do not, and not known of single values", () => {
  assert.equal(intraclass(nested([1, 1], [5, 5], [9, 9])).icc, 1);
  assert.equal(intraclass(nested([1, 9], [1, 9], [9, 1])).icc, 0);
  assert.equal(intraclass(nested([1], [5], [9])).icc, null);
});
