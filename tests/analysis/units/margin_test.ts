import assert from "node:assert/strict";
import { Failure } from "../../../analysis/failure.ts";
import { parseMargin, spelledMargin } from "../../../analysis/units/margin.ts";

Deno.test("each margin has one spelling, which parses to the same margin", () => {
  const cases = [
    ["10%", "10 %"],
    ["10 %", "10 %"],
    ["2.50 %", "2.5 %"],
    ["4ms", "4ms"],
    ["4000us", "4ms"],
    ["1.5ms", "1500us"],
    ["7ns", "7ns"],
    ["1s", "1s"],
  ] as const;
  for (const [text, spelled] of cases) {
    assert.equal(spelledMargin(parseMargin(text)), spelled);
    assert.deepEqual(parseMargin(spelled), parseMargin(text));
  }
});

Deno.test("what is no margin is refused with what is one", () => {
  for (const text of ["0%", "0 %", "-5%", "1001%", "1e3%", "% ", "ten %", "10", "0ns", "", "Infinity%"]) {
    assert.throws(() => parseMargin(text), (error) => error instanceof Failure && error.exitCode === 2, text);
  }
  assert.throws(() => parseMargin("12"), { message: /the margin 12 has no unit; give a duration or a perc/ });
});
