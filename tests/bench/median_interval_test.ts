import assert from "node:assert/strict";
import { Xoshiro128 } from "../../analysis/stats/random.ts";
import { medianInterval } from "../../bench/median_interval.ts";
import { golden } from "../analysis/stats/golden.ts";

const cases: { readonly n: number; readonly low: number | null; readonly high: number | null }[] = golden(
  "median_interval",
);

Deno.test("ranks of the interval agree with R's binomial distribution, and few values have none", () => {
  assert.ok(cases.some(({ low }) => low === null) && cases.some(({ n }) => n === 1000));
  for (const { n, low, high } of cases) {
    const interval = medianInterval(Float64Array.from({ length: n }, (_, i) => i + 1));
    assert.deepEqual([interval?.low ?? null, interval?.high ?? null], [low, high], `n ${n}`);
  }
  assert.equal(medianInterval(new Float64Array()), null);
});

Deno.test("the interval holds the median at least as often as it says", () => {
  const random = Xoshiro128.seeded(2);
  let covered = 0;
  for (let i = 0; i < 2000; i++) {
    const { low, high } = medianInterval(Float64Array.from({ length: 30 }, () => random.uniform()).sort())!;
    if (low <= 0.5 && 0.5 <= high) covered++;
  }
  // 95.7 % by the binomial distribution.
  assert.ok(Math.abs(covered / 2000 - 0.957) < 0.02, String(covered));
});
