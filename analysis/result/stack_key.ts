/**
 * Key of a stack cluster: FNV-1a, 64 bits, over the UTF-8 of the frames joined by `;`, innermost first.
 * Depends on symbol names alone, so the same stack has the same key on every machine.
 *
 * @param frames normalised symbol names
 * @returns 16 lower-case hex digits
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(stackKey([]), "cbf29ce484222325");
 * assert.equal(stackKey(["a"]), "af63dc4c8601ec8c");
 * ```
 */
export function stackKey(frames: readonly string[]): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(frames.join(";"))) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, "0");
}
