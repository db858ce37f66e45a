import assert from "node:assert/strict";
import { inflationBy } from "../../../analysis/stats/share_of_median.ts";
import { ShiftTest } from "../../../analysis/stats/shift_test.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { normalQuantile } from "../../../analysis/stats/special.ts";

/** Values of a normal distribution, one for each even share of it, moved and scaled. */
function normal(n: number, mean: number, sd: number): Float64Array {
  return Float64Array.from({ length: n }, (_, i) => mean + sd * normalQuantile((i + 0.5) / n));
}

Deno.test("the factor is what the variances of median and shift of normal samples give", () => {
  const share = 0.3;
  // Densities at the middle: of A 1 / (s sqrt(2 pi)), of the differences 1 / (2 s sqrt(pi)).
  const moves = share * Math.SQRT1_2;
  // Var(p) = 1/12, cov(p, above) = -1/8 for equal shapes.
  const ofA = 1 / 12 + moves / 4 + moves ** 2 / 4;
  for (const [m, n] of [[1000, 1000], [400, 4000]] as const) {
    const expected = (ofA / m + 1 / 12 / n) / (1 / 12 / m + 1 / 12 / n);
    const found = inflationBy(share, new ShiftTest(normal(m, 100, 10), normal(n, 130, 10)));
    assert.ok(Math.abs(found - expected) < 0.03 * expected, `${found} ${expected}`);
  }
});

Deno.test("a sample whose middle is one value has a sure median, and neither unit nor place counts", () => {
  const equal = new Float64Array(50).fill(100);
  assert.equal(inflationBy(0.1, new ShiftTest(equal, normal(50, 105, 5))), 1);
  const [a, b] = [normal(40, 100, 10), normal(60, 104, 20)];
  const found = inflationBy(0.2, new ShiftTest(a, b));
  const scaled = inflationBy(0.2, new ShiftTest(a.map((x) => 1000 * x), b.map((x) => 1000 * x)));
  assert.ok(found > 1.02 && Math.abs(found - scaled) < 1e-9, `${found} ${scaled}`);
});

Deno.test("the variance of shift less share of the median is what many samples show", () => {
  const random = Xoshiro128.seeded(7);
  const draw = (n: number) =>
    Float64Array.from({ length: n }, () => 100 * Math.exp(0.5 * normalQuantile(random.uniform()))).sort();
  const share = 0.5;
  let [plain, held, factors] = [0, 0, 0];
  const SAMPLES = 400;
  for (let i = 0; i < SAMPLES; i++) {
    const [a, b] = [draw(60), draw(60)];
    const test = new ShiftTest(a, b);
    const median = (a[29]! + a[30]!) / 2;
    plain += test.estimate ** 2;
    held += (test.estimate - share * (median - 100)) ** 2;
    factors += inflationBy(share, test);
  }
  // Standard error of a ratio of two variances of 400: 10 %, less since they go together.
  const ratio = held / plain / (factors / SAMPLES);
  assert.ok(ratio > 0.85 && ratio < 1.15, String(ratio));
});
