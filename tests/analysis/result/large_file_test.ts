/** Files larger than any string and any single buffer: the number of rows matters, not the bytes. */

import assert from "node:assert/strict";
import { Failure } from "../../../analysis/failure.ts";
import { readResultFile } from "../../../analysis/result/file.ts";
import { formatEnd, formatRow } from "../../../analysis/result/write.ts";
import { ShowColumns } from "../../../analysis/show/show.ts";
import { endOf, headerText, rowOf } from "./result_fixture.ts";

const GIGABYTE = 1e9;
const ROWS = Array.from({ length: 200 }, (_, i) => rowOf(i + 1));
const COMMENT_LINES = 16;
/** Lines that every reader skips, a piece of 1 MiB. */
const COMMENTS = new TextEncoder().encode(`# ${"x".repeat((1 << 16) - 3)}\n`.repeat(COMMENT_LINES));
const PIECES = Math.ceil((3.1 * GIGABYTE) / COMMENTS.length);
const HEADER_LINES = headerText().split("\n").length - 1;

/** Rows, more than 3 GB of comments, and `rest`. */
function* largeFile(rest: string, onPiece: () => void): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(headerText() + ROWS.slice(0, 100).map(formatRow).join(""));
  for (let i = 0; i < PIECES; i++) {
    yield COMMENTS;
    onPiece();
  }
  yield encoder.encode(rest);
}

Deno.test("a file of 3 GB needs memory for its rows only, and show answers it", () => {
  const rest = ROWS.slice(100).map(formatRow).join("") + formatEnd(endOf(ROWS));
  const columns = new ShowColumns(null);
  const before = Deno.memoryUsage().rss;
  let most = 0;
  let pieces = 0;
  const measure = () => {
    if (pieces++ % 100 === 0) most = Math.max(most, Deno.memoryUsage().rss);
  };
  const file = readResultFile("large.csv", largeFile(rest, measure), (row) => columns.visit(row));
  assert.equal(file.rows, 200);
  assert.equal(columns.show(file).offset.n, 200);
  assert.ok(pieces * COMMENTS.length > 3 * GIGABYTE);
  assert.ok(most - before < 0.5 * GIGABYTE, `${(most - before) / 1e6} MB more`);
});

Deno.test("a broken row behind 3 GB is refused with its line", () => {
  assert.throws(() => readResultFile("large.csv", largeFile("what\n", () => {})), (error: unknown) => {
    assert.ok(error instanceof Failure);
    const line = HEADER_LINES + 100 + PIECES * COMMENT_LINES + 1;
    assert.match(error.found, new RegExp(`^large\\.csv line ${line}, column 1 \\(run\\): `));
    return true;
  });
});
