import assert from "node:assert/strict";
import { columnsOf } from "../../../analysis/result/columns.ts";
import { readResultFile } from "../../../analysis/result/file.ts";
import { fileText, read, rowOf } from "./result_fixture.ts";

Deno.test("a file of an older program ends before the newer columns, which it did not observe", () => {
  const older = fileText([rowOf(1), rowOf(2), rowOf(3)]).split("\n").map((line) =>
    line === "" || line.startsWith("#") ? line : line.split(",").slice(0, columnsOf(0).length).join(",")
  ).join("\n");
  const seen: (string | null)[] = [];
  const file = readResultFile("older.csv", [new TextEncoder().encode(older)], (row) => {
    seen.push(row.text("waking_ns"), row.text("order"), row.text("cause"));
    assert.equal(row.has("part_target_ns"), false);
  });
  assert.equal(file.rows, 3);
  assert.deepEqual(new Set(seen), new Set([null]));
  assert.deepEqual(new Set(file.texts.cause.codes()), new Set([0]));
  const tooFew = older.replaceAll(/,realtime_step_ns$/gm, "");
  assert.throws(() => read(tooFew), /column 62 \(realtime_step_ns\): .* found nothing/);
});
