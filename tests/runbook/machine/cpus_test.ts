import assert from "node:assert/strict";
import { checkCpus } from "../../../runbook/machine/cpus.ts";

const online = (list: string) => (path: string) =>
  path === "/sys/devices/system/cpu/online" ? `${list}\n` : null;

Deno.test("CPUs that are online are taken, and any where none is declared or none can be read", () => {
  checkCpus([0, 3, 8], online("0-3,8"));
  checkCpus(null, online("0"));
  checkCpus([5], () => null);
});

Deno.test("CPUs that are not online are refused, and those that are are named", () => {
  assert.throws(() => checkCpus([0, 4, 9], online("0-3,8")), {
    exitCode: 3,
    message:
      "the runbook wants the target on CPU 0, 4, 9; not online: 4, 9; declare some of 0, 1, 2, 3, 8, which are",
  });
});
