import assert from "node:assert/strict";
import fc from "fast-check";
import { ordered } from "../../../analysis/stats/ordered.ts";

Deno.test("a series is sorted as toSorted sorts it, and of equal values the earlier comes first", () => {
  const values = fc.oneof(
    fc.double({ noNaN: true }),
    fc.integer({ min: -5, max: 5 }),
    fc.maxSafeInteger(),
    fc.integer({ min: 1_111_000_000, max: 1_111_999_999 }),
  );
  fc.assert(fc.property(fc.array(values, { maxLength: 300 }), (all) => {
    const series = Float64Array.from(all);
    const { sorted, order } = ordered(series);
    assert.deepEqual(sorted, series.toSorted());
    assert.deepEqual(
      [...order],
      [...all.keys()].sort((i, j) => isBelow(all[i]!, all[j]!) ? -1 : isBelow(all[j]!, all[i]!) ? 1 : i - j),
    );
  }));
});

/** Like toSorted: -0 lies below 0. */
function isBelow(x: number, y: number): boolean {
  return x < y || (x === 0 && y === 0 && Object.is(x, -0) && Object.is(y, 0));
}

Deno.test("a part of a larger buffer is sorted alone, and what it is a part of stays as it is", () => {
  const whole = Float64Array.from([9, 3, -2.5, 7, 3, 1e300, 0]);
  const before = whole.slice();
  const { sorted, order } = ordered(whole.subarray(1, 6));
  assert.deepEqual([...sorted], [-2.5, 3, 3, 7, 1e300]);
  assert.deepEqual([...order], [1, 0, 3, 2, 4]);
  assert.deepEqual(whole, before);
});

Deno.test("a long series of latencies is sorted", () => {
  const series = Float64Array.from(
    { length: 100_000 },
    (_, i) => 1_111_000_000 + ((i * 7919) % 100_003) * (i % 97 === 0 ? 1e6 : 1),
  );
  assert.deepEqual(ordered(series).sorted, series.toSorted());
});
