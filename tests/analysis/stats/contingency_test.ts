import assert from "node:assert/strict";
import { association, gTest } from "../../../analysis/stats/contingency.ts";
import {
  fisher2x2,
  fisherExact,
  fisherMonteCarlo,
  MONTE_CARLO_TABLES,
} from "../../../analysis/stats/fisher.ts";
import { chiSquareSurvival } from "../../../analysis/stats/special.ts";
import { cramersVInterval } from "../../../analysis/stats/cramers_v.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { close, golden } from "./golden.ts";

// deno-lint-ignore no-explicit-any -- the columns are those of association() in make.R
const cases: any[] = golden("association");

Deno.test("chi-square, the smallest expected count and Cramer's V agree with R", () => {
  for (const expected of cases) {
    const result = association(expected.table);
    const what = JSON.stringify(expected.table);
    close(result.chiSquare, expected.chi_square, what);
    close(result.minExpected, expected.min_expected, what);
    assert.equal(result.df, expected.df, what);
    close(result.cramersV, expected.cramers_v, what);
  }
});

Deno.test("the p-value is chi-square's when every expected count is at least 5, else Fisher's", () => {
  const methods = new Set<string>();
  for (const expected of cases) {
    const { p, pFloor, method } = association(expected.table);
    const what = JSON.stringify(expected.table);
    methods.add(method);
    if (expected.min_expected >= 5) {
      assert.equal(method, "chi-square", what);
      close(p, expected.p, what);
    } else if (method === "Fisher exact") {
      assert.equal(pFloor, null);
      close(p, expected.fisher_p, what);
    } else {
      assert.equal(pFloor, 1 / (MONTE_CARLO_TABLES + 1));
      closeByChance(p, expected.fisher_p, what);
    }
  }
  assert.equal(methods.size, 3, [...methods].join());
});

Deno.test("Fisher's exact p agrees with R, by the formula for 2 x 2 and by enumeration", () => {
  let enumerated = 0;
  for (const { table, fisher_p } of cases) {
    const what = JSON.stringify(table);
    if (table.length === 2 && table[0].length === 2) close(fisher2x2(table), fisher_p, what);
    const p = fisher_p === null ? null : fisherExact(table);
    if (p === null) continue;
    close(p, fisher_p, what);
    enumerated++;
  }
  assert.ok(enumerated >= 10, `${enumerated} tables enumerated`);
});

Deno.test("Fisher's Monte-Carlo p is within chance of R's exact one, and the same for the same seed", () => {
  for (const { table, fisher_p } of cases) {
    if (fisher_p === null) continue;
    const p = fisherMonteCarlo(table, 11);
    closeByChance(p, fisher_p, JSON.stringify(table));
    assert.equal(p, fisherMonteCarlo(table, 11));
  }
  const { table } = cases[10];
  assert.notEqual(fisherMonteCarlo(table, 1), fisherMonteCarlo(table, 2));
});

/**
 * Four standard errors of a share of MONTE_CARLO_TABLES, plus the one table that always counts; or of one that 100 tables
 * settled, which is then known to a tenth of itself.
 */
function closeByChance(p: number, exact: number, what: string): void {
  const all = Math.sqrt((exact * (1 - exact)) / MONTE_CARLO_TABLES);
  const settled = p > 100 / MONTE_CARLO_TABLES ? exact * Math.sqrt((1 - exact) / 100) : 0;
  const error = 4 * Math.max(all, settled) + 2 / (MONTE_CARLO_TABLES + 1);
  assert.ok(Math.abs(p - exact) <= error, `${what}: ${p} against ${exact}`);
}

Deno.test("association does not depend on the order of rows and columns", () => {
  for (const { table } of cases) {
    const turned = table[0].map((_: number, j: number) => table.map((row: number[]) => row[j]).reverse());
    const [there, back] = [association(table), association(turned)];
    close(back.chiSquare, there.chiSquare, "chi-square");
    close(back.cramersV, there.cramersV, "V");
    if (there.pFloor === null) close(back.p, there.p, "p");
  }
});

Deno.test("tables without two rows and columns, with empty ones, or with something else than counts are refused", () => {
  const refused = [[], [[1, 2]], [[1], [2]], [[1, 2], [3]], [[1, 0], [2, 0]], [[0, 0], [1, 2]], [[1, 2], [
    3,
    -1,
  ]], [
    [1, 2],
    [3, 0.5],
  ], [[1, 2], [3, NaN]]];
  for (const table of refused) assert.throws(() => association(table), RangeError, JSON.stringify(table));
});

