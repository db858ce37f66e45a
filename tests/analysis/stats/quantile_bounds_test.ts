import assert from "node:assert/strict";
import {
  lowerQuantileBound,
  quantileInterval,
  runsForUpperBound,
  upperQuantileBound,
} from "../../../analysis/stats/quantile_bounds.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { close, golden, sorted } from "./golden.ts";

// deno-lint-ignore no-explicit-any -- the columns are those of bounds in series.R
const cases: any[] = golden("quantile_bounds");

Deno.test("ranks of the bounds and the confidence they reach agree with R's binomial distribution", () => {
  let [bounded, refused] = [0, 0];
  const samples = new Map<number, Float64Array>();
  for (const { n, p, confidence, upper, lower, upper_achieved, lower_achieved } of cases) {
    const x = samples.get(n) ?? Float64Array.from({ length: n }, (_, i) => 10 * (i + 1));
    samples.set(n, x);
    for (
      const [bound, rank, achieved] of [
        [upperQuantileBound(x, p, confidence), upper, upper_achieved],
        [lowerQuantileBound(x, p, confidence), lower, lower_achieved],
      ]
    ) {
      const what = `n ${n} p ${p} confidence ${confidence}`;
      assert.equal(bound?.rank ?? null, rank, what);
      if (bound === null) {
        refused++;
        continue;
      }
      assert.equal(bound.value, 10 * rank, what);
      close(bound.achieved, achieved, what);
      bounded++;
    }
  }
  assert.ok(bounded > 100 && refused > 50);
});

Deno.test("the interval's ranks are the pair near equal tails that R finds to suffice with the least coverage", () => {
  let unequal = 0;
  for (const { n, p, confidence, low, high, achieved } of cases) {
    const what = `n ${n} p ${p} confidence ${confidence}`;
    const x = Float64Array.from({ length: n }, (_, i) => i + 1);
    const interval = quantileInterval(x, p, confidence);
    assert.deepEqual([interval?.low ?? null, interval?.high ?? null], [low, high], what);
    if (interval === null) continue;
    close(interval.achieved, achieved, what);
    const tail = (1 + confidence) / 2;
    if (low !== lowerQuantileBound(x, p, tail)!.rank || high !== upperQuantileBound(x, p, tail)!.rank) {
      unequal++;
    }
  }
  assert.ok(unequal >= 10, String(unequal));
});

Deno.test("P95 needs 59 runs for an upper bound and P99 needs 299, as many as the bound itself asks for", () => {
  assert.equal(runsForUpperBound(0.95), 59);
  assert.equal(runsForUpperBound(0.99), 299);
  for (const p of [0.3, 0.6, 0.9, 0.95, 0.99, 0.999]) {
    const needed = runsForUpperBound(p);
    assert.equal(upperQuantileBound(new Float64Array(needed - 1), p), null);
    assert.equal(upperQuantileBound(new Float64Array(needed), p)!.rank, needed);
  }
});

Deno.test("the interval of a quantile covers it at least as often as it says", () => {
  const random = Xoshiro128.seeded(2);
  for (const [n, p] of [[30, 0.5], [100, 0.9], [400, 0.95]] as const) {
    let covered = 0;
    let stated = 0;
    for (let i = 0; i < 2000; i++) {
      const { low, high, achieved } = quantileInterval(
        Float64Array.from({ length: n }, () => random.uniform()).sort(),
        p,
      )!;
      if (low <= p && p <= high) covered++;
      stated = achieved;
    }
    assert.ok(stated >= 0.95);
    assert.ok(
      Math.abs(covered / 2000 - stated) < 4 * Math.sqrt(stated * (1 - stated) / 2000),
      `${covered} ${stated}`,
    );
  }
});

Deno.test("small samples have no bound, ties keep it, and a p or level outside (0, 1) is refused", () => {
  assert.equal(quantileInterval(sorted([1, 2, 3, 4, 5]), 0.5), null);
  assert.deepEqual(quantileInterval(sorted([7, 7, 7, 7, 7, 7]), 0.5)?.low, 7);
  for (const n of [0, 1, 2, 3]) assert.equal(upperQuantileBound(new Float64Array(n), 0.95), null);
  for (const share of [0, 1, NaN]) {
    assert.throws(() => upperQuantileBound(sorted([1]), share), RangeError);
    assert.throws(() => lowerQuantileBound(sorted([1]), 0.5, share), RangeError);
    assert.throws(() => runsForUpperBound(share), RangeError);
  }
});
