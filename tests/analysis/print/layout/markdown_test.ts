import assert from "node:assert/strict";
import { details, table } from "../../../../analysis/print/layout/markdown.ts";
import type { Table } from "../../../../analysis/print/model.ts";
import { plain } from "../../../../analysis/print/said.ts";

Deno.test("lines of a row share a cell, and no name ends it", () => {
  const one: Table<"a" | "b"> = {
    caption: "",
    head: "stratum",
    lines: ["A", "B"],
    columns: [{ id: "a", name: "n", per: "line" }, { id: "b", name: "verdict", per: "row" }],
    rows: [{ head: plain("x|y"), cells: { a: [plain("1"), null], b: [null] }, bins: [] }],
    range: null,
    empty: "",
  };
  assert.equal(
    table(one, ["b", "a"], "strata"),
    "| stratum | verdict | n A / B |\n| --- | --- | --- |\n| x\\|y | - | 1 / - |",
  );
});

Deno.test("a summary is HTML: escaped as such, without Markdown's backslashes", () => {
  assert.equal(
    details("ttwu_to_tkread by <b> & c", "text"),
    "<details><summary>ttwu_to_tkread by &lt;b> &amp; c</summary>\n\ntext\n\n</details>",
  );
});
