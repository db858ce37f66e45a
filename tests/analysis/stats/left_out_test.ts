import assert from "node:assert/strict";
import { type Kept, LeftOut } from "../../../analysis/stats/left_out.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { ShiftTest } from "../../../analysis/stats/shift_test.ts";

/** Skewed, with ties where `tick` is large. */
function sample(random: Xoshiro128, n: number, shift: number, tick: number): Float64Array {
  return Float64Array.from({ length: n }, () => {
    const value = shift - Math.log1p(-random.uniform());
    return tick * Math.round(value / tick);
  }).sort();
}

/** Without `count` values: those at one end, or some at random. */
function without(sorted: Float64Array, count: number, from: "low" | "high" | "any", random: Xoshiro128) {
  if (from === "low") return sorted.subarray(count);
  if (from === "high") return sorted.subarray(0, sorted.length - count);
  const kept = [...sorted];
  for (let i = 0; i < count; i++) kept.splice(random.index(kept.length), 1);
  return Float64Array.from(kept);
}

Deno.test("p-values with values left out lie within the bounds, whichever are left out", () => {
  const random = Xoshiro128.seeded(11);
  let narrow = 0;
  let checked = 0;
  for (const [m, n] of [[40, 40], [60, 300], [400, 120], [500, 500]] as const) {
    for (const shift of [0, 0.2, -0.6]) {
      for (const tick of [1e-6, 0.25]) {
        const [a, b] = [sample(random, m, 0, tick), sample(random, n, shift, tick)];
        const bounds = LeftOut.of(new ShiftTest(a, b), 3)!;
        const values = [-0.5, -0.1, 0, 0.25];
        const inflation = tick === 0.25 ? 1.3 : 1;
        const ranges = [
          ...values.flatMap((value) => [bounds.pAbove(value, inflation), bounds.pBelow(value, inflation)]),
          bounds.p(),
        ];
        narrow += ranges.filter(([low, high]) => high < 0.05 || low > 0.05).length;
        for (const ofA of [0, 1, 2, 3]) {
          for (const from of ["low", "high", "any"] as const) {
            const other = from === "low" ? "high" : from === "high" ? "low" : "any";
            const sides = [without(a, ofA, from, random), without(b, 3 - ofA, other, random)] as const;
            const left = new ShiftTest(...sides, inflation);
            const found = [
              ...values.flatMap((value) => [left.pAbove(value), left.pBelow(value)]),
              new ShiftTest(...sides).p,
            ];
            for (const [index, p] of found.entries()) {
              const [low, high] = ranges[index]!;
              assert.ok(low <= p + 1e-12 && p - 1e-12 <= high, `${p} in [${low}, ${high}] of ${m} and ${n}`);
              checked++;
            }
          }
        }
      }
    }
  }
  assert.ok(
    narrow > checked / 12 / 2,
    `${narrow} of ${checked / 12} ranges tell on which side of 5 % p lies`,
  );
});

Deno.test("when the values left out are named, the bounds are narrower, and hold p", () => {
  const random = Xoshiro128.seeded(5);
  const most = 5;
  let [narrower, checked] = [0, 0];
  for (const [m, n, tick] of [[60, 60, 1e-6], [60, 300, 0.25], [500, 120, 1e-6], [400, 400, 0.25]] as const) {
    const [a, b] = [sample(random, m, 0, tick), sample(random, n, 0.3, tick)];
    const bounds = LeftOut.of(new ShiftTest(a, b), most)!;
    const ranges = (kept: Kept | null) => [
      bounds.p(kept),
      ...[-0.25, 0, 0.5].flatMap((
        value,
      ) => [bounds.pAbove(value, 1.2, kept), bounds.pBelow(value, 1.2, kept)]),
    ];
    for (let ofA = 0; ofA <= most; ofA++) {
      for (
        const kept of [
          { a: [ofA, m], b: [0, n - most + ofA] },
          { a: [0, m - ofA], b: [most - ofA, n] },
          { a: [1, m - 1], b: [1, n - 2] },
        ] as const
      ) {
        const sides = [a.subarray(...kept.a), b.subarray(...kept.b)] as const;
        const left = new ShiftTest(...sides, 1.2);
        const found = [
          new ShiftTest(...sides).p,
          ...[-0.25, 0, 0.5].flatMap((value) => [left.pAbove(value), left.pBelow(value)]),
        ];
        const whichever = ranges(null);
        for (const [index, [low, high]] of ranges(kept).entries()) {
          const p = found[index]!;
          assert.ok(low <= p + 1e-12 && p - 1e-12 <= high, `${p} in [${low}, ${high}] of ${m} and ${n}`);
          const [least, largest] = whichever[index]!;
          assert.ok(least - 1e-12 <= low && high <= largest + 1e-12);
          narrower += high - low < (largest - least) / 2 ? 1 : 0;
          checked++;
        }
      }
    }
  }
  assert.ok(narrower > checked / 3, `${narrower} of ${checked} are half as wide`);
});

Deno.test("so few that the rest would be permuted have no bounds", () => {
  const random = Xoshiro128.seeded(3);
  const of = (n: number) => new ShiftTest(sample(random, n, 0, 1e-6), sample(random, 40, 0, 1e-6));
  assert.equal(LeftOut.of(of(17), 3), null);
  assert.notEqual(LeftOut.of(of(18), 3), null);
});
