import assert from "node:assert/strict";
import { chiSquareSurvival } from "../../../analysis/stats/special.ts";
import { DEFAULT_SEED, drawToFront, Xoshiro128 } from "../../../analysis/stats/random.ts";

Deno.test("the generator gives the numbers of the published xoshiro128**", () => {
  const random = new Xoshiro128([1, 2, 3, 4]);
  const published = [
    11520,
    0,
    5927040,
    70819200,
    2031721883,
    1637235492,
    1287239034,
    3734860849,
    3729100597,
    4258142804,
  ];
  assert.deepEqual(published.map(() => random.uint32()), published);
});

Deno.test("the same seed gives the same numbers, another seed others, and none is the default", () => {
  const draw = (random: Xoshiro128) => Array.from({ length: 20 }, () => random.uint32());
  assert.deepEqual(draw(Xoshiro128.seeded(5)), draw(Xoshiro128.seeded(5)));
  assert.notDeepEqual(draw(Xoshiro128.seeded(5)), draw(Xoshiro128.seeded(6)));
  assert.deepEqual(draw(Xoshiro128.seeded()), draw(Xoshiro128.seeded(DEFAULT_SEED)));
});

Deno.test("uniform numbers lie in [0, 1) and fill 64 bins evenly", () => {
  const random = Xoshiro128.seeded();
  const counts = new Array<number>(64).fill(0);
  const draws = 64_000;
  for (let i = 0; i < draws; i++) {
    const u = random.uniform();
    assert.ok(u >= 0 && u < 1);
    counts[Math.floor(64 * u)]!++;
  }
  const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  assert.ok(chiSquareSurvival(chiSquare, 63) > 0.001, `chi-square ${chiSquare} with 63 degrees of freedom`);
});

Deno.test("drawing to the front keeps all values and draws every subset equally often", () => {
  const random = Xoshiro128.seeded(9);
  const counts = new Map<string, number>();
  for (let i = 0; i < 10_000; i++) {
    const values = Float64Array.of(1, 2, 3, 4, 5);
    drawToFront(values, 2, random);
    assert.deepEqual([...values].sort(), [1, 2, 3, 4, 5]);
    const key = [...values.subarray(0, 2)].sort().join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assert.equal(counts.size, 10);
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  assert.ok(chiSquareSurvival(chiSquare, 9) > 0.001, `chi-square ${chiSquare}`);
});

Deno.test("draws that are counted are those that index() would choose, and leave the generator where it would be", () => {
  for (const [draws, limit] of [[0, 1], [1, 1], [30, 30], [1000, 7], [5, 400]] as const) {
    const [counted, single] = [Xoshiro128.seeded(draws), Xoshiro128.seeded(draws)];
    const counts = new Uint16Array(limit).fill(9);
    counted.countIndexes(counts, draws, limit);
    const expected = new Uint16Array(limit);
    for (let draw = 0; draw < draws; draw++) expected[single.index(limit)]!++;
    assert.deepEqual(counts, expected);
    assert.equal(counted.uint32(), single.uint32());
  }
});
