import assert from "node:assert/strict";
import { COLUMNS, type Row } from "../../../analysis/result/columns.ts";
import { readResultFile } from "../../../analysis/result/file.ts";
import type { RowView } from "../../../analysis/result/row_view.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import { fileText, read, rowOf, timeoutOf, USUAL } from "./result_fixture.ts";

/** What a visitor receives for each row of a text that arrives in pieces of `chunkBytes`. */
function visited<T>(text: string, of: (row: RowView) => T, chunkBytes: number): T[] {
  const bytes = new TextEncoder().encode(text);
  const results: T[] = [];
  const chunks = function* () {
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.slice(at, at + chunkBytes);
  };
  readResultFile("f.csv", chunks(), (row) => results.push(of(row)));
  return results;
}

const ROWS: readonly Row[] = [
  rowOf(1),
  timeoutOf(2),
  rowOf(3, USUAL, { comm: 'a "b", c\nd', waker_comm: "", clock_step_ns: -77, wake_flags: "0xa8" }),
];

for (const chunkBytes of [1, 7, 1 << 16]) {
  Deno.test(`a visitor sees every cell of every row as it was written, in pieces of ${chunkBytes} bytes`, () => {
    const cells = visited(
      fileText(ROWS),
      (row) => COLUMNS.map(({ name, kind }) => kind === "int" ? row.integer(name) : row.text(name)),
      chunkBytes,
    );
    const expected = ROWS.map((row) =>
      COLUMNS.map(({ name, kind }) => {
        const value = row[name];
        if (value === null) return null;
        return kind === "int" ? BigInt(value as bigint) : String(value);
      })
    );
    assert.deepEqual(cells, expected);
  });
}

Deno.test("differences of columns beyond 2^53 ns are exact, and NaN where one was not observed", () => {
  const differences = visited(
    fileText(ROWS),
    (row) => [row.difference("tkread_ns", "edge_ns"), row.difference("switch_ns", "wakeup_ns")],
    64,
  );
  assert.deepEqual(differences, [[5000, 2000], [NaN, 2000], [5000, 2000]]);
});

Deno.test("a stack's key of digits alone, as an earlier program wrote it, is the key with its letter", () => {
  const old = fileText(ROWS).replaceAll(/\bs([0-9a-f]{16})\b/g, "$1");
  assert.notEqual(old, fileText(ROWS));
  const keys = (text: string) => visited(text, (row) => [row.text("ttwu_stack")], 64);
  assert.deepEqual(keys(old), keys(fileText(ROWS)));
  const [before, now] = [read(old), read(fileText(ROWS))];
  assert.deepEqual(before.stacks, now.stacks);
  assert.deepEqual(before.texts.ttwu_stack.values, now.texts.ttwu_stack.values);
  assert.deepEqual(before.texts.ttwu_stack.codes(), now.texts.ttwu_stack.codes());
  assert.deepEqual([before.hasBareStackKeys, now.hasBareStackKeys], [true, false]);
  // As long as a key, but not one.
  for (const cell of ["é".repeat(8), "0123456789abcdeF", "s0123456789abcde"]) {
    const wrong = old.replace(/,[0-9a-f]{16},,idle/, `,${cell},,idle`);
    assert.throws(() => read(wrong), { message: /is not s and 16 lower-case hex digits/ });
  }
});

Deno.test("no key of a stack is a number", () => {
  for (let i = 0; i < 1000; i++) assert.ok(Number.isNaN(Number(stackKey([`f${i}`]))));
});
