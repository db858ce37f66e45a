import assert from "node:assert/strict";
import { fileText, read, rowOf, USUAL } from "./result_fixture.ts";

Deno.test("where a VM's timer stood for a foreseen pulse, the pulse itself may come after the wakeup", () => {
  const at = (ns: number) => BigInt(rowOf(1).ttwu_ns!) + BigInt(ns);
  const late = { edge_ns: at(40), offset_ns: BigInt(rowOf(1).tkread_ns!) - at(40) };
  assert.equal(read(fileText([rowOf(1, USUAL, late)])).integrityErrors, 1);
  const foreseen = read(fileText([rowOf(1, USUAL, { ...late, foreseen_ns: at(-7) })]));
  assert.equal(foreseen.integrityErrors, 0);
  assert.equal(foreseen.durations.offset_ns[0], Number(late.offset_ns));
  const { firstIntegrityError } = read(fileText([rowOf(1, USUAL, { ...late, foreseen_ns: at(7) })]));
  assert.deepEqual(firstIntegrityError?.reason, {
    code: "order",
    column: "ttwu_ns",
    is_before: "foreseen_ns",
  });
});
