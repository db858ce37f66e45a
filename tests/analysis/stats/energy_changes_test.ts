import assert from "node:assert/strict";
import fc from "fast-check";
import { energyChanges } from "../../../analysis/stats/energy_changes.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { normalQuantile } from "../../../analysis/stats/special.ts";

/** By the definition: all pairs, all cuts and all ends. */
function bruteForce(values: readonly number[]): { after: number; energy: number } {
  const mean = (a: readonly number[], b: readonly number[], same: boolean) => {
    let [sum, count] = [0, 0];
    for (const [i, x] of a.entries()) {
      for (const [j, y] of b.entries()) {
        if (same && i >= j) continue;
        sum += Math.abs(x - y);
        count++;
      }
    }
    return sum / count;
  };
  let best = { after: 0, energy: -Infinity };
  for (let end = 6; end <= values.length; end++) {
    for (let cut = 3; cut <= end - 3; cut++) {
      const [a, b] = [values.slice(0, cut), values.slice(cut, end)];
      const distance = 2 * mean(a, b, false) - mean(a, a, true) - mean(b, b, true);
      const energy = (a.length * b.length) / (a.length + b.length) * distance;
      if (energy > best.energy + 1e-9) best = { after: cut, energy };
    }
  }
  return best;
}

const normal = (random: Xoshiro128) => normalQuantile((random.uniform() + 2 ** -54) / (1 + 2 ** -53));

function series(levels: readonly (readonly [n: number, level: number])[], seed: number): Float64Array {
  const random = Xoshiro128.seeded(seed);
  return Float64Array.from(
    levels.flatMap(([n, level]) => Array.from({ length: n }, () => level + normal(random))),
  );
}

Deno.test("the first change is where all pairs, cuts and ends by the definition have it", () => {
  fc.assert(
    fc.property(
      fc.integer(),
      fc.integer({ min: 3, max: 12 }),
      fc.integer({ min: 3, max: 12 }),
      (seed, n, m) => {
        const values = series([[n, 0], [m, 20]], seed);
        const [first] = energyChanges(values, 0.999);
        const best = bruteForce([...values]);
        // Of several changes the strongest was found first; it is among them.
        assert.ok(energyChanges(values, 0.999).some(({ after }) => after === best.after), `${best.after}`);
        assert.ok(first !== undefined);
      },
    ),
    { numRuns: 60 },
  );
});

Deno.test("changes of level are found where they are, and none beside", () => {
  const found = energyChanges(series([[20, 0], [20, 8], [20, 0]], 1), 0.0125);
  assert.deepEqual(found.map(({ after }) => after), [20, 40]);
  for (const { p } of found) assert.ok(p <= 0.0125);
  assert.deepEqual(energyChanges(series([[60, 0]], 2), 0.0125), []);
  assert.deepEqual(energyChanges(new Float64Array(30).fill(5), 0.05), []);
  assert.deepEqual(energyChanges(series([[5, 0]], 3), 0.05), []);
});

Deno.test("a change of spread alone is found", () => {
  const random = Xoshiro128.seeded(5);
  const values = Float64Array.from({ length: 120 }, (_, i) => normal(random) * (i < 60 ? 1 : 12));
  const [first, ...others] = energyChanges(values, 0.05);
  assert.ok(Math.abs(first!.after - 60) <= 4 && others.length === 0, JSON.stringify([first, others]));
});

Deno.test("a constant added and a factor move no change, and the same input gives the same answer", () => {
  const values = series([[15, 0], [15, 5]], 7);
  const found = energyChanges(values, 0.05);
  assert.deepEqual(energyChanges(values, 0.05), found);
  assert.deepEqual(energyChanges(values.map((value) => 1024 * value + 4096), 0.05), found);
});

Deno.test("a series without a change has one in at most 1 of 20, whatever its distribution", () => {
  for (const  of of[(x: number) => x, (x: number) => Math.exp(x), (x: number) => Math.round(x)]) {
    let false_alarms = 0;
    for (let seed = 0; seed < 100; seed++) {
      if (energyChanges(series([[16, 0]], 1000 + seed).map(of), 0.05).length > 0) false_alarms++;
    }
    // Of 100 with a chance of 5 %, more than 12 happen once in 1000.
    assert.ok(false_alarms <= 12, `${false_alarms}`);
  }
});
