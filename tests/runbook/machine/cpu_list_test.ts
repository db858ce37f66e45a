import assert from "node:assert/strict";
import fc from "fast-check";
import { formatCpuList, parseCpuList } from "../../../runbook/machine/cpu_list.ts";

Deno.test("a list of CPUs has single ones and ranges", () => {
  assert.deepEqual(parseCpuList("0"), [0]);
  assert.deepEqual(parseCpuList("0-3,8"), [0, 1, 2, 3, 8]);
  assert.deepEqual(parseCpuList("1,10-11"), [1, 10, 11]);
});

Deno.test("what is not a list of CPUs is not guessed at", () => {
  for (const text of ["", "0-", "a", "0 1", "0-1,", "0-3\n"]) assert.equal(parseCpuList(text), null, text);
});

Deno.test("any CPUs are written as the kernel writes them", () => {
  assert.equal(formatCpuList([0, 1, 2, 5, 7, 8]), "0-2,5,7-8");
  fc.assert(fc.property(fc.uniqueArray(fc.nat(300), { minLength: 1 }), (cpus) => {
    const ascending = cpus.toSorted((a, b) => a - b);
    assert.deepEqual(parseCpuList(formatCpuList(ascending)), ascending);
  }));
});
