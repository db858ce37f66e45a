import assert from "node:assert/strict";
import fc from "fast-check";
import { AD_PERMUTATIONS, andersonDarling } from "../../../analysis/stats/anderson_darling.ts";
import { close, golden, sorted } from "./golden.ts";

// deno-lint-ignore no-explicit-any -- the columns are those of anderson() in strata.R
const cases = Object.entries<any>(golden("anderson_darling")).map(([name, expected]) => {
  return { name, expected, samples: expected.samples.map(sorted) as Float64Array[] };
});
const tested = cases.filter(({ expected }) => "a2" in expected);

Deno.test("A^2 and its standardised form agree with R's evaluation of the definition", () => {
  for (const { name, expected, samples } of tested) {
    const { a2, t } = andersonDarling(samples);
    close(a2, expected.a2, `${name} A^2`);
    close(t, expected.t, `${name} t`);
  }
});

Deno.test("p of large samples agrees with R's fit to the published percentiles and is capped at their ends", () => {
  const capped = new Set<number>();
  for (const { name, expected, samples } of tested) {
    const { p, pFloor, pCeiling, method } = andersonDarling(samples);
    if (!method.includes("asymptotic")) continue;
    close(p, expected.p, `${name} p`);
    assert.deepEqual([pFloor, pCeiling], [0.001, 0.25]);
    capped.add(p!);
  }
  assert.ok(capped.has(0.001) && capped.size >= 2, `met ${[...capped]}`);
});

Deno.test("the laboratories of Scholz and Stephens have the published standardised statistic and p", () => {
  const { samples } = tested.find(({ name }) => name === "laboratories")!;
  const { t, p } = andersonDarling(samples);
  assert.ok(Math.abs(t! - 4.480) < 0.0005, `t ${t}`);
  assert.ok(p! < 0.005, `p ${p}`);
});

Deno.test("permutation p is within chance of the share of all arrangements, and the same for the same seed", () => {
  const few = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 5 });
  const property = fc.property(few, few, (a, b) => {
    const pooled = [...a, ...b];
    const own = andersonDarling([sorted(a), sorted(b)], 9);
    if (own.p === null) return;
    assert.deepEqual(andersonDarling([sorted(a), sorted(b)], 9), own);
    let [extreme, all] = [0, 0];
    for (let mask = 0; mask < 1 << pooled.length; mask++) {
      const side = pooled.filter((_, i) => mask & (1 << i));
      if (side.length !== a.length) continue;
      all++;
      if (brute([side, pooled.filter((_, i) => !(mask & (1 << i)))]) >= own.a2 - 1e-9) extreme++;
    }
    const exact = extreme / all;
    // At most 100 permutations are as extreme.
    const error = 5 * Math.max(exact, 0.05) * Math.sqrt((1 - exact) / 100) + 2 / (AD_PERMUTATIONS + 1);
    assert.ok(Math.abs(own.p - exact) <= error, `${own.p} against ${exact}`);
  });
  fc.assert(property, { numRuns: 15 });
});

/** The definition, value by value. */
function brute(samples: number[][]): number {
  const pooled = samples.flat();
  const n = pooled.length;
  let a2 = 0;
  for (const sample of samples) {
    for (const z of new Set(pooled)) {
      const ties = pooled.filter((x) => x === z).length;
      const b = pooled.filter((x) => x < z).length + ties / 2;
      const m = sample.filter((x) => x < z).length + sample.filter((x) => x === z).length / 2;
      a2 += (ties / n) * ((n * m - sample.length * b) ** 2 / (b * (n - b) - (n * ties) / 4)) / sample.length;
    }
  }
  return (a2 * (n - 1)) / n;
}

Deno.test("neither the order of samples nor a change of scale matters", () => {
  const sample = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 2, maxLength: 8 });
  fc.assert(
    fc.property(fc.array(sample, { minLength: 2, maxLength: 4 }), (raw) => {
      const there = andersonDarling(raw.map(sorted));
      const back = andersonDarling(raw.map((values) => sorted(values.map((x) => 3 * x + 5))).reverse());
      assert.ok(Math.abs(there.a2 - back.a2) <= 1e-9 * (1 + there.a2));
    }),
    { numRuns: 20 },
  );
});

Deno.test("all values equal have no p; a single sample, an empty one and fewer than 4 values are refused", () => {
  assert.deepEqual(andersonDarling([sorted([5, 5]), sorted([5, 5, 5])]).p, null);
  assert.throws(() => andersonDarling([sorted([1, 2, 3, 4])]), RangeError);
  assert.throws(() => andersonDarling([sorted([1, 2, 3, 4]), sorted([])]), RangeError);
  assert.throws(() => andersonDarling([sorted([1]), sorted([2, 3])]), RangeError);
});
