import assert from "node:assert/strict";
import { type Column, EACH_COLUMN } from "../../../analysis/result/columns.ts";
import { CHAIN } from "../../../ffi/layout.generated.ts";
import type { StructField } from "../../../ffi/struct.ts";

const FIELDS: Readonly<Record<string, StructField>> = CHAIN.fields;

/** Fields that are not columns, and who reads them. */
const OTHERS: Readonly<Record<string, string>> = {
  seen: "decodeRecord",
  ttwu_stack_bytes: "decodeRecord",
  tkread_stack_bytes: "decodeRecord",
  migrate_cpu: "CrossCheck",
  activate_cpu: "divide",
  rq_lock_contended_since: "divide",
  ...Object.fromEntries(
    ["ttwu", "waking", "queued", "pending", "activate", "wakeup", "switch"]
      .map((stage) => [`${stage}_probe_ns`, "divide"]),
  ),
  ...Object.fromEntries(
    ["waking", "queued", "activate", "wakeup", "switch", "tkread"]
      .map((stage) => [`${stage}_steal_ns`, "divide"]),
  ),
  tk_ttwu_seq_after: "the column tk_ttwu_torn",
  tk_tkread_seq_after: "the column tk_tkread_torn",
  tkreads_before_switch: "the column tkreads_after_switch",
};

/** The kinds of columns to which a field can be written. */
function kindsOf({ kind, count, words }: StructField): readonly Column["kind"][] {
  if (words !== undefined) return ["enum", "text"];
  if (kind === "char") return ["text"];
  if (count > 1) return ["stack"];
  if (kind === "u64") return ["int", "id", "hex"];
  return kind === "u32" ? ["int", "hex", "bool"] : ["int"];
}

Deno.test("each column of the record is a field of struct chain, and of a kind that this can be written as", () => {
  for (const { name, kind, from, values } of EACH_COLUMN) {
    if (from === undefined) continue;
    const field = FIELDS[name];
    assert.ok(field !== undefined, `${name} is not a field of struct chain`);
    assert.ok(kindsOf(field).includes(kind), `${name} of kind ${kind}`);
    if (kind !== "enum") continue;
    const words = Object.keys(field.words!).map((word) => word.slice(word.indexOf("_") + 1).toLowerCase());
    assert.deepEqual(words.toSorted(), values!.toSorted(), name);
  }
});

Deno.test("each field of struct chain is a column, or has another reader", () => {
  const names: readonly string[] = EACH_COLUMN.map(({ name }) => name);
  const unread = Object.keys(FIELDS).filter((name) => !names.includes(name) && !(name in OTHERS));
  assert.deepEqual(unread, []);
  for (const name of Object.keys(OTHERS)) assert.ok(name in FIELDS && !names.includes(name), name);
});
