import assert from "node:assert/strict";
import { parseCpuList } from "../../../runbook/machine/cpu_list.ts";

Deno.test("a list of CPUs has single ones and ranges", () => {
  assert.deepEqual(parseCpuList("0"), [0]);
  assert.deepEqual(parseCpuList("0-3,8"), [0, 1, 2, 3, 8]);
  assert.deepEqual(parseCpuList("1,10-11"), [1, 10, 11]);
});

Deno.test("what is not a list of CPUs is not guessed at", () => {
  for (const text of ["", "0-", "a", "0 1", "0-1,", "0-3\n"]) assert.equal(parseCpuList(text), null, text);
});
