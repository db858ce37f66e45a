/**
 * Files below /dev, /proc and /sys that a user names, read through libc: Deno itself opens them only for a
 * process that has every permission.
 */

import { ERRNO, errnoName } from "../system/errno.ts";

const libcSymbols = {
  // int open(const char *path, int flags);
  open: { parameters: ["buffer", "i32"], result: "i32" },
  // ssize_t read(int fd, void *buf, size_t count);
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  // int close(int fd);
  close: { parameters: ["i32"], result: "i32" },
  // int *__errno_location(void);
  __errno_location: { parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

const O_RDONLY = 0;
const O_CLOEXEC = 0o2000000;

/** The kernel refused; `errno` says why. */
export class GuardedFileError extends Error {
  constructor(call: string, readonly errno: number) {
    super(`${call} failed with ${errnoName(errno)}`);
  }
}

/** A file that is open for reading; disposing it closes it. */
export interface ReadableFile extends Disposable {
  /** @returns how many bytes were read; null at the end */
  readSync(buffer: Uint8Array<ArrayBuffer>): number | null;
}

/**
 * @param path absolute or relative
 * @throws GuardedFileError, as its readSync() does
 */
export function openGuardedFile(path: string): ReadableFile {
  const libc = Deno.dlopen("libc.so.6", libcSymbols);
  const { open, read, close, __errno_location } = libc.symbols;
  const errno = () => new Deno.UnsafePointerView(__errno_location()!).getInt32();
  const fd = open(new TextEncoder().encode(`${path}\0`), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw new GuardedFileError("open", errno());
  return {
    readSync(buffer) {
      for (;;) {
        const count = Number(read(fd, buffer, BigInt(buffer.length)));
        if (count >= 0) return count === 0 ? null : count;
        const why = errno();
        if (why !== ERRNO.EINTR) throw new GuardedFileError("read", why);
      }
    },
    [Symbol.dispose]: () => void close(fd),
  };
}
