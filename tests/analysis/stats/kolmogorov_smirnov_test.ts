import assert from "node:assert/strict";
import fc from "fast-check";
import { kolmogorovSmirnov } from "../../../analysis/stats/kolmogorov_smirnov.ts";
import { close, golden, samplePairs, sorted } from "./golden.ts";

Deno.test("Kolmogorov-Smirnov agrees with R: exact with ties when small, else the limit", () => {
  const answers = golden("kolmogorov_smirnov");
  let asymptotic = 0;
  for (const [name, { a, b }] of samplePairs()) {
    const expected = answers[name];
    const { d, p, method } = kolmogorovSmirnov(a, b);
    close(d, expected.d, `${name} D`);
    assert.equal(method.includes("exact"), expected.exact === 1, name);
    if (expected.exact === 1) close(p, expected.exact_p, `${name} exact p`);
    else {
      close(p, expected.limit_p, `${name} limit`);
      // R stops its series at 1e-6.
      assert.ok(Math.abs(p - expected.r_p) < 1e-6, name);
      asymptotic++;
    }
  }
  assert.ok(asymptotic >= 4);
});

Deno.test("exact p is the share of all arrangements of the pooled values with a distance at least as large", () => {
  const few = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(few, few, (a, b) => {
      const pooled = [...a, ...b];
      const { d, p } = kolmogorovSmirnov(sorted(a), sorted(b));
      let reaching = 0;
      let all = 0;
      for (let mask = 0; mask < 1 << pooled.length; mask++) {
        const side = pooled.filter((_, i) => mask & (1 << i));
        if (side.length !== a.length) continue;
        const other = pooled.filter((_, i) => !(mask & (1 << i)));
        all++;
        if (distance(side, other) >= d - 1e-12) reaching++;
      }
      close(p, reaching / all, "share", 1e-12);
    }),
    { numRuns: 40 },
  );
});

function distance(a: number[], b: number[]): number {
  const below = (sample: number[], x: number) => sample.filter((value) => value <= x).length / sample.length;
  return Math.max(...[...a, ...b].map((x) => Math.abs(below(a, x) - below(b, x))));
}

Deno.test("an empty side is refused", () => {
  assert.throws(() => kolmogorovSmirnov(sorted([]), sorted([1])), RangeError);
});
