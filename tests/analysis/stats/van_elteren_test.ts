import assert from "node:assert/strict";
import fc from "fast-check";
import { hodgesLehmann } from "../../../analysis/stats/hodges_lehmann.ts";
import {
  stratifiedHodgesLehmann,
  stratifiedShiftInterval,
  type StratumPair,
  vanElteren,
} from "../../../analysis/stats/van_elteren.ts";
import { close, golden, sorted } from "./golden.ts";

// deno-lint-ignore no-explicit-any -- the columns are those of elteren() in strata.R
const cases = Object.entries<any>(golden("van_elteren")).map(([name, expected]) => {
  const strata = expected.strata.map(({ a, b }: { a: number[]; b: number[] }) => ({
    a: sorted(a),
    b: sorted(b),
  }));
  return { name, expected, strata: strata as StratumPair[] };
});

Deno.test("van Elteren's test agrees with R's placements within strata", () => {
  for (const { name, expected, strata } of cases) {
    const { t, p } = vanElteren(strata);
    close(t, expected.t, `${name} t`);
    close(p, expected.p, `${name} p`);
  }
});

Deno.test("the stratified shift and its interval are the weighted differences that R finds among all", () => {
  for (const { name, expected, strata } of cases) {
    assert.equal(stratifiedHodgesLehmann(strata), expected.shift, name);
    for (const level of [90, 95]) {
      const { low, high } = stratifiedShiftInterval(strata, level / 100);
      assert.deepEqual([low, high], expected[`interval_${level}`], `${name} ${level}`);
    }
  }
});

const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 8 });
const wide = fc.array(fc.integer({ min: -(2 ** 51), max: 2 ** 51 }), { minLength: 2, maxLength: 8 });
const real = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 8 });
const stratum = (sample: fc.Arbitrary<number[]>) =>
  fc.record({ a: sample.map(sorted), b: sample.map(sorted) });
const design = fc.oneof(...[values, wide, real].map((sample) => {
  return fc.array(stratum(sample), { minLength: 1, maxLength: 4 });
}));

Deno.test("one stratum gives the Hodges-Lehmann shift, and so does one that is split evenly", () => {
  fc.assert(fc.property(stratum(fc.oneof(values, wide, real)), ({ a, b }) => {
    assert.equal(stratifiedHodgesLehmann([{ a, b }]), hodgesLehmann(a, b));
    assert.equal(stratifiedHodgesLehmann([{ a, b }, { a, b }, { a, b }]), hodgesLehmann(a, b));
  }));
});

Deno.test("swapped sides flip the signs, the order of strata does not matter", () => {
  fc.assert(fc.property(design, (strata) => {
    const swapped = strata.map(({ a, b }) => ({ a: b, b: a })).reverse();
    const [there, back] = [vanElteren(strata), vanElteren(swapped)];
    assert.ok(Math.abs((there.t ?? 0) + (back.t ?? 0)) <= 1e-9);
    assert.ok(Math.abs(there.p - back.p) <= 1e-9);
    // The mean of the two middle differences may round differently from either side: by a last digit, or, of
    // subnormal numbers, by their unit.
    const [forwards, backwards] = [stratifiedHodgesLehmann(strata), 0 - stratifiedHodgesLehmann(swapped)];
    const tolerance = 1e-12 * Math.abs(forwards) + Number.MIN_VALUE;
    assert.ok(Math.abs(forwards - backwards) <= tolerance, `${forwards} and ${backwards}`);
    const [forth, mirrored] = [stratifiedShiftInterval(strata), stratifiedShiftInterval(swapped)];
    assert.deepEqual([forth.low, forth.high], [0 - mirrored.high, 0 - mirrored.low]);
  }));
});

Deno.test("a constant added to every B moves shift and interval by it, one added to a whole stratum does nothing", () => {
  const whole = fc.array(stratum(fc.oneof(values, wide)), { minLength: 1, maxLength: 4 });
  fc.assert(fc.property(whole, fc.integer(), fc.integer(), (strata, constant, level) => {
    const moved = strata.map(({ a, b }, h) => ({
      a: a.map((value) => value + h * level),
      b: b.map((value) => value + h * level + constant),
    }));
    assert.equal(stratifiedHodgesLehmann(moved), stratifiedHodgesLehmann(strata) + constant);
    const [before, after] = [stratifiedShiftInterval(strata), stratifiedShiftInterval(moved)];
    assert.deepEqual([after.low, after.high], [before.low + constant, before.high + constant]);
  }));
});

Deno.test("missing strata, sides and levels out of range are refused", () => {
  const one = sorted([1, 2]);
  for (const statistic of [vanElteren, stratifiedHodgesLehmann, stratifiedShiftInterval]) {
    assert.throws(() => statistic([]), RangeError);
    assert.throws(() => statistic([{ a: one, b: one }, { a: one, b: sorted([]) }]), /stratum 2 are 2 and 0/);
  }
  assert.throws(() => stratifiedShiftInterval([{ a: one, b: one }], 1), RangeError);
});
