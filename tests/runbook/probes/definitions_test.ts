import assert from "node:assert/strict";
import { definitionsOf } from "../../../runbook/probes/definitions.ts";
import { Kallsyms } from "../../../runbook/probes/kallsyms.ts";

const KALLSYMS = new Kallsyms(new TextEncoder().encode([
  "ffffffff81000010 T ktime_get",
  "ffffffff81000100 T ktime_get_raw",
  "ffffffff81000200 t read_tsc",
  "ffffffff81000300 D read_tsc_data",
  "ffffffff81000400 d read_hpet",
  "ffffffffc0000000 t read_tsc\t[kvm]",
  "ffffffffc0000100 t acpi_pm_read\t[other]",
].join("\n")));

Deno.test("each definition of a name is found with its address and module", () => {
  const found = definitionsOf(KALLSYMS, ["read_tsc", "ktime_get", "acpi_pm_read", "missing"]);
  assert.deepEqual(
    found,
    new Map([
      ["ktime_get", [{ address: 0xffffffff81000010n, module: null }]],
      ["read_tsc", [
        { address: 0xffffffff81000200n, module: null },
        { address: 0xffffffffc0000000n, module: "kvm" },
      ]],
      ["acpi_pm_read", [{ address: 0xffffffffc0000100n, module: "other" }]],
    ]),
  );
});

Deno.test("a variable is found as data only", () => {
  assert.deepEqual(
    definitionsOf(KALLSYMS, [], ["read_hpet", "ktime_get"]),
    new Map([["read_hpet", [{ address: 0xffffffff81000400n, module: null }]]]),
  );
});

Deno.test("data of the name of a function is not a function", () => {
  assert.deepEqual(definitionsOf(KALLSYMS, ["read_hpet"]), new Map());
});
