/** Opens a result file of this machine and reads it in pieces, with the system's errors in words. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { readResultFile, type ResultFile } from "../../analysis/result/file.ts";
import type { ReadableFile } from "../../ffi/guarded_file.ts";
import { openNamed } from "../machine/named_file.ts";
import type { RowVisitor } from "../../analysis/result/row_view.ts";

const CHUNK_BYTES = 1 << 18;
const RESULT_FILE = "a result file of `probe run`";

/**
 * @param path as the user named it; `-` is standard input
 * @param visitor receives each row, for callers that need more than a ResultFile keeps
 * @param take receives the bytes as they are read; each piece is overwritten by the next
 * @throws Failure when the file cannot be read or is refused
 */
export function readFile(
  path: string,
  visitor: RowVisitor | null = null,
  take: (bytes: Uint8Array) => void = () => {},
): ResultFile {
  using file = openNamed(path, RESULT_FILE);
  try {
    return readResultFile(path, chunksOf(file, take), visitor);
  } catch (error) {
    if (!isOutOfMemory(error)) throw error;
    throw new Failure(
      EXIT.failed,
      `cannot read ${path}: its rows need more memory than there is`,
      "read it where there is more, or measure fewer runs per file",
      { cause: error },
    );
  }
}

/** The runtime's message when a column cannot grow. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError && /allocation failed|maximum size exceeded/.test(error.message);
}

/** The bytes of a file in pieces; each piece is overwritten by the next. */
function* chunksOf(file: ReadableFile, take: (bytes: Uint8Array) => void): Generator<Uint8Array> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let n = file.readSync(buffer); n !== null; n = file.readSync(buffer)) {
    take(buffer.subarray(0, n));
    yield buffer.subarray(0, n);
  }
}
