import assert from "node:assert/strict";
import fc from "fast-check";
import { breslowDay, mantelHaenszel } from "../../../analysis/stats/mantel_haenszel.ts";
import { close, golden } from "./golden.ts";

// deno-lint-ignore no-explicit-any -- the columns are those of mantel() in strata.R
const cases = Object.entries<any>(golden("mantel_haenszel"));

Deno.test("Cochran-Mantel-Haenszel agrees with R's mantelhaen.test, larger tables included", () => {
  for (const [name, expected] of cases) {
    const { chiSquare, df, p, oddsRatio } = mantelHaenszel(expected.tables);
    close(chiSquare, expected.chi_square, `${name} chi-square`);
    assert.equal(df, expected.df, name);
    close(p, expected.p, `${name} p`);
    close(oddsRatio, expected.odds_ratio, `${name} odds ratio`);
  }
});

Deno.test("Breslow-Day with Tarone's correction agrees with R's roots of the definition", () => {
  let compared = 0;
  for (const [name, expected] of cases) {
    if (!("breslow_day" in expected)) continue;
    const result = breslowDay(expected.tables);
    if (expected.breslow_day_df === 0) {
      assert.equal(result, null, name);
      continue;
    }
    close(result!.chiSquare, expected.breslow_day, `${name} chi-square`, 1e-8);
    assert.equal(result!.df, expected.breslow_day_df, name);
    close(result!.p, expected.breslow_day_p, `${name} p`, 1e-8);
    compared++;
  }
  assert.ok(compared >= 5);
});

const table = fc.array(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 3, maxLength: 3 }), {
  minLength: 2,
  maxLength: 2,
});

Deno.test("neither the order of strata, rows and columns nor turning the tables matters", () => {
  fc.assert(fc.property(fc.array(table, { minLength: 1, maxLength: 4 }), (tables) => {
    const there = mantelHaenszel(tables);
    const turned = tables.map((t) => t[0]!.map((_, j) => t.map((row) => row[j]!)).reverse()).reverse();
    const back = mantelHaenszel(turned);
    assert.ok(Math.abs(there.chiSquare! - back.chiSquare!) <= 1e-8 * (1 + there.chiSquare!));
    const square = tables.map((t) => t.map((row) => row.slice(0, 2)));
    const mirrored = square.map((t) => t.map((row) => row.toReversed()));
    const [odds, inverse] = [mantelHaenszel(square).oddsRatio!, mantelHaenszel(mirrored).oddsRatio!];
    close(odds * inverse, 1, "odds ratio", 1e-12);
    const [tarone, other] = [breslowDay(square), breslowDay(mirrored)];
    assert.ok(
      Math.abs((tarone?.chiSquare ?? 0) - (other?.chiSquare ?? 0)) <= 1e-6 * (1 + (tarone?.chiSquare ?? 0)),
    );
  }));
});

Deno.test("strata that say nothing are left out, and no test is made of nothing", () => {
  const told = [[8, 2], [3, 9]];
  const { chiSquare, strata } = mantelHaenszel([told, [[0, 1], [0, 0]], [[0, 0], [0, 0]]]);
  assert.equal(chiSquare, mantelHaenszel([told]).chiSquare);
  assert.equal(strata, 1);
  const silent = mantelHaenszel([[[1, 0], [3, 0]], [[0, 2], [0, 5]]]);
  assert.deepEqual([silent.chiSquare, silent.p, silent.oddsRatio], [null, null, null]);
  assert.equal(breslowDay([told]), null);
  assert.equal(breslowDay([[[3, 0], [2, 4]], [[5, 0], [1, 2]]]), null);
});

Deno.test("tables of different shape, without counts, or empty in all strata are refused", () => {
  const refused = [[], [[[1, 2]]], [[[1, 2], [3, 4]], [[1, 2, 3], [4, 5, 6]]], [[[1, -1], [2, 3]]], [[
    [1, 0],
    [
      2,
      0,
    ],
  ]]];
  for (const tables of refused) {
    assert.throws(() => mantelHaenszel(tables), RangeError, JSON.stringify(tables));
  }
  assert.throws(() => breslowDay([[[1, 2, 3], [4, 5, 6]]]), /needs 2 x 2/);
});
