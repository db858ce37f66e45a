import assert from "node:assert/strict";
import fc from "fast-check";
import { moverDifference, moverRatio } from "../../../analysis/stats/mover.ts";
import { close, golden } from "./golden.ts";

interface Case {
  readonly a: [number, number, number];
  readonly b: [number, number, number];
  readonly ratio: [number, number];
  readonly difference: [number, number];
}

const bounded = ([estimate, low, high]: Case["a"]) => ({ estimate, low, high });

Deno.test("ratio and difference are R's roots of their definition", () => {
  for (const [index, { a, b, ratio, difference }] of (golden("mover") as Case[]).entries()) {
    const [ofRatio, ofDifference] = [
      moverRatio(bounded(a), bounded(b))!,
      moverDifference(bounded(a), bounded(b)),
    ];
    close(ofRatio.low, ratio[0], `${index} ratio, low`);
    close(ofRatio.high, ratio[1], `${index} ratio, high`);
    close(ofDifference.low, difference[0], `${index} difference, low`);
    close(ofDifference.high, difference[1], `${index} difference, high`);
  }
});

const aboveZero = fc.tuple(
  fc.double({ min: 1e-6, max: 1e12, noNaN: true }),
  fc.double({ min: 1e-3, max: 1, noNaN: true }),
  fc.double({ min: 1, max: 1e3, noNaN: true }),
).map(([estimate, below, above]) => ({ estimate, low: estimate * below, high: estimate * above }));

Deno.test("the ratio lies in its interval, and swapping sides inverts both", () => {
  fc.assert(fc.property(aboveZero, aboveZero, (a, b) => {
    const { low, high } = moverRatio(a, b)!;
    const ratio = b.estimate / a.estimate;
    assert.ok(low <= ratio * (1 + 1e-12) && ratio <= high * (1 + 1e-12));
    const swapped = moverRatio(b, a)!;
    close(swapped.low, 1 / high, "low", 1e-6);
  }));
});

Deno.test("a bound that does not exist leaves the end open that it makes, and no ratio is made of what is not above 0", () => {
  const [a, b] = [bounded([10, 9, 12]), bounded([11, 10, 14])];
  const open = { ...b, high: Infinity };
  assert.equal(moverRatio(a, open)!.high, Infinity);
  assert.equal(moverRatio(a, open)!.low, moverRatio(a, b)!.low);
  assert.equal(moverDifference(a, open).high, Infinity);
  assert.equal(moverRatio({ ...a, high: Infinity }, b)!.low, 0);
  assert.equal(moverDifference({ ...a, high: Infinity }, b).low, -Infinity);
  assert.equal(moverRatio({ ...a, low: 0 }, b), null);
  assert.equal(moverRatio(a, { ...b, low: -1 }), null);
  assert.deepEqual(moverRatio(a, bounded([0, 0, 3])), { low: 0, high: 1 / 3 });
});
