import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type Axis,
  axisName,
  durationAxis,
  logAxis,
  shiftAxis,
} from "../../../../analysis/report/plots/axis.ts";

const NS = fc.integer({ min: -10_000_000_000, max: 10_000_000_000 });

/** The narrowest drawing with labels, in pixels, and how wide a character is drawn. */
const NARROWEST = 208;
const CHARACTER = 6.6;

function assertReadable({ ticks }: Axis, least: number, across = true): void {
  const labels = ticks.map(({ label }) => label);
  assert.ok(ticks.length >= least, labels.join());
  assert.equal(new Set(labels).size, labels.length, labels.join());
  assert.ok(ticks.every(({ share }) => share >= 0 && share <= 1));
  const halves = ticks.map(({ share, label }) =>
    [share * NARROWEST, (label.length * CHARACTER) / 2] as const
  );
  for (const [i, [at, half]] of halves.entries()) {
    const before = halves[i - 1];
    // A label at the very edge begins or ends there.
    if (across && before !== undefined && i > 1 && i < halves.length - 1) {
      assert.ok(at - half > before[0] + before[1], labels.join());
    }
  }
}

Deno.test("an axis of durations has all of them on it, and at least four ticks with different labels", () => {
  fc.assert(fc.property(NS, fc.integer({ min: 1, max: 10_000_000_000 }), (low, span) => {
    const high = low + span;
    for (const course of ["across", "up"] as const) {
      const axis = durationAxis({ low, high }, course);
      assert.ok(axis.at(low) >= 0 && axis.at(low) <= axis.at(high) && axis.at(high) <= 1);
      assertReadable(axis, 4, course === "across");
    }
  }));
});

Deno.test("the labels of a linear axis are as far apart as its ticks", () => {
  fc.assert(fc.property(NS, fc.integer({ min: 1, max: 10_000_000_000 }), (low, span) => {
    const { kind, ticks } = durationAxis({ low, high: low + span });
    if (kind !== "linear") return;
    const values = ticks.map(({ label }) => Number(label.replace("−", "-")));
    const scale = (values[1]! - values[0]!) / (ticks[1]!.share - ticks[0]!.share);
    for (const [i, { share }] of ticks.entries()) {
      const expected = values[0]! + scale * (share - ticks[0]!.share);
      assert.ok(Math.abs(values[i]! - expected) < 1e-4 * Math.abs(scale), values.join());
    }
  }));
});

Deno.test("a logarithmic axis has at least four ticks, however narrow or wide it is", () => {
  fc.assert(fc.property(fc.double({ min: 0, max: 10, noNaN: true }), fc.nat(10_000_000), (decades, above) => {
    const low = 10 ** decades;
    assertReadable(logAxis({ low, high: low + above }), 4);
  }));
});

Deno.test("a narrow spread about a large offset is drawn linearly and its ticks show it", () => {
  const axis = durationAxis({ low: 1_107_000_000, high: 1_115_000_000 });
  assert.equal(axis.kind, "linear");
  assert.deepEqual(axis.ticks.map(({ label }) => label), ["1.108", "1.110", "1.112", "1.114"]);
  assert.equal(axisName("offset", axis), "offset, s");
  const narrower = durationAxis({ low: 1_111_233_500, high: 1_111_234_500 });
  assert.equal(axisName("offset", narrower), "offset, µs after 1.11123 s");
  assert.deepEqual(narrower.ticks.map(({ label }) => label), ["3.6", "3.8", "4.0", "4.2", "4.4"]);
  assert.equal(axisName("offset", durationAxis({ low: 1_000, high: 500_000 })), "offset, µs, logarithmic");
});

Deno.test("an axis of shifts shows the margin however far the shift is, and says where it is logarithmic", () => {
  fc.assert(fc.property(NS, fc.integer({ min: 1, max: 10_000_000_000 }), (shift, margin) => {
    const axis = shiftAxis([shift], margin);
    assert.ok(axis.at(shift) >= 0 && axis.at(shift) <= 1);
    assert.ok(axis.at(-margin) < 0.5 && Math.abs(axis.at(0) - 0.5) < 1e-9 && axis.at(margin) > 0.5);
    assert.equal(axis.kind === "linear", Math.abs(shift) <= 4 * margin);
    assertReadable(axis, axis.kind === "linear" ? 4 : 3);
    assert.ok(axis.ticks.some(({ share }) => Math.abs(share - 0.5) < 1e-9), "0 has no tick");
  }));
});
