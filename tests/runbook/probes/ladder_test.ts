import assert from "node:assert/strict";
import { tierRemedy } from "../../../runbook/doctor/hooks.ts";
import { contextUnseen, type Definitions } from "../../../runbook/probes/ladder.ts";

const NO_VARIABLES: ReadonlySet<string> = new Set();

function addresses(perCpuOffset: bigint, preemptCount: bigint): Definitions {
  return new Map([
    ["__per_cpu_offset", [{ address: perCpuOffset, module: null }]],
    ["__preempt_count", [{ address: preemptCount, module: null }]],
  ]);
}

Deno.test("the context is seen through a per-CPU variable of the kernel's BTF, or through two addresses", () => {
  for (const name of ["pcpu_hot", "__preempt_count"]) {
    assert.equal(contextUnseen(new Set([name]), new Map()), null);
  }
  assert.equal(contextUnseen(NO_VARIABLES, addresses(0xffffffff82000000n, 0x18b20n)), null);
  assert.equal(contextUnseen(NO_VARIABLES, addresses(0xffffffff82000000n, 0n)), null);
});

Deno.test("without either, the tiers that hook functions say why, and what to do", () => {
  const hidden = contextUnseen(NO_VARIABLES, addresses(0n, 0n));
  assert.match(hidden ?? "", /BTF has no per-CPU variables, and kernel addresses are hidden$/);
  assert.match(tierRemedy("full", hidden!), /CAP_SYSLOG; sysctl kernel.kptr_restrict=1/);
  const absent = contextUnseen(NO_VARIABLES, new Map());
  assert.match(absent ?? "", /\/proc\/kallsyms has no address of __per_cpu_offset$/);
  const [[name, [definition]]] = [...addresses(1n, 1n)] as [[string, [never]]];
  assert.ok(contextUnseen(NO_VARIABLES, new Map([[name, [definition]]]))?.endsWith("of __preempt_count"));
  const twice = new Map([...addresses(1n, 1n), ["__preempt_count", [definition, definition]]] as const);
  assert.ok(contextUnseen(NO_VARIABLES, twice)?.endsWith("of __preempt_count"));
});
