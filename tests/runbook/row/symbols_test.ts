import assert from "node:assert/strict";
import fc from "fast-check";
import { Symbols } from "../../../runbook/row/symbols.ts";

const symbolsOf = (text: string) => Symbols.parse(new TextEncoder().encode(text));

const KALLSYMS = `0000000000000000 A fixed_percpu_data
ffffffff81000000 T startup_64
ffffffff81000000 T _text
ffffffff81001000 t try_to_wake_up
ffffffff81001800 D not_code
ffffffff81002000 T hrtimer_wakeup
ffffffff81003000 W weak_function
ffffffff81004000 T _etext
ffffffffc0100000 t second_of_module\t[pps_parport]
ffffffffc0000000 t first_of_module\t[kvm]
ffffffffc0200000 t bpf_prog_6deef7357e7b4530_sched_waking\t[bpf]
`;

Deno.test("an address is named after the text symbol at or below it", () => {
  const symbols = symbolsOf(KALLSYMS);
  assert.equal(symbols.symbolise(0xffffffff81001000n), "try_to_wake_up");
  assert.equal(symbols.symbolise(0xffffffff81001fffn), "try_to_wake_up", "data symbols hold no code");
  assert.equal(symbols.symbolise(0xffffffff81002000n), "hrtimer_wakeup");
  assert.equal(symbols.symbolise(0xffffffff81003010n), "weak_function");
});

Deno.test("of two names for one address the first one listed is taken", () => {
  assert.equal(symbolsOf(KALLSYMS).symbolise(0xffffffff81000008n), "startup_64");
});

Deno.test("symbols of modules are found although they are not in order, and keep their bare name", () => {
  const symbols = symbolsOf(KALLSYMS);
  assert.equal(symbols.symbolise(0xffffffffc0000010n), "first_of_module");
  assert.equal(symbols.symbolise(0xffffffffc0100010n), "second_of_module");
  assert.equal(symbols.symbolise(0xffffffffc0200010n), "bpf_prog_6deef7357e7b4530_sched_waking");
});

Deno.test("an address that no symbol covers has no name", () => {
  const symbols = symbolsOf(KALLSYMS);
  assert.equal(symbols.symbolise(0x10n), null, "below every symbol");
  assert.equal(symbols.symbolise(0xffffffff81004010n), null, "behind the end of the kernel's text");
  assert.equal(symbols.symbolise(0xffffffffc0180000n), null, "too far behind a function");
});

Deno.test("kallsyms full of zeros is reported as hidden and names nothing", () => {
  const symbols = symbolsOf("0000000000000000 T startup_64\n0000000000000000 t try_to_wake_up\n");
  assert.equal(symbols.hidden, true);
  assert.equal(symbols.symbolise(0xffffffff81001000n), null);
  assert.equal(symbolsOf(KALLSYMS).hidden, false);
});

Deno.test("an empty or cut-off kallsyms is read as far as it goes", () => {
  assert.equal(symbolsOf("").symbolise(1n), null);
  assert.equal(symbolsOf("ffffffff81001000 t try_to_wa").symbolise(0xffffffff81001001n), "try_to_wa");
  assert.equal(symbolsOf("ffffffff81001000").symbolise(0xffffffff81001001n), null);
});

Deno.test("every symbol is found again from any address inside it, in whatever order the file lists them", () => {
  const spans = fc.uniqueArray(fc.integer({ min: 0, max: 100_000 }), { minLength: 1, maxLength: 200 });
  fc.assert(fc.property(spans, fc.nat(), (starts, seed) => {
    const base = 0xffff800080000000n;
    const text = starts.map((at) => `${(base + BigInt(at) * 16n).toString(16)} t f${at}\n`).join("");
    const symbols = symbolsOf(text);
    const at = starts[seed % starts.length]!;
    assert.equal(symbols.symbolise(base + BigInt(at) * 16n + 15n), `f${at}`);
  }));
});
