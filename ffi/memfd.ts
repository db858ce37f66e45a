/** Bytes as a file without a path on disk: shared libraries are opened from it through /proc/self/fd. */

import { writeAllSync } from "../system/write_all.ts";

const libcSymbols = {
  // int memfd_create(const char *name, unsigned int flags);
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
  // ssize_t write(int fd, const void *buf, size_t count);
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
} as const satisfies Deno.ForeignLibraryInterface;

const MFD_CLOEXEC = 1;

/**
 * Puts `bytes` into a memfd and returns its path, valid until the process ends.
 *
 * The descriptor stays open on purpose. For a path that glibc has opened before, dlopen() returns the library
 * it loaded then. The number of a closed descriptor is used again, so libbpf would turn out to be libelf.
 *
 * @throws {Error} when the kernel gives no memfd or it cannot be filled
 */
export function memfdPath(name: string, bytes: Uint8Array<ArrayBuffer>): string {
  const libc = Deno.dlopen("libc.so.6", libcSymbols);
  try {
    const fd = libc.symbols.memfd_create(new TextEncoder().encode(`${name}\0`), MFD_CLOEXEC);
    if (fd < 0) throw new Error(`memfd_create for ${name} failed`);
    const file = {
      writeSync(rest: Uint8Array<ArrayBuffer>): number {
        const count = Number(libc.symbols.write(fd, rest, BigInt(rest.length)));
        if (count > 0) return count;
        const written = bytes.length - rest.length;
        throw new Error(`only ${written} of ${bytes.length} bytes of ${name} fit into its memfd`);
      },
    };
    writeAllSync(file, bytes);
    return `/proc/self/fd/${fd}`;
  } finally {
    libc.close();
  }
}
