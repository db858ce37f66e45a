/** One write may take only part of the bytes; these functions repeat it until all are written. */

/**
 * @param to a file, a standard stream, or an object like them
 * @throws what a write throws; some of the bytes may be written by then
 */
export function writeAllSync<B extends ArrayBufferLike>(
  to: { writeSync(bytes: Uint8Array<B>): number },
  bytes: Uint8Array<B>,
): void {
  for (let written = 0; written < bytes.length;) written += to.writeSync(bytes.subarray(written));
}

/** Like {@linkcode writeAllSync}, but lets other work go on meanwhile. */
export async function writeAll<B extends ArrayBufferLike>(
  to: { write(bytes: Uint8Array<B>): Promise<number> },
  bytes: Uint8Array<B>,
): Promise<void> {
  for (let written = 0; written < bytes.length;) written += await to.write(bytes.subarray(written));
}

/**
 * Like {@linkcode writeAllSync}, but ignores errors: for messages that are worthless when the reader has gone
 * or the disk is full.
 */
export function writeOrDropSync<B extends ArrayBufferLike>(
  to: { writeSync(bytes: Uint8Array<B>): number },
  bytes: Uint8Array<B>,
): void {
  try {
    writeAllSync(to, bytes);
  } catch {
    // The error cannot be reported: this was the way to report it.
  }
}
