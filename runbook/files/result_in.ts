/** A result file of this machine: opened, read in pieces, the system's errors said in words. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { readResultFile, type ResultFile } from "../../analysis/result/file.ts";
import { naming } from "../machine/named_file.ts";
import type { RowVisitor } from "../../analysis/result/row_view.ts";

const CHUNK_BYTES = 1 << 18;
const RESULT_FILE = "a result file of `probe run`";

/** Standard input by its names; Deno opens the paths for a process with every permission only. */
const STANDARD_INPUT: readonly string[] = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

/** The part of Deno.FsFile in use. */
interface Input extends Disposable {
  readSync(buffer: Uint8Array): number | null;
}

let standardInputTaken = false;

/** @throws Failure (usage) at the second time: what was read is gone */
function openInput(path: string): Input {
  if (!STANDARD_INPUT.includes(path)) return naming(path, RESULT_FILE, () => Deno.openSync(path));
  if (standardInputTaken) {
    throw new Failure(EXIT.usage, "standard input is given twice", "give it once, the other side as a file");
  }
  standardInputTaken = true;
  return { readSync: (buffer) => Deno.stdin.readSync(buffer), [Symbol.dispose]: () => {} };
}

/**
 * @param path as the user named it; `-` is standard input
 * @param visitor takes each row, when more of it is wanted than a ResultFile keeps
 * @param take takes the bytes as they are read; a piece is overwritten by the next
 * @throws Failure when the file cannot be read or is refused
 */
export function readFile(
  path: string,
  visitor: RowVisitor | null = null,
  take: (bytes: Uint8Array) => void = () => {},
): ResultFile {
  using file = openInput(path);
  try {
    return readResultFile(path, chunksOf(path, file, take), visitor);
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

/** How the runtime says that a column cannot grow. */
function isOutOfMemory(error: unknown): boolean {
  return error instanceof RangeError && /allocation failed|maximum size exceeded/.test(error.message);
}

/** The bytes of a file in pieces; each piece is overwritten by the next. */
function* chunksOf(
  path: string,
  file: Input,
  take: (bytes: Uint8Array) => void,
): Generator<Uint8Array> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  const read = () => naming(path, RESULT_FILE, () => file.readSync(buffer));
  for (let n = read(); n !== null; n = read()) {
    take(buffer.subarray(0, n));
    yield buffer.subarray(0, n);
  }
}
