import assert from "node:assert/strict";
import { twoWaySpread } from "../../../analysis/stats/two_way_spread.ts";
import { close, golden, sorted } from "./golden.ts";

type Cells = Parameters<typeof twoWaySpread>[0];

const cellsOf = (cells: number[][]) => cells.map(sorted) as unknown as Cells;

Deno.test("side by group agrees with R's analysis of variance of |x - median|, whatever the sizes", () => {
  const cases = golden("two_way_spread");
  assert.ok(cases.length >= 5);
  for (const [i, expected] of cases.entries()) {
    const { f, df1, df2, p } = twoWaySpread(cellsOf(expected.cells))!;
    assert.deepEqual([df1, df2], [1, expected.df2]);
    close(f, expected.f, `case ${i} F`);
    close(p, expected.p, `case ${i} p`);
  }
});

Deno.test("cells without a deviation, or with one value, have no answer rather than NaN", () => {
  assert.equal(twoWaySpread(cellsOf([[1], [1, 2], [1, 2], [1, 2]])), null);
  assert.equal(twoWaySpread(cellsOf([[1, 1], [2, 2], [3, 3], [4, 4]])), null);
});
