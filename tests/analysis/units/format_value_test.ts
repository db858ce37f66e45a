import assert from "node:assert/strict";
import fc from "fast-check";
import {
  formatChosen,
  formatDuration,
  formatP,
  formatShift,
  formatSigned,
} from "../../../analysis/units/format_value.ts";

Deno.test("durations have four digits and the unit that fits", () => {
  for (
    const [ns, text] of [
      [0, "0 ns"],
      [850, "850 ns"],
      [850.5, "850.5 ns"],
      [1000, "1.000 us"],
      [999_949, "999.9 us"],
      [999_960, "1.000 ms"],
      [1_111_234_567, "1.111 s"],
      [-42_000, "-42.00 us"],
      [9_500_000_000_000, "9500 s"],
      [null, "-"],
    ] as const
  ) assert.equal(formatDuration(ns), text);
});

Deno.test("a duration that somebody chose has no padding zeros", () => {
  for (
    const [ns, text] of [[4e6, "4 ms"], [1.5e6, "1.5 ms"], [1e5, "100 us"], [250, "250 ns"], [
      1e11,
      "100 s",
    ]] as const
  ) {
    assert.equal(formatChosen(ns), text);
  }
});

Deno.test("a formatted duration is the duration to four digits", () => {
  const factor = { ns: 1, us: 1e3, ms: 1e6, s: 1e9 };
  fc.assert(fc.property(fc.integer({ min: -(2 ** 50), max: 2 ** 50 }), (ns) => {
    const [digits, unit] = formatDuration(ns).split(" ") as [string, keyof typeof factor];
    assert.ok(Math.abs(Number(digits) * factor[unit] - ns) <= Math.abs(ns) * 5.1e-4, formatDuration(ns));
  }));
});

Deno.test("shifts and effects carry their sign, zero none", () => {
  assert.deepEqual([1500, -1500, 0].map(formatShift), ["+1.500 us", "-1.500 us", "0 ns"]);
  assert.deepEqual([0.123, -0.5, -0.001, null].map(formatSigned), ["+0.12", "-0.50", "0.00", "-"]);
});

Deno.test("a capped p-value is shown as a bound, never as 0", () => {
  assert.equal(formatP(0.034, false), "p = 0.034");
  assert.equal(formatP(0.00012, false), "p = 1.2e-4");
  assert.equal(formatP(1e-307, true), "p < 1e-300");
});
