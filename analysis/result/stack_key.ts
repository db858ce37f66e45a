/** Keys of stack clusters: how they are made, and how those of earlier programs are read. */

/** A text that begins with this letter cannot be taken for a number. */
const LETTER = "s";
const DIGITS = 16;

/**
 * Key of a stack cluster: `s` and FNV-1a, 64 bits, over the UTF-8 of the frames joined by `;`, innermost
 * first. It depends only on symbol names, so the same stack has the same key on every machine.
 *
 * @param frames normalised symbol names
 * @returns `s` and 16 lower-case hex digits
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(stackKey([]), "scbf29ce484222325");
 * assert.equal(stackKey(["a"]), "saf63dc4c8601ec8c");
 * ```
 */
export function stackKey(frames: readonly string[]): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(frames.join(";"))) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return LETTER + hash.toString(16).padStart(DIGITS, "0");
}

/** Whether a text has the form of a key. */
export function isStackKey(text: string): boolean {
  return /^s[0-9a-f]{16}$/.test(text);
}

/** A key in today's form: earlier programs wrote only the digits. */
export function withLetter(key: string): string {
  return /^[0-9a-f]{16}$/.test(key) ? LETTER + key : key;
}
