import assert from "node:assert/strict";
import { ASKABLE, AskedColumns, parseQuestion, QUESTION_NAMES } from "../../../analysis/asked/askable.ts";
import { QUESTIONS } from "../../../analysis/compare/questions.ts";
import { EXIT, Failure } from "../../../analysis/failure.ts";
import { COLUMNS } from "../../../analysis/result/columns.ts";
import { readResultFile } from "../../../analysis/result/file.ts";
import { CHAIN_STAGES } from "../../../analysis/show/chain.ts";
import { generate } from "../../../bench/generate.ts";

Deno.test("every way from a stage to a later one can be asked, and every column of durations; no name twice", () => {
  assert.equal(new Set(QUESTION_NAMES).size, QUESTION_NAMES.length);
  const ways = CHAIN_STAGES.flatMap((from, at) => CHAIN_STAGES.slice(at + 1).map((to) => `${from}_to_${to}`));
  assert.equal(ways.length, 28);
  for (const name of ways) assert.ok(QUESTION_NAMES.includes(parseQuestion(name)), name);
  for (const name of ["clock_step_ns", "realtime_step_ns"]) assert.equal(parseQuestion(name), name);
  // Instants are no durations.
  for (const name of ["edge_ns", "tkread_value_ns", "rq_clock_switch_ns"]) {
    assert.throws(() => parseQuestion(name), Failure);
  }
});

Deno.test("a declared question has one name, whatever it is called", () => {
  assert.equal(parseQuestion("edge_to_tkread"), "offset");
  assert.equal(parseQuestion("OFFSET_NS"), "offset");
  assert.equal(parseQuestion("ttwu_to_tkread_ns"), "ttwu_to_tkread");
  assert.equal(parseQuestion("wakeup -> switch"), "wakeup_to_switch");
  assert.equal(parseQuestion("edge -> ttwu"), "edge_to_ttwu");
  for (const { name } of QUESTIONS) assert.ok(!ASKABLE.some((askable) => askable.name === name), name);
});

Deno.test("a name that is none is refused, with what may have been meant", () => {
  const refused = (word: string, message: RegExp) =>
    assert.throws(() => parseQuestion(word), (error: unknown) => {
      assert.ok(error instanceof Failure);
      assert.equal(error.exitCode, EXIT.usage);
      assert.match(error.message, message);
      return true;
    });
  refused("swich_to_tkread", /^"swich_to_tkread" is not a question; did you mean switch_to_tkread\?$/);
  refused("tkread_to_edge", /is not a question; /);
  refused("banana", /^"banana" is not a question; probe help questions has them all$/);
});

Deno.test("values are the differences of the cells, row by row, and NaN where one is empty", () => {
  const text = [...generate({ rows: 60, seed: 4, env: "vm", timeoutEvery: 7 })].join("");
  const names = ASKABLE.map(({ name }) => name);
  const columns = new AskedColumns(names);
  readResultFile("f.csv", [new TextEncoder().encode(text)], (row) => columns.visit(row));
  const at = new Map(COLUMNS.map(({ name }, index) => [name as string, index]));
  const rows = text.trimEnd().split("\n").filter((line) => /^\d/.test(line)).map((line) => line.split(","));
  const cell = (row: readonly string[], column: string) => {
    const found = row[at.get(column)!]!;
    return found === "" ? null : BigInt(found);
  };
  let seen = 0;
  for (const [name, values] of columns.values()) {
    const [, from, to] = /^(\w+)_to_(\w+)$/.exec(name) ?? [];
    assert.equal(values.length, rows.length);
    for (const [index, row] of rows.entries()) {
      const [end, start] = from === undefined
        ? [cell(row, name), 0n]
        : [cell(row, `${to}_ns`), cell(row, `${from}_ns`)];
      const expected = end === null || start === null ? NaN : Number(end - start);
      assert.ok(Object.is(values[index], expected), `${name}, row ${index}`);
      if (!Number.isNaN(expected)) seen++;
    }
  }
  assert.ok(seen > 500, `${seen}`);
});
