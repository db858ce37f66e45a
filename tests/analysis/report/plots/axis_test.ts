import assert from "node:assert/strict";
import fc from "fast-check";
import { durationAxis, shiftAxis } from "../../../../analysis/report/plots/axis.ts";

const NS = fc.integer({ min: -10_000_000_000, max: 10_000_000_000 });

Deno.test("an axis of durations has all of them on it, and ticks with different labels", () => {
  fc.assert(fc.property(NS, fc.nat(10_000_000_000), (low, span) => {
    const axis = durationAxis(low, low + span);
    assert.ok(axis.at(low) >= 0 && axis.at(low) <= axis.at(low + span) && axis.at(low + span) <= 1);
    const labels = axis.ticks.map(({ label }) => label);
    assert.equal(new Set(labels).size, labels.length, labels.join());
    assert.ok(axis.ticks.every(({ share }) => share >= 0 && share <= 1));
  }));
});

Deno.test("a narrow spread about a large offset is drawn linearly and its ticks show it", () => {
  const axis = durationAxis(1_107_000_000, 1_115_000_000);
  assert.equal(axis.kind, "linear");
  assert.deepEqual(axis.ticks.map(({ label }) => label), ["1.108 s", "1.112 s"]);
  assert.equal(durationAxis(1_000, 500_000).kind, "logarithmic");
});

Deno.test("an axis of shifts shows the margin however far the shift is, and says where it is logarithmic", () => {
  fc.assert(fc.property(NS, fc.integer({ min: 1, max: 10_000_000_000 }), (shift, margin) => {
    const axis = shiftAxis([shift], margin);
    assert.ok(axis.at(shift) >= 0 && axis.at(shift) <= 1);
    assert.ok(axis.at(-margin) < 0.5 && Math.abs(axis.at(0) - 0.5) < 1e-9 && axis.at(margin) > 0.5);
    assert.equal(axis.kind === "linear", Math.abs(shift) <= 4 * margin);
    assert.ok(axis.ticks.length > 0);
  }));
});
