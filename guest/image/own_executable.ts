/**
 * The program's own executable as a guest needs it: where the runtime lies in it, which libraries it opens.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { readElf } from "./elf.ts";

/** First bytes of the last {@linkcode TRAILER_BYTES} of a packed executable: `struct trailer` in build/parts/launcher.c. */
export const PACK_MAGIC = "probe pack 4\n";
export const TRAILER_BYTES = 64;

/**
 * Where the runtime begins in the packed executable at `path`; undefined when the file is not a packed
 * executable.
 */
function runtimeOffset(path: string): number | undefined {
  using file = Deno.openSync(path);
  const { size } = file.statSync();
  if (size < TRAILER_BYTES) return undefined;
  file.seekSync(size - TRAILER_BYTES, Deno.SeekMode.Start);
  const trailer = new Uint8Array(TRAILER_BYTES);
  if (file.readSync(trailer) !== TRAILER_BYTES) return undefined;
  if (new TextDecoder().decode(trailer.subarray(0, PACK_MAGIC.length)) !== PACK_MAGIC) return undefined;
  return Number(new DataView(trailer.buffer).getBigUint64(16, true));
}

/**
 * The shared libraries that the executable at `path` needs, by name, and the path of their loader. For a
 * packed executable these come from the runtime inside it; its own headers name none.
 */
export function runtimeLibraries(path: string): readonly string[] {
  const elf = readElf(path, runtimeOffset(path));
  if (elf?.interpreter === undefined) {
    throw new TypeError(`${path} must be a packed or a dynamically linked executable`);
  }
  return [...elf.needed, elf.interpreter];
}

/** Path of the executable that runs this program. A Failure when it runs from its sources. */
export function ownExecutable(): string {
  const path = Deno.execPath();
  if (Deno.build.standalone || runtimeOffset(path) !== undefined) return path;
  throw new Failure(
    EXIT.usage,
    "probe ab copies its own executable to the other side, and this program runs from its sources",
    "build it (deno task build) and call dist/probe ab",
  );
}
