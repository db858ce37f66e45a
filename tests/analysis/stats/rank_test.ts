import assert from "node:assert/strict";
import { ordered } from "../../../analysis/stats/ordered.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { countsBelowAndUpTo } from "../../../analysis/stats/rank.ts";

Deno.test("values below and values up to one are counted as by looking at all of them", () => {
  const random = Xoshiro128.seeded(7);
  for (const n of [0, 1, 2, 5, 4095, 4096, 4097, 8192, 9001]) {
    for (const distinct of [1, 3, 500, 1e9]) {
      // One value in a hundred lies far off.
      const draw = () => Math.floor(random.uniform() * distinct) * (random.uniform() < 0.01 ? 1e6 : 1);
      const sorted = Float64Array.from({ length: n }, draw).sort();
      const values = Float64Array.from([
        -1,
        distinct,
        ...Array.from({ length: 60 }, draw),
        ...sorted.slice(-3),
      ]);
      const counted = values.map((value) =>
        sorted.filter((other) => other < value).length + sorted.filter((other) => other <= value).length
      );
      assert.deepEqual(countsBelowAndUpTo(ordered(values), sorted), counted, `${n} of ${distinct}`);
    }
  }
});
