/**
 * A file of a throwaway guest that outlives the guest: init.c copies it, while it grows, into memory that
 * QEMU shares with a file on this machine. So no byte of it passes a port, which would cost the guest an exit
 * during the measurement.
 */

import { SHARED_MEMORY } from "../qemu/qemu.ts";

/** KEPT_SIZE of init.c. */
const SIZE = "256M";
/** Size of the count at the start of struct kept, which says how many bytes were copied. */
const HEADER = 8;

/**
 * @param path of the file on this machine; it is created, and uses disk space only for what was copied
 * @returns QEMU arguments that add the device; init.c finds it at KEPT
 */
export function keepingArguments(path: string): string[] {
  // QEMU's options need each comma doubled.
  const memory = `memory-backend-file,id=kept,share=on,size=${SIZE},mem-path=${path.replaceAll(",", ",,")}`;
  return ["-object", memory, "-device", `${SHARED_MEMORY},memdev=kept,bus=pcie.0,addr=0x1e`];
}

/** @returns the lines that were copied; undefined without any */
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
