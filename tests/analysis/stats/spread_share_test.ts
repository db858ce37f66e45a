import assert from "node:assert/strict";
import fc from "fast-check";
import { quartileShares, varianceShares } from "../../../analysis/stats/spread_share.ts";

/** Runs of three parts each. */
const RUNS = fc.array(fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 3, maxLength: 3 }), {
  minLength: 4,
  maxLength: 60,
});

function columns(runs: readonly (readonly number[])[]): { parts: Float64Array[]; total: Float64Array } {
  return {
    parts: [0, 1, 2].map((part) => Float64Array.from(runs, (run) => run[part]!)),
    total: Float64Array.from(runs, (run) => run[0]! + run[1]! + run[2]!),
  };
}

const sum = (values: readonly number[]) => values.reduce((x, y) => x + y, 0);

for (const [name, shares] of [["variance", varianceShares], ["quartile", quartileShares]] as const) {
  Deno.test(`the ${name} shares of parts that make up the total add up to 1`, () => {
    fc.assert(fc.property(RUNS, (runs) => {
      const { parts, total } = columns(runs);
      const found = shares(parts, total);
      // Rounding is relative to the parts, which may cancel in a total that hardly varies.
      const scale = Math.max(1, ...(found ?? []).map(Math.abs));
      assert.ok(found === null || Math.abs(sum(found) - 1) < 1e-9 * scale, String(found));
    }));
  });

  Deno.test(`the ${name} shares do not depend on the order of the runs`, () => {
    fc.assert(fc.property(RUNS, (runs) => {
      const [one, other] = [columns(runs), columns(runs.toReversed())];
      const [found, reversed] = [shares(one.parts, one.total), shares(other.parts, other.total)];
      assert.equal(found === null, reversed === null);
      for (const [i, share] of (found ?? []).entries()) {
        assert.ok(Math.abs(share - reversed![i]!) < 1e-9 * Math.max(1, Math.abs(share)));
      }
    }));
  });

  Deno.test(`the ${name} shares of a total that does not vary are none`, () => {
    assert.equal(shares([Float64Array.of(1, 2, 1, 2)], Float64Array.of(5, 5, 5, 5)), null);
  });

  Deno.test(`the ${name} shares refuse a part of another length`, () => {
    assert.throws(() => shares([Float64Array.of(1)], Float64Array.of(5, 6)), RangeError);
  });
}

Deno.test("the variance shares are covariances over the variance, as written out", () => {
  // Totals 3, 5, 10, mean 6; the parts' means are 7/3 and 11/3.
  const shares = varianceShares(
    [Float64Array.of(1, 2, 4), Float64Array.of(2, 3, 6)],
    Float64Array.of(3, 5, 10),
  )!;
  const variance = 9 + 1 + 16;
  const first = (1 - 7 / 3) * -3 + (2 - 7 / 3) * -1 + (4 - 7 / 3) * 4;
  assert.ok(Math.abs(shares[0]! - first / variance) < 1e-12);
});

Deno.test("the quartile shares are those of the slow runs against the fast, tenths at the ends left out", () => {
  // Ten runs with totals 0 to 9: the fast ones are 1, 2, 3, the slow ones 6, 7, 8. The first part grows by
  // half of the total, but is arbitrary at the extremes.
  const total = Float64Array.from({ length: 10 }, (_, i) => i);
  const part = total.map((value) => value / 2);
  part[0] = 1e6;
  part[9] = -1e6;
  const [share, rest] = quartileShares([part, total.map((value, i) => value - part[i]!)], total)!;
  assert.ok(Math.abs(share! - 0.5) < 1e-9 && Math.abs(rest! - 0.5) < 1e-9, `${share} ${rest}`);
});

Deno.test("one wild run decides the variance shares and not the quartile shares", () => {
  const n = 100;
  const usual = Float64Array.from({ length: n }, (_, i) => (i * 37) % n);
  const quiet = Float64Array.from({ length: n }, (_, i) => i === 7 ? 1e6 : 5);
  const total = usual.map((value, i) => value + quiet[i]!);
  const variance = varianceShares([usual, quiet], total)!;
  const quartile = quartileShares([usual, quiet], total)!;
  assert.ok(variance[1]! > 0.99, String(variance));
  assert.ok(quartile[0]! > 0.99, String(quartile));
});
