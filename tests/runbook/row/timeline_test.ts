import assert from "node:assert/strict";
import fc from "fast-check";
import { Timeline } from "../../../runbook/row/timeline.ts";

const sumsOf = (line: Timeline<string>) => Object.fromEntries(line.sums());

Deno.test("a claim takes its span from what was there, except from what is spared", () => {
  const line = new Timeline<string>();
  line.append(0, 100, "waker");
  line.append(100, 300, "idle");
  line.append(300, 300, "empty");
  line.claim({ from: 90, to: 120 }, "probes");
  assert.deepEqual(sumsOf(line), { waker: 90, probes: 30, idle: 180 });
  line.claim({ from: 50, to: 130 }, "interrupts", ["probes"]);
  assert.deepEqual(sumsOf(line), { waker: 50, interrupts: 50, probes: 30, idle: 170 });
});

Deno.test("what has no place of its own is taken from the longest pieces inside the span", () => {
  const line = new Timeline<string>();
  line.append(0, 100, "waker");
  line.append(100, 400, "tasks");
  line.append(400, 500, "probes");
  line.take(350, { from: 0, to: 500 }, "steal", ["probes"]);
  assert.deepEqual(sumsOf(line), { steal: 350, waker: 50, probes: 100 });
  line.take(1000, { from: 0, to: 500 }, "more", ["probes"]);
  assert.deepEqual(sumsOf(line), { more: 400, probes: 100 });
});

Deno.test("whatever is claimed and taken, the names add up to the whole", () => {
  const span = fc.record({
    from: fc.integer({ min: -50, max: 250 }),
    to: fc.integer({ min: -50, max: 250 }),
  });
  const step = fc.record({
    span,
    ns: fc.integer({ min: -5, max: 300 }),
    takes: fc.boolean(),
    spares: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 6 }),
      fc.array(step),
      (lengths, steps) => {
        const line = new Timeline<string>();
        let at = 0;
        for (const [index, length] of lengths.entries()) line.append(at, at += length, `stage${index}`);
        for (const { span, ns, takes, spares } of steps) {
          if (takes) line.take(ns, span, "steal", spares ? ["stage0"] : []);
          else line.claim(span, "claimed", spares ? ["stage1"] : []);
        }
        const sums = [...line.sums().values()];
        assert.equal(sums.reduce((sum, ns) => sum + ns, 0), at);
        assert.ok(sums.every((ns) => ns > 0));
      },
    ),
  );
});
