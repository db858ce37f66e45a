import assert from "node:assert/strict";
import fc from "fast-check";
import {
  absoluteDeviationsSorted,
  iqrSorted,
  madSorted,
  medianSorted,
  quantileSorted,
} from "../../../analysis/stats/quantile.ts";
import { close, golden, samplePairs, sorted } from "./golden.ts";

const PROBABILITIES = [0, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 1];

Deno.test("quantiles, median, IQR and MAD agree with R on every sample", () => {
  const answers = golden("order");
  for (const [name, pair] of samplePairs()) {
    const expected = answers[name];
    for (const side of ["a", "b"] as const) {
      const x = pair[side];
      const what = `${name}.${side}`;
      const fromFirst = x.map((value) => value - x[0]!);
      for (const [i, p] of PROBABILITIES.entries()) {
        close(quantileSorted(fromFirst, p), expected[side].quantiles[i], `${what} quantile ${p}`);
      }
      close(medianSorted(x), expected[side].median, `${what} median`);
      close(iqrSorted(x), expected[side].iqr, `${what} IQR`);
      close(madSorted(x), expected[side].mad, `${what} MAD`);
    }
  }
});

Deno.test("order statistics refuse an empty sample and a p outside [0, 1]", () => {
  const empty = new Float64Array();
  for (const statistic of [medianSorted, iqrSorted, madSorted, absoluteDeviationsSorted]) {
    assert.throws(() => statistic(empty), RangeError);
  }
  assert.throws(() => quantileSorted(sorted([1]), 1.5), RangeError);
});

Deno.test("deviations from the median are those of the definition, sorted", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1 }), (values) => {
    const x = sorted(values);
    const median = medianSorted(x);
    assert.deepEqual(absoluteDeviationsSorted(x), sorted(values.map((value) => Math.abs(value - median))));
  }));
});

Deno.test("adding an integer moves the median by it and leaves IQR and MAD as they are", () => {
  const values = fc.array(fc.maxSafeInteger(), { minLength: 1, maxLength: 30 });
  fc.assert(fc.property(values, fc.integer(), (raw, constant) => {
    const x = sorted(raw.map((value) => Math.trunc(value / 4)));
    const moved = x.map((value) => value + constant);
    assert.equal(iqrSorted(moved), iqrSorted(x));
    assert.equal(madSorted(moved), madSorted(x));
    assert.equal(medianSorted(moved), medianSorted(x) + constant);
  }));
});