Deno.test("G and its p agree with R's evaluation of the formula", () => {
  for (const { table, g, df } of cases) {
    const result = gTest(table);
    close(result.g, g, JSON.stringify(table));
    assert.equal(result.df, df);
    close(result.p, chiSquareSurvival(g, df), JSON.stringify(table), 1e-8);
  }
  // Nearly independent: the terms of the plain sum would cancel to 8 digits.
  const near = gTest([[500_000, 500_100], [500_000, 500_000]]).g;
  close(near, association([[500_000, 500_100], [500_000, 500_000]]).chiSquare, "G and chi-square", 1e-6);
});

Deno.test("the interval of Cramer's V is R's, and holds the estimate", () => {
  for (const { table, cramers_v, v_low, v_high } of cases) {
    const what = JSON.stringify(table);
    const interval = cramersVInterval(table);
    close(interval?.low ?? null, v_low, what);
    close(interval?.high ?? null, v_high, what);
    if (interval === null) continue;
    assert.ok(
      0 <= interval.low && interval.low <= cramers_v && cramers_v <= interval.high && interval.high <= 1,
    );
  }
  assert.throws(() => cramersVInterval([[1, 2], [0, 0]]), RangeError);
  assert.throws(() => cramersVInterval([[30, 12], [14, 44]], 1), RangeError);
});

Deno.test("the interval of Cramer's V of 3 x 3 tables of 60 runs holds V as often as it says", () => {
  const shares = [0.45, 0.05, 0.02, 0.1, 0.15, 0.03, 0.05, 0.05, 0.1];
  const at = (i: number, j: number) => shares[3 * i + j]!;
  const three = [0, 1, 2];
  const rows = three.map((i) => three.reduce((sum, j) => sum + at(i, j), 0));
  const columns = three.map((j) => three.reduce((sum, i) => sum + at(i, j), 0));
  const phi = three.flatMap((i) =>
    three.map((j) => (at(i, j) - rows[i]! * columns[j]!) ** 2 / (rows[i]! * columns[j]!))
  ).reduce((sum, part) => sum + part, 0);
  const v = Math.sqrt(phi / 2);
  const random = Xoshiro128.seeded(7);
  let [held, tables] = [0, 0];
  for (let t = 0; t < 2000; t++) {
    const table = three.map(() => [0, 0, 0]);
    for (let run = 0; run < 60; run++) {
      let u = random.uniform();
      let cell = 0;
      while (cell < 8 && u >= shares[cell]!) u -= shares[cell++]!;
      table[Math.floor(cell / 3)]![cell % 3]!++;
    }
    if (three.some((i) => table[i]!.every((count) => count === 0) || table.every((row) => row[i] === 0))) {
      continue;
    }
    const { low, high } = cramersVInterval(table)!;
    tables++;
    if (low <= v && v <= high) held++;
  }
  // Without more stretch for fewer counts 92.6 %.
  assert.ok(held / tables > 0.932 && held / tables < 0.968, `${held} of ${tables}`);
});

Deno.test("V = 0 lies outside the interval exactly when the chi-square test rejects", () => {
  for (let first = 5; first <= 25; first++) {
    const table = [[15, 15], [first, 30 - first]];
    const { chiSquare, df } = association(table);
    assert.equal(cramersVInterval(table)!.low > 0, chiSquareSurvival(chiSquare, df) < 0.05, String(first));
  }
});

Deno.test("a table that fits independence perfectly still leaves V room", () => {
  for (const table of [[[15, 15], [15, 15]], [[10, 10, 10], [10, 10, 10], [10, 10, 10]]]) {
    const { low, high } = cramersVInterval(table)!;
    assert.equal(low, 0);
    assert.ok(high > 0.1 && high < 0.3, String(high));
  }
});

Deno.test("the interval of Cramer's V is as wide as the delta method says when counts are many", () => {
  // 2 x 2 with even margins: V = |phi| = |2 s - 1|, s the share of the diagonal; its standard error 2 sqrt(s (1 - s) / n).
  const { low, high } = cramersVInterval([[35_000_000, 15_000_000], [15_000_000, 35_000_000]])!;
  const error = 2 * Math.sqrt((0.7 * 0.3) / 100_000_000);
  assert.ok(Math.abs((high - low) / (2 * 1.96 * error) - 1) < 0.01);
});
