import assert from "node:assert/strict";
import { Kallsyms } from "../../../runbook/probes/kallsyms.ts";

const of = (text: string) => new Kallsyms(new TextEncoder().encode(text));

interface Line {
  readonly address: bigint;
  readonly low: number;
  readonly type: string;
  readonly name: string;
  readonly nameBytes: number;
  readonly module: string | null;
}

function lines(file: Kallsyms): Line[] {
  const found: Line[] = [];
  file.each((symbol, type, nameBytes) => {
    found.push({
      address: file.address(symbol),
      low: file.lowAddress(symbol),
      type: String.fromCharCode(type),
      name: file.name(symbol),
      nameBytes,
      module: file.module(symbol),
    });
  });
  return found;
}

Deno.test("each symbol has its address, type, name and module", () => {
  assert.deepEqual(lines(of("ffffffff81000010 T a\nffffffffc01abcde t read_tsc\t[kvm]\n")), [
    { address: 0xffffffff81000010n, low: 0x1fffff81000010, type: "T", name: "a", nameBytes: 1, module: null },
    {
      address: 0xffffffffc01abcden,
      low: 0x1fffffc01abcde,
      type: "t",
      name: "read_tsc",
      nameBytes: 8,
      module: "kvm",
    },
  ]);
});

Deno.test("the last line needs no end, and a line that is not a symbol is left out", () => {
  const names = (text: string) => lines(of(text)).map(({ name }) => name);
  assert.deepEqual(names("ffffffff81000010 T first\nffffffff81000020 T last"), ["first", "last"]);
  assert.deepEqual(names("ffffffff81000010 T first\n\nshort\nffffffff81000020 T last\n"), ["first", "last"]);
  assert.deepEqual(names("ffffffff81000010 T first\nffffffff81000020 T "), ["first"]);
  assert.deepEqual(names(""), []);
});

Deno.test("there are no more symbols than the capacity", () => {
  for (
    const text of ["", "ffffffff81000010 T a", "ffffffff81000010 T a\n", "ffffffff81000010 T a\n".repeat(50)]
  ) {
    assert.ok(of(text).capacity >= lines(of(text)).length, text);
  }
});

Deno.test("one address that is not zero shows that they are not hidden", () => {
  assert.equal(of("0000000000000000 A percpu\nffffffff81000010 T a\n").showsAddresses, true);
  assert.equal(of("0000000000000000 A percpu\n0000000000000000 T a\n").showsAddresses, false);
});
