import assert from "node:assert/strict";
import { intervalsOfMeans } from "../../../analysis/stats/function_of_means.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { normalQuantile } from "../../../analysis/stats/special.ts";

const random = Xoshiro128.seeded(9);
const normal = () => normalQuantile((random.uint32() + 0.5) / 2 ** 32);

/** x, x^2 and x y of n pairs that correlate by 0.6: the slope of y on x is 0.6. */
function columns(n: number): Float64Array[] {
  const x = Float64Array.from({ length: n }, normal);
  return [x, x.map((value) => value * value), x.map((value) => value * (0.6 * value + 0.8 * normal()))];
}

const slope = ([, squares, products]: Float64Array) => [products! / squares!];

Deno.test("the interval of a mean is that of the mean, resampled or by the delta method", () => {
  for (const n of [100, 400, 401, 5000]) {
    const [x] = columns(n);
    const mean = x!.reduce((sum, value) => sum + value, 0) / n;
    const sd = Math.sqrt(x!.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
    const [{ estimate, low, high, method }] = intervalsOfMeans([x!], ([m]) => [m!], 0.9) as [
      ReturnType<typeof intervalsOfMeans>[0],
    ];
    const half = (1.645 * sd) / Math.sqrt(n);
    assert.ok(Math.abs(estimate! - mean) < 1e-12);
    assert.ok(Math.abs(low! - (mean - half)) < 0.15 * half, `${n}: ${low} ${mean - half}`);
    assert.ok(Math.abs(high! - (mean + half)) < 0.15 * half, `${n}: ${high} ${mean + half}`);
    assert.equal(method.startsWith("bootstrap"), n <= 400);
  }
});

Deno.test("nine of ten 90 % intervals hold the truth of a function of several means", () => {
  for (const [n, pairs] of [[120, 200], [1000, 400]] as const) {
    let held = 0;
    for (let pair = 0; pair < pairs; pair++) {
      const [{ low, high }] = intervalsOfMeans(columns(n), slope, 0.9, pair) as [
        ReturnType<typeof intervalsOfMeans>[0],
      ];
      if (low! <= 0.6 && 0.6 <= high!) held++;
    }
    assert.ok(Math.abs(held / pairs - 0.9) < 0.065, `${n}: ${held} of ${pairs}`);
  }
});
