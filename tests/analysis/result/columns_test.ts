import assert from "node:assert/strict";
import { COLUMN_AT, EACH_COLUMN } from "../../../analysis/result/columns.ts";

/** Numbers that measure nothing by themselves. */
const PLAIN = /^(run|idle_state|tk_(ttwu|tkread)_(seq|mult|shift))$/;

Deno.test("a column has what goes with its kind: a number its unit, an enum its words", () => {
  for (const { name, kind, unit, range, values } of EACH_COLUMN) {
    assert.equal(unit !== undefined, kind === "int" && !PLAIN.test(name), name);
    assert.ok(range === undefined || (kind === "int" && range[0] <= range[1]), name);
    assert.equal(values !== undefined, kind === "enum", name);
  }
});

Deno.test("the names that end in _ns are those of the columns in ns", () => {
  for (const { name, unit } of EACH_COLUMN) assert.equal(name.endsWith("_ns"), unit === "ns", name);
});

Deno.test("the name of each column is used once", () => {
  assert.equal(new Set(EACH_COLUMN.map(({ name }) => name)).size, EACH_COLUMN.length);
  for (const [index, { name }] of EACH_COLUMN.entries()) assert.equal(COLUMN_AT[name], index);
});
