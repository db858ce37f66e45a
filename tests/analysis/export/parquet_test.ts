import assert from "node:assert/strict";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { COLUMNS, type Row } from "../../../analysis/result/columns.ts";
import { ParquetRows } from "../../../analysis/parquet/write.ts";
import { readResultFile } from "../../../analysis/result/file.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import { generate } from "../../../bench/generate.ts";
import { endOf, fileText, rowOf, timeoutOf, USUAL, WAKELIST } from "../result/result_fixture.ts";

function parquet(text: string): ArrayBuffer {
  const pieces: Uint8Array[] = [];
  const rows = new ParquetRows((bytes) => pieces.push(bytes.slice()));
  const file = new TextEncoder().encode(text);
  rows.finish(readResultFile("f.csv", [file], (row) => rows.visit(row)));
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole.buffer;
}

const MIXED: readonly Row[] = [
  rowOf(1),
  timeoutOf(2),
  rowOf(3, USUAL, { comm: 'a "b", c', waker_comm: "", clock_step_ns: -77, migrated: true }),
];

Deno.test("Parquet read back has every cell with its type, and null where nothing was observed", async () => {
  const found = await parquetReadObjects({ file: parquet(fileText(MIXED)) });
  const expected = MIXED.map((row) =>
    Object.fromEntries(COLUMNS.map(({ name, kind }) => {
      const value = row[name];
      return [name, value !== null && kind === "int" ? BigInt(value as bigint) : value];
    }))
  );
  assert.deepEqual(found.map((row) => ({ ...row })), expected);
});

Deno.test("Parquet has the version, meta, end and stacks as key-value metadata", () => {
  const { key_value_metadata, num_rows } = parquetMetadata(parquet(fileText(MIXED)));
  const facts = Object.fromEntries(key_value_metadata!.map(({ key, value }) => [key, JSON.parse(value!)]));
  assert.equal(num_rows, 3n);
  assert.equal(facts["probe-result"], 1);
  assert.equal(facts.meta.env, "host");
  assert.deepEqual(facts.end, endOf(MIXED));
  assert.deepEqual(facts.stacks[stackKey(WAKELIST)], WAKELIST);
});

Deno.test("Parquet of more rows than a row group has them all, in order; of none it is a file without rows", async () => {
  const many = parquet([...generate({ rows: 70_000, seed: 1, env: "host" })].join(""));
  assert.equal(parquetMetadata(many).row_groups.length, 2);
  const runs = await parquetReadObjects({ file: many, columns: ["run"] });
  assert.ok(runs.length === 70_000 && runs.every(({ run }, i) => run === BigInt(i + 1)));
  assert.deepEqual(await parquetReadObjects({ file: parquet(fileText([])) }), []);
});
