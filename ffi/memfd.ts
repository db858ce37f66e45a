/** Bytes as a file without a path on disk: shared libraries are opened from it through /proc/self/fd. */

const libcSymbols = {
  // int memfd_create(const char *name, unsigned int flags);
  memfd_create: { parameters: ["buffer", "u32"], result: "i32" },
  // ssize_t write(int fd, const void *buf, size_t count);
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  // int close(int fd);
  close: { parameters: ["i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const MFD_CLOEXEC = 1;

/**
 * Calls `use` with the path of a memfd that holds `bytes`. The path is good only while `use` runs; what was
 * mapped or opened from it stays.
 *
 * @throws {Error} when the kernel gives no memfd or it cannot be filled
 */
export function withMemfd<T>(name: string, bytes: Uint8Array<ArrayBuffer>, use: (path: string) => T): T {
  using libc = Deno.dlopen("libc.so.6", libcSymbols);
  const fd = libc.symbols.memfd_create(new TextEncoder().encode(`${name}\0`), MFD_CLOEXEC);
  if (fd < 0) throw new Error(`memfd_create for ${name} failed`);
  try {
    for (let written = 0; written < bytes.length;) {
      const rest = bytes.subarray(written);
      const count = Number(libc.symbols.write(fd, rest, BigInt(rest.length)));
      if (count <= 0) throw new Error(`only ${written} of ${bytes.length} bytes of ${name} fit into its memfd`);
      written += count;
    }
    return use(`/proc/self/fd/${fd}`);
  } finally {
    libc.symbols.close(fd);
  }
}
