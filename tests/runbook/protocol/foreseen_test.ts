import assert from "node:assert/strict";
import fc from "fast-check";
import { Failure } from "../../../analysis/failure.ts";
import { foreseenText, parseForeseen } from "../../../runbook/protocol/foreseen.ts";

Deno.test("what is foreseen of pulses is read as it was written, to a thousandth of a tick", () => {
  const clock = fc.constantFrom("counter" as const, "host" as const);
  const instant = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
  const eighths = fc.integer({ min: 1, max: 2 ** 42 });
  fc.assert(fc.property(clock, instant, eighths, (clock, at, n) => {
    const one = { clock, at, period: n / 8 };
    assert.deepEqual(parseForeseen(foreseenText(one)), one);
  }));
  assert.equal(foreseenText({ clock: "counter", at: 7n, period: 2.5e9 }), "counter:7+2500000000.000");
});

for (const text of ["", "host", "host:5", "host:5+0", "host:5+0.000", "host:-5+1", "tai:5+1", "host:5+1e9"]) {
  Deno.test(`"${text}" does not say when pulses come`, () => {
    assert.throws(
      () => parseForeseen(text),
      (error) => error instanceof Failure && error.exitCode === 2 && error.found.includes(`"${text}"`),
    );
  });
}
