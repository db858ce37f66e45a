/**
 * A file of a throwaway guest that outlives it: init.c copies it, as it grows, into memory that QEMU shares with a
 * file here. No byte of it passes a port, which would cost the guest an exit each while it is being measured.
 */

import { SHARED_MEMORY } from "../qemu/qemu.ts";

/** KEPT_SIZE of init.c. */
const SIZE = "256M";
/** Bytes of struct kept before the copy: how many were copied. */
const HEADER = 8;

/**
 * @param path of the file here; it is made, and takes room only for what was copied
 * @returns arguments for a QEMU that has the device; its place is KEPT of init.c
 */
export function keepingArguments(path: string): string[] {
  // In QEMU's options a comma is doubled.
  const memory = `memory-backend-file,id=kept,share=on,size=${SIZE},mem-path=${path.replaceAll(",", ",,")}`;
  return ["-object", memory, "-device", `${SHARED_MEMORY},memdev=kept,bus=pcie.0,addr=0x1e`];
}

/** @returns the lines that were copied; undefined when there are none */
export function readKept(path: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    using file = Deno.openSync(path);
    const header = readExactly(file, HEADER);
    const copied = readExactly(file, Number(new DataView(header.buffer).getBigUint64(0, true)));
    const end = copied.lastIndexOf(0x0a) + 1;
    return end === 0 ? undefined : copied.subarray(0, end);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function readExactly(file: Deno.FsFile, size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size;) {
    const n = file.readSync(bytes.subarray(at));
    if (n === null) throw new RangeError(`a kept file must have ${size} bytes from here, got ${at}`);
    at += n;
  }
  return bytes;
}
