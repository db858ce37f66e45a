/** The queries of docs/export.md in a real DuckDB, on folders named as in the document. */

import { DuckDBInstance } from "@duckdb/node-api";
import assert from "node:assert/strict";
import { ShowColumns } from "../../analysis/show/show.ts";
import { generate } from "../../bench/generate.ts";
import { exportCommand } from "../../commands/export/export.ts";
import { readFile } from "../../runbook/files/result_in.ts";
import { blocks } from "./document.ts";

const EXPORT = Deno.readTextFileSync("docs/export.md");

/** Label, rows, and the first run whose task has a name in quotes; sorted by label. */
const FILES: readonly (readonly [env: string, rows: number, quotedFrom: number])[] = [
  ["all", 90, 1],
  ["host", 90, Infinity],
  ["label", 1, Infinity],
  // Beyond the rows from which a reader guesses types.
  ["late", 25_000, 24_990],
  ["vm", 140, Infinity],
];

/** Rows of each of the document's queries; relative paths are below `folder`. */
async function answers(folder: string): Promise<string[][][]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    await connection.run(`SET file_search_path = '${folder}'`);
    const results: string[][][] = [];
    for (const query of blocks(EXPORT, "sql")) {
      const rows = (await connection.runAndReadAll(query)).getRowsJson();
      results.push(rows.map((row) => row.map((cell) => String(cell).replace(`${folder}/`, ""))));
    }
    return results;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** What the queries must answer: each file's strata by signature as `probe show` prints them. */
function expected(paths: readonly string[], folder: string, suffix: string): string[][] {
  return paths.flatMap((path) => {
    const columns = new ShowColumns(["signature"]);
    const show = columns.show(readFile(path, (row) => columns.visit(row)));
    const name = path.replace(`${folder}/`, "").replace(/\.csv$/, suffix);
    return show.strata[0]!.groups
      .map((
        { values, complete, ttwu_to_tkread: { median_ns } },
      ) => [name, values[0]!, String(complete), String(median_ns)])
      .sort((x, y) => x[1]! < y[1]! ? -1 : 1);
  });
}

Deno.test("the DuckDB queries of docs/export.md over a folder of result files say what probe show says of each", async () => {
  const folder = Deno.makeTempDirSync();
  try {
    Deno.mkdirSync(`${folder}/results`);
    const quoted = "probe-target";
    const paths = FILES.map(([env, rows, quotedFrom]) => {
      const path = `${folder}/results/${env}.csv`;
      const lines = [...generate({ rows, seed: rows, env, timeoutEvery: 13 })].join("").split("\n");
      const changed = lines.map((line) =>
        Number.parseInt(line) >= quotedFrom ? line.replaceAll(quoted, '"a, ""b"""') : line
      );
      assert.equal(
        changed.filter((line) => line.includes('"a, ')).length,
        Math.max(0, rows - quotedFrom + 1),
      );
      Deno.writeTextFileSync(path, changed.join("\n"));
      return path;
    });
    for (const path of paths) {
      const out = path.replace(/csv$/, "parquet");
      await exportCommand({ format: "parquet", out }, path, { stdout: () => {} });
    }
    const [csv, parquet, meta] = await answers(folder);
    assert.deepEqual(csv, expected(paths, folder, ".csv"));
    assert.deepEqual(parquet, expected(paths, folder, ".parquet"));
    assert.deepEqual(
      meta!.map(([file, env]) => [file, env]),
      FILES.map(([env]) => [`results/${env}.parquet`, env]),
    );
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
