import assert from "node:assert/strict";
import fc from "fast-check";
import { blocksOf, thinnedRanks } from "../../../../analysis/report/plots/thin.ts";

Deno.test("thinned ranks ascend, are at most as many as asked, and keep both ends", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000_000 }), fc.integer({ min: 6, max: 400 }), (n, most) => {
      const ranks = thinnedRanks(n, most);
      assert.ok(ranks.length <= most && ranks.length > 0);
      assert.equal(ranks[0], 0);
      assert.equal(ranks.at(-1), n - 1);
      ranks.forEach((rank, i) => assert.ok(Number.isInteger(rank) && (i === 0 || rank > ranks[i - 1]!)));
    }),
  );
});

Deno.test("no two neighbours among thinned ranks are further apart than an even share of all", () => {
  const ranks = thinnedRanks(1_000_000, 400);
  const gaps = ranks.slice(1).map((rank, i) => rank - ranks[i]!);
  assert.ok(Math.max(...gaps) <= 1_000_000 / 134, String(Math.max(...gaps)));
});

Deno.test("blocks cover all runs once", () => {
  fc.assert(fc.property(fc.integer({ min: 60, max: 100_000 }), (n) => {
    const blocks = blocksOf(n, 60);
    assert.equal(blocks[0]![0], 0);
    assert.equal(blocks.at(-1)![1], n);
    blocks.slice(1).forEach(([start], i) => assert.equal(start, blocks[i]![1]));
  }));
});
