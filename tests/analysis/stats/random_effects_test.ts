import assert from "node:assert/strict";
import fc from "fast-check";
import {
  meanInterval,
  predictionInterval,
  randomEffects,
  studentizedDeleted,
} from "../../../analysis/stats/random_effects.ts";
import { close, golden } from "./golden.ts";

/** Of tau2, which R's own iteration leaves open. */
const TOLERANCE = 1e-8;

interface Fleet {
  readonly y: number[];
  readonly v: number[];
  readonly tau2: number;
  readonly i2: number;
  readonly q: number;
  readonly q_df: number;
  readonly q_p: number;
  readonly mean: number;
  readonly se: number;
  readonly p: number;
  readonly ci: readonly [number, number];
  readonly prediction: readonly [number, number];
  readonly studentized: number[] | null;
}

const FLEETS: Readonly<Record<string, Fleet>> = golden("random_effects");

Deno.test("mean, interval, prediction interval and heterogeneity are R's (metafor)", () => {
  assert.ok(Object.values(FLEETS).some(({ tau2 }) => tau2 === 0));
  for (const [name, fleet] of Object.entries(FLEETS)) {
    const found = randomEffects(fleet.y, fleet.v);
    const [mean] = found.means;
    assert.ok(mean !== undefined && found.omnibus === null && mean.places === fleet.y.length);
    close(found.tau2, fleet.tau2, `${name}: tau2`, TOLERANCE);
    close(found.i2, fleet.i2, `${name}: I2`, TOLERANCE);
    close(found.q, fleet.q, `${name}: Q`);
    assert.equal(found.qDf, fleet.q_df);
    close(found.qP, fleet.q_p, `${name}: p of Q`);
    close(mean.mean, fleet.mean, `${name}: mean`, TOLERANCE);
    close(mean.se, fleet.se, `${name}: se`, TOLERANCE);
    close(mean.p, fleet.p, `${name}: p`, TOLERANCE);
    for (const [end, value] of meanInterval(mean, 0.95).entries()) {
      close(value, fleet.ci[end]!, `${name}: interval`, TOLERANCE);
    }
    for (const [end, value] of predictionInterval(mean, found.tau2, 0.95).entries()) {
      close(value, fleet.prediction[end]!, `${name}: prediction`, TOLERANCE);
    }
  }
});

Deno.test("studentized deleted residuals are R's", () => {
  for (const [name, { y, v, studentized }] of Object.entries(FLEETS)) {
    const found = studentizedDeleted(y, v);
    assert.equal(found === null, studentized === null, name);
    found?.forEach((value, i) => close(value, studentized![i]!, `${name}: residual ${i}`, 1e-6));
  }
});

interface Factor extends Pick<Fleet, "y" | "v" | "tau2" | "i2" | "q" | "q_p"> {
  readonly g: number[];
  readonly f: number;
  readonly df1: number;
  readonly df2: number;
  readonly f_p: number;
  readonly means: number[];
  readonly se: number[];
  readonly low: number[];
  readonly high: number[];
}

Deno.test("means of groups and the test that they are one are R's", () => {
  const factors: Readonly<Record<string, Factor>> = golden("moderators");
  for (const [name, r] of Object.entries(factors)) {
    const found = randomEffects(r.y, r.v, { groups: Math.max(...r.g) + 1, codes: r.g });
    close(found.tau2, r.tau2, `${name}: tau2`, TOLERANCE);
    close(found.i2, r.i2, `${name}: I2`, TOLERANCE);
    close(found.q, r.q, `${name}: Q`);
    close(found.qP, r.q_p, `${name}: p of Q`);
    const { f, df1, df2, p } = found.omnibus!;
    assert.deepEqual([df1, df2], [r.df1, r.df2]);
    close(f, r.f, `${name}: F`, TOLERANCE);
    close(p, r.f_p, `${name}: p of F`, TOLERANCE);
    for (const [group, mean] of found.means.entries()) {
      close(mean.mean, r.means[group]!, `${name}: mean ${group}`, TOLERANCE);
      close(mean.se, r.se[group]!, `${name}: se ${group}`, TOLERANCE);
      const [low, high] = meanInterval(mean, 0.95);
      close(low, r.low[group]!, `${name}: low ${group}`, TOLERANCE);
      close(high, r.high[group]!, `${name}: high ${group}`, TOLERANCE);
    }
  }
});

const places = fc.array(
  fc.record({
    y: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    v: fc.double({ min: 1e-3, max: 1e9, noNaN: true }),
  }),
  { minLength: 2, maxLength: 30 },
);

Deno.test("a constant moves the mean by it, and swapped sides flip it", () => {
  fc.assert(fc.property(places, fc.integer({ min: -1000, max: 1000 }), (all, by) => {
    const v = all.map(({ v }) => v);
    const fit = (of: (y: number) => number) => randomEffects(all.map(({ y }) => of(y)), v);
    const [plain, moved, flipped] = [fit((y) => y), fit((y) => y + by), fit((y) => -y)];
    const near = (a: number, b: number) =>
      assert.ok(Math.abs(a - b) <= 1e-5 * (1 + Math.abs(a)), `${a}, ${b}`);
    near(moved.means[0]!.mean, plain.means[0]!.mean + by);
    near(Math.sqrt(moved.tau2), Math.sqrt(plain.tau2));
    assert.equal(flipped.means[0]!.mean + plain.means[0]!.mean, 0);
    assert.equal(flipped.tau2, plain.tau2);
  }));
});

Deno.test("tau2 is where the restricted likelihood has its top, whatever the variances", () => {
  const likelihood = (y: readonly number[], v: readonly number[], tau2: number) => {
    const w = v.map((one) => 1 / (one + tau2));
    const sum = w.reduce((a, b) => a + b);
    const mean = y.reduce((total, one, i) => total + w[i]! * one, 0) / sum;
    const squares = y.reduce((total, one, i) => total + w[i]! * (one - mean) ** 2, 0);
    return 0.5 * (w.reduce((total, one) => total + Math.log(one), 0) - Math.log(sum) - squares);
  };
  fc.assert(fc.property(places, (all) => {
    const [y, v] = [all.map(({ y }) => y), all.map(({ v }) => v)];
    const { tau2 } = randomEffects(y, v);
    const best = likelihood(y, v, tau2);
    for (const factor of [0.999, 1.001]) {
      const other = likelihood(y, v, tau2 === 0 ? Math.min(...v) * 1e-3 * factor : tau2 * factor);
      assert.ok(other <= best + 1e-7 * Math.abs(best), `${tau2}: ${other} > ${best}`);
    }
  }));
});

Deno.test("equal estimates have no spread, and too few places are refused", () => {
  const { means: [mean], tau2, i2, q } = randomEffects([4, 4, 4], [1, 2, 3]);
  assert.deepEqual([mean, tau2, i2, q], [{ places: 3, mean: 4, se: 0, df: 2, p: 0 }, 0, 0, 0]);
  assert.deepEqual(randomEffects([0, 0], [1, 1]).means[0]!.p, 1);
  assert.throws(() => randomEffects([1], [1]), /1 places, needs more than 1/);
  assert.throws(() => randomEffects([1, 2], [1, 0]), /variance 0 is not above 0/);
});
