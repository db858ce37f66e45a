import assert from "node:assert/strict";
import { noncentralChiSquareCdf } from "../../../analysis/stats/noncentral.ts";
import {
  chiSquareSurvival,
  fSurvival,
  normalCdf,
  normalQuantile,
  normalSurvival,
  tQuantile,
  tSurvival,
} from "../../../analysis/stats/special.ts";
import { close, golden } from "./golden.ts";

const TOLERANCE = 1e-10;
const grid: Record<string, number[][]> = golden("special");

/** @param rows arguments, then the survival function's value */
function agree(rows: number[][], survival: (...x: number[]) => number): void {
  assert.ok(rows.length >= 35 && rows.some((row) => row.at(-1)! < 1e-299), "the grid reaches 1e-300");
  for (const row of rows) {
    const x = row.slice(0, -1);
    close(survival(...x), row.at(-1)!, `survival at ${x}`, TOLERANCE);
  }
}

Deno.test("the normal distribution agrees with R to 1e-10, tails included", () => {
  agree(grid.normal!.map(([z, , survival]) => [z!, survival!]), normalSurvival);
  for (const [z, cdf] of grid.normal!) close(normalCdf(z!), cdf!, `cdf at ${z}`, TOLERANCE);
});

Deno.test("a tail that no double can hold is 0, however far out, and the other one is 1", () => {
  // The continued fraction does not settle at each of these: found by a comparison of far-apart files.
  for (const z of [40, 3.037e9, 1e30, 1.571e30, 1.57e69, 1e150, 1e155, Number.MAX_VALUE, Infinity]) {
    assert.deepEqual([normalSurvival(z), normalCdf(z)], [0, 1], `${z}`);
    assert.deepEqual([normalSurvival(-z), normalCdf(-z)], [1, 0], `${-z}`);
  }
  for (let power = 1; power < 300; power++) {
    assert.equal(chiSquareSurvival(2 * 1.2345 * 10 ** power, 1) > 0, power < 3, `10 ** ${power}`);
  }
});

Deno.test("normal quantiles agree with R to 1e-10 down to p = 1e-300", () => {
  for (const [p, z] of grid.normal_quantile!) close(normalQuantile(p!), z!, `quantile of ${p}`, TOLERANCE);
});

Deno.test("the chi-square distribution agrees with R to 1e-10, tails included", () => {
  agree(grid.chi_square!, chiSquareSurvival);
});

Deno.test("the F distribution agrees with R to 1e-10, tails included", () => {
  agree(grid.f!, fSurvival);
});

Deno.test("Student's t distribution agrees with R to 1e-10, tails included", () => {
  agree(grid.t!, tSurvival);
});

Deno.test("Student's t has the quantile whose tail it was asked for", () => {
  for (const df of [1, 2, 4, 18, 300]) {
    for (const tail of [0.4, 0.1, 0.025, 1e-4]) {
      close(tSurvival(tQuantile(tail, df), df), tail, `tail ${tail}, df ${df}`, 1e-9);
    }
  }
});

Deno.test("the noncentral chi-square distribution is R's to 1e-11", () => {
  for (const [x, df, lambda, cdf] of grid.noncentral!) {
    const error = Math.abs(noncentralChiSquareCdf(x!, df!, lambda!) - cdf!);
    assert.ok(error < 1e-11, `${x}, ${df}, ${lambda}: ${error}`);
  }
  // Nearly normal: skewness sqrt 8 (df + 3 lambda) / (df + 2 lambda)^1.5 is 0.004.
  assert.ok(Math.abs(noncentralChiSquareCdf(1e6, 1, 1e6) - 0.5) < 1e-3);
  assert.throws(() => noncentralChiSquareCdf(1, 0, 1), RangeError);
});

Deno.test("a quantile outside (0, 1) is refused", () => {
  for (const p of [0, 1, -0.1, NaN]) assert.throws(() => normalQuantile(p), RangeError);
});
