/** Opens a result file of this machine and reads it in pieces, with the system's errors in words. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { readResultFile, type ResultFile } from "../../analysis/result/file.ts";
import { isParquet } from "../../analysis/result/foreign_form.ts";
import type { ReadableFile } from "../../ffi/guarded_file.ts";
import { openNamed } from "../machine/named_file.ts";
import type { RowVisitor } from "../../analysis/result/row_view.ts";

const CHUNK_BYTES = 1 << 18;
const RESULT_FILE = "a result file of `probe run`";
/** So many first bytes tell what a file is. */
const TELLING = 4;

/**
 * Reads a result file as `probe run` writes it.
 *
 * @param path as the user named it; `-` is standard input
 * @param visitor receives each row, for callers that need more than a ResultFile keeps
 * @throws Failure when the file cannot be read or is refused
 */
export function readFile(path: string, visitor: RowVisitor | null = null): ResultFile {
  using file = openNamed(path, RESULT_FILE);
  return readChunks(path, chunksOf(file, () => {}), visitor);
}

/**
 * Reads a result file as `probe run` writes it or as `probe export` does, as Parquet; its first bytes tell which.
 *
 * @param take receives the bytes as they are read; each piece is overwritten by the next
 */
export async function readAnyFile(
  path: string,
  visitor: RowVisitor | null = null,
  take: (bytes: Uint8Array) => void = () => {},
): Promise<ResultFile> {
  using file = openNamed(path, RESULT_FILE);
  const chunks = chunksOf(file, take);
  const first = firstOf(chunks);
  if (!isParquet(first)) return readChunks(path, continued(first, chunks), visitor);
  // Imported here so that only such a file pays for it.
  const { textOfParquet } = await import("../../analysis/parquet/read.ts");
  return readChunks(path, textOfParquet(path, joined(continued(first, chunks))), visitor);
}

/** @throws Failure */
function readChunks(path: string, chunks: Iterable<Uint8Array>, visitor: RowVisitor | null): ResultFile {
  try {
    return readResultFile(path, chunks, visitor);
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

/** The first bytes, enough to know what they are; fewer when there are no more. */
function firstOf(chunks: Iterator<Uint8Array>): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array();
  while (bytes.length < TELLING) {
    const { done, value } = chunks.next();
    if (done) break;
    bytes = joined([bytes, value]);
  }
  return bytes;
}

function* continued(first: Uint8Array, chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield first;
  yield* chunks;
}

/** A copy of all bytes. */
function joined(chunks: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  let whole = new Uint8Array();
  let length = 0;
  for (const chunk of chunks) {
    if (length + chunk.length > whole.length) {
      const larger = new Uint8Array(2 * (length + chunk.length));
      larger.set(whole.subarray(0, length));
      whole = larger;
    }
    whole.set(chunk, length);
    length += chunk.length;
  }
  return whole.slice(0, length);
}
