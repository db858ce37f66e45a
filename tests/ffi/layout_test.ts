import assert from "node:assert/strict";
import { CHAIN, CHAIN_SEEN } from "../../ffi/layout.generated.ts";

/**
 * Bits of one word were lost: on 6.12-rt a waker's `ttwu_return_ns` was missing from a complete run, as the CPU of
 * its target put the word back as it had been before the return.
 */
Deno.test("each fact of a chain has a byte of its own, which no other CPU writes with its own fact", () => {
  const { seen } = CHAIN.fields;
  const places = Object.values(CHAIN_SEEN);
  assert.equal(seen.bytes, 1);
  assert.ok(places.every((place) => place < seen.count), `${Math.max(...places)} of ${seen.count}`);
  assert.equal(new Set(places).size, places.length);
});
