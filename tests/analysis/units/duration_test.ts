import assert from "node:assert/strict";
import fc from "fast-check";
import { parseDuration } from "../../../analysis/units/duration.ts";
import { EXIT, Failure } from "../../../analysis/failure.ts";

const READ: readonly (readonly [string, number])[] = [
  ["1s", 1_000_000_000],
  ["100ms", 100_000_000],
  ["4ms", 4_000_000],
  ["50us", 50_000],
  ["250ns", 250],
  ["1.5ms", 1_500_000],
  ["0.001us", 1],
];

for (const [text, ns] of READ) {
  Deno.test(`parseDuration() reads ${text} as ${ns} ns`, () => assert.equal(parseDuration(text), ns));
}

for (
  const text of [
    "",
    "1",
    "ms",
    "-1ms",
    "1 ms",
    "1e3ms",
    "0s",
    "0.5ns",
    "1.ms",
    ".5ms",
    "1m",
    "9007200s",
    "1ms ",
  ]
) {
  Deno.test(`parseDuration() refuses ${JSON.stringify(text)} as wrong use, in words that hold it`, () => {
    assert.throws(() => parseDuration(text), (error: unknown) => {
      assert(error instanceof Failure);
      assert.equal(error.exitCode, EXIT.usage);
      assert(error.message.includes(text));
      return true;
    });
  });
}

Deno.test("parseDuration() reads every whole number of nanoseconds exactly", () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (ns) => {
    assert.equal(parseDuration(`${ns}ns`), ns);
  }));
});
