/** A write takes as many bytes as it likes; these go on until it has taken all. */

/**
 * @param to a file, a standard stream, or what behaves like one
 * @throws what a write throws; part of the bytes may be written then
 */
export function writeAllSync<B extends ArrayBufferLike>(
  to: { writeSync(bytes: Uint8Array<B>): number },
  bytes: Uint8Array<B>,
): void {
  for (let written = 0; written < bytes.length;) written += to.writeSync(bytes.subarray(written));
}

/** As {@linkcode writeAllSync}, and other work goes on meanwhile. */
export async function writeAll<B extends ArrayBufferLike>(
  to: { write(bytes: Uint8Array<B>): Promise<number> },
  bytes: Uint8Array<B>,
): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await to.write(bytes.subarray(written));
}

/** As {@linkcode writeAllSync} for what is worth nothing to who is not there: a reader that has gone, a full disk. */
export function writeOrDropSync<B extends ArrayBufferLike>(
  to: { writeSync(bytes: Uint8Array<B>): number },
  bytes: Uint8Array<B>,
): void {
  try {
    writeAllSync(to, bytes);
  } catch {
    // Nobody is told: this was the way to tell.
  }
}
