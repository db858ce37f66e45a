import assert from "node:assert/strict";
import { CHAIN, CHAIN_SEEN } from "../../ffi/layout.generated.ts";

/**
 * With one bit per fact in a word, bits got lost: on 6.12-rt a waker's `ttwu_return_ns` was missing from a
 * complete run, because the target's CPU wrote the word back with its value from before the return.
 */
Deno.test("each fact of a chain has a byte of its own, which no other CPU writes with its own fact", () => {
  const { seen } = CHAIN.fields;
  const places = Object.values(CHAIN_SEEN);
  assert.equal(seen.bytes, 1);
  assert.ok(places.every((place) => place < seen.count), `${Math.max(...places)} of ${seen.count}`);
  assert.equal(new Set(places).size, places.length);
});
