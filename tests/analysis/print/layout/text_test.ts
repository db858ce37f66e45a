import assert from "node:assert/strict";
import { fields, findings, labelLines, SHOWN, table } from "../../../../analysis/print/layout/text.ts";
import type { Cell, Finding, Table } from "../../../../analysis/print/model.ts";
import { exact, plain } from "../../../../analysis/print/said.ts";

Deno.test("a name takes two lines where it must, with functions of a stack that are whole", () => {
  const cases: readonly (readonly [name: string, lines: readonly [string, string]])[] = [
    ["WF_MIGRATED", ["WF_MIGRATED", ""]],
    ["472318c4 wakeup < run_queues < interrupt", ["472318c4 wakeup", "run_queues"]],
    ["b28133ed autoremove_wake_function < common", ["b28133ed", "autoremove_wake_function"]],
    ["x".repeat(25), ["x".repeat(20), "xxxxx"]],
  ];
  for (const [name, lines] of cases) assert.deepEqual(labelLines(name, 20), lines);
});

Deno.test("facts of one name stand below each other, those of many are counted", () => {
  const facts = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ label: "losses", says: exact(i) }));
  assert.deepEqual(fields(facts(2), 8), ["  losses  0", "          1"]);
  assert.equal(fields(facts(SHOWN + 3), 8).at(-1), "  and 3 more (--format json has them all)");
});

Deno.test("findings that say what they are share a line for each part of the data", () => {
  const finding = (of: string | null, what: string | null, value: Cell): Finding => (
    { topic: "order", of, what, value, certainty: plain("p = 0.5"), method: null }
  );
  assert.deepEqual(
    findings([
      finding("A", "lag", exact(1)),
      finding("A", "dip", exact(2)),
      finding("B", "lag", exact(3)),
      { ...finding(null, null, null), method: plain("by hand") },
    ], 6),
    [
      "  order A: lag 1, p = 0.5; dip 2, p = 0.5",
      "        B: lag 3, p = 0.5",
      "        p = 0.5; by hand",
    ],
  );
});

const TABLE: Table<"runs" | "median"> = {
  caption: "strata",
  head: "stratum",
  lines: ["A", "B"],
  columns: [{ id: "runs", name: "runs of both", per: "row" }, { id: "median", name: "median", per: "line" }],
  rows: [{
    head: plain("one\x1b"),
    cells: { runs: [exact(7)], median: [exact(1), null] },
    bins: [[], [0, 1]],
  }],
  range: plain("1 to 2"),
  empty: "no runs",
};
const STYLE = {
  head: 9,
  lines: 3,
  columns: [{ id: "runs", width: 6 }, { id: "median", width: 8 }],
  plots: false,
} as const;

Deno.test("a table has a line for each side, heads that fit, and nothing that a terminal would obey", () => {
  assert.deepEqual(table(TABLE, STYLE, "strata"), [
    "  stratum   runs~      median",
    "  one\\x1b       7 A         1",
    "                  B         -",
  ]);
  assert.deepEqual(table({ ...TABLE, rows: [] }, STYLE, "strata"), ["  no runs"]);
  const many = { ...TABLE, rows: Array.from({ length: SHOWN + 1 }, () => TABLE.rows[0]!) };
  assert.equal(table(many, STYLE, "strata").at(-1), "  and 1 more strata (--format json has them all)");
});

Deno.test("bars stand beside the lines that have some, beyond column 80", () => {
  const [head, first, second] = table(TABLE, { ...STYLE, plots: true }, "strata");
  assert.equal(head!.slice(80), "   1 to 2");
  assert.ok(first!.length < 80);
  assert.equal(second!.slice(80), "    █");
});
