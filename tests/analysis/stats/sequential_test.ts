import assert from "node:assert/strict";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { sequentialP } from "../../../analysis/stats/sequential.ts";

Deno.test("a small p takes all resamples and counts what was observed, a large one stops at a hundred as extreme", () => {
  const every = (k: number) => {
    let drawn = 0;
    const p = sequentialP(1999, () => ++drawn % k === 0);
    return { p, drawn };
  };
  assert.deepEqual(every(2000), { p: 1 / 2000, drawn: 1999 });
  assert.deepEqual(every(40), { p: 50 / 2000, drawn: 1999 });
  assert.deepEqual(every(4), { p: 1 / 4, drawn: 400 });
  assert.deepEqual(every(1), { p: 1, drawn: 100 });
});

Deno.test("when the null hypothesis is true no level is exceeded, and 5 % is decided as with all resamples", () => {
  const random = Xoshiro128.seeded(5);
  const tests = 20_000;
  const [most, levels] = [399, [0.01, 0.05, 0.3, 0.8]];
  const below = levels.map(() => 0);
  for (let i = 0; i < tests; i++) {
    // Under a true null hypothesis the share of all resamples that are as extreme is uniform.
    const share = random.uniform();
    const p = sequentialP(most, () => random.uniform() < share);
    for (const [j, level] of levels.entries()) if (p <= level) below[j]!++;
  }
  for (const [j, level] of levels.entries()) {
    const error = 4 * Math.sqrt((level * (1 - level)) / tests);
    assert.ok(below[j]! / tests <= level + error, `${below[j]} at ${level}`);
    assert.ok(below[j]! / tests >= level - error - 2 / most, `${below[j]} at ${level}`);
  }
});
