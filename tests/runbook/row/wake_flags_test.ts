import assert from "node:assert/strict";
import fc from "fast-check";
import { DECODE_TABLES, decodeTableFor, signature } from "../../../runbook/row/wake_flags.ts";

for (
  const [release, name] of [
    ["5.4.0-26-generic", "5.4-5.7"],
    ["5.10.0-32-amd64", "5.8-5.10"],
    ["5.11.0", "5.11-5.19"],
    ["5.19.17", "5.11-5.19"],
    ["6.1.0-35-cloud-amd64", "6.0-6.5"],
    ["6.6.1", "6.6-6.11"],
    ["6.12.117", "6.12+"],
    ["6.18.44-fc-v669", "6.12+"],
    ["7.3.4+deb14-amd64", "6.12+"],
  ] as const
) {
  Deno.test(`flags of kernel ${release} are decoded with table ${name}`, () => {
    assert.equal(decodeTableFor(release)?.name, name);
  });
}

Deno.test("a kernel older than every table, or without a version, has no table", () => {
  assert.equal(decodeTableFor("4.19.0-27-amd64"), null);
  assert.equal(decodeTableFor("5.3.18"), null);
  assert.equal(decodeTableFor("unknown"), null);
});

const tableOf = (release: string) => {
  const table = decodeTableFor(release);
  assert.ok(table);
  return table;
};

for (
  const [release, flags, expected] of [
    // Seen on 6.12: a timer wake on the direct path, a pipe wake before and after the wakelist.
    ["6.12.117", 0x88, "none"],
    ["6.12.117", 0x10, "WF_SYNC"],
    ["6.12.117", 0x20, "WF_MIGRATED"],
    ["6.12.117", 0xb8, "WF_SYNC|WF_MIGRATED"],
    ["6.12.117", 0x40, "WF_CURRENT_CPU"],
    ["6.12.117", 0, "none"],
    ["6.12.117", 0x110, "WF_SYNC|0x100"],
    ["6.1.0", 0x40, "0x40"],
    ["5.15.0", 0x48, "WF_ON_CPU"],
    ["5.10.0", 0x05, "WF_SYNC|WF_MIGRATED"],
    ["5.4.0", 0x08, "0x8"],
  ] as const
) {
  Deno.test(`flags 0x${flags.toString(16)} of ${release} read ${expected}`, () => {
    assert.equal(signature(flags, tableOf(release)), expected);
  });
}

Deno.test("no set bit disappears from a signature but the two of the scheduler's bookkeeping", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...DECODE_TABLES),
      fc.integer({ min: 0, max: 0x7fffffff }),
      (table, flags) => {
        let bits = 0;
        for (const word of signature(flags, table).split("|")) {
          const named: Readonly<Record<string, number>> = table.bits;
          bits |= word === "none" ? 0 : named[word] ?? Number(word);
        }
        const bookkeeping = (table.bits.WF_TTWU ?? 0) | (table.bits.WF_RQ_SELECTED ?? 0);
        assert.equal(bits, flags & ~bookkeeping);
      },
    ),
  );
});
