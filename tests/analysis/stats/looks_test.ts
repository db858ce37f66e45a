import assert from "node:assert/strict";
import { levelOfEachLook } from "../../../analysis/stats/looks.ts";
import { normalQuantile } from "../../../analysis/stats/special.ts";
import { close, golden } from "./golden.ts";

const boundOf = (looks: number, tail: number) => -normalQuantile(levelOfEachLook(looks, tail));

Deno.test("Pocock's bounds are those of R, by its own quadrature and by gsDesign's grid", () => {
  for (const { looks, tail, bound, adaptive } of golden("looks")) {
    const found = boundOf(looks, tail);
    close(found, bound, `${looks} looks, ${tail}`);
    if (adaptive !== null) close(found, adaptive, `${looks} looks, ${tail}, adaptive`, 1e-11);
  }
});

Deno.test("Pocock's bounds are the published ones", () => {
  // Jennison and Turnbull (2000), table 2.1; gsDesign(test.type = 2, sfu = "Pocock") prints the same.
  const published = [
    [0.025, { 1: 1.96, 2: 2.178, 3: 2.289, 4: 2.361, 5: 2.413, 10: 2.555 }],
    [0.05, { 1: 1.645, 2: 1.875, 3: 1.992, 4: 2.067, 5: 2.122, 10: 2.27 }],
  ] as const;
  for (const [tail, bounds] of published) {
    for (const [looks, bound] of Object.entries(bounds)) {
      assert.equal(boundOf(Number(looks), tail).toFixed(3), bound.toFixed(3), `${looks} looks, ${tail}`);
    }
  }
});

Deno.test("each look has a smaller level the more looks there are, never below Bonferroni's", () => {
  for (const tail of [1e-12, 1e-4, 0.05, 0.49]) {
    let before = tail;
    for (let looks = 2; looks <= 20; looks++) {
      const level = levelOfEachLook(looks, tail);
      assert.ok(level < before && level > tail / looks, `${looks} looks, ${tail}: ${level}`);
      before = level;
    }
  }
});
