/**
 * Files of /proc and /sys, read and written through libc: Deno itself opens them only for a process that has
 * every permission, including the network, and this program never has that one.
 */

const libcSymbols = {
  // int open(const char *path, int flags);
  open: { parameters: ["buffer", "i32"], result: "i32" },
  // ssize_t read(int fd, void *buf, size_t count);
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  // ssize_t write(int fd, const void *buf, size_t count);
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  // int close(int fd);
  close: { parameters: ["i32"], result: "i32" },
  // ssize_t readlink(const char *path, char *buf, size_t size);
  readlink: { parameters: ["buffer", "buffer", "usize"], result: "isize" },
  // int access(const char *path, int mode);
  access: { parameters: ["buffer", "i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

const F_OK = 0;
const O_RDONLY = 0;
const O_WRONLY = 1;
const O_CLOEXEC = 0o2000000;
const FIRST_CAPACITY = 65_536;

type Libc = Deno.DynamicLibrary<typeof libcSymbols>;

let opened: Libc | undefined;

/** Opened once: that takes 2 ms, and writing a row must take less. */
function openLibc(): Libc {
  return opened ??= Deno.dlopen("libc.so.6", libcSymbols);
}

/** Whether a file of /proc or /sys is there, readable or not. */
export function kernelFileExists(path: string): boolean {
  return openLibc().symbols.access(new TextEncoder().encode(`${path}\0`), F_OK) === 0;
}

const LONGEST_LINK = 4096;

/** @returns the target of a symbolic link in /proc; null when it cannot be read or is not a link */
export function readKernelLink(path: string): string | null {
  const target = new Uint8Array(LONGEST_LINK);
  const length = Number(
    openLibc().symbols.readlink(new TextEncoder().encode(`${path}\0`), target, BigInt(target.length)),
  );
  return length < 0 ? null : new TextDecoder().decode(target.subarray(0, length));
}

/** @returns the file's bytes; null when it cannot be opened or read */
export function readKernelFile(path: string): Uint8Array<ArrayBuffer> | null {
  const libc = openLibc();
  const fd = libc.symbols.open(new TextEncoder().encode(`${path}\0`), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return null;
  const bytes = readToEnd(libc, fd);
  libc.symbols.close(fd);
  return bytes;
}

/**
 * Writes a setting of the kernel, in one write.
 *
 * @returns whether the kernel accepted the write; read the file again to see the value that took effect
 */
export function writeKernelFile(path: string, text: string): boolean {
  const libc = Deno.dlopen("libc.so.6", libcSymbols);
  try {
    const fd = libc.symbols.open(new TextEncoder().encode(`${path}\0`), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return false;
    const bytes = new TextEncoder().encode(text);
    const written = Number(libc.symbols.write(fd, bytes, BigInt(bytes.length)));
    libc.symbols.close(fd);
    return written === bytes.length;
  } finally {
    libc.close();
  }
}

/**
 * Writes into a file whose setting the kernel honours only while the file is open, such as
 * /dev/cpu_dma_latency.
 *
 * @returns disposing it closes the file, and so does the end of the process; null when the file refuses the
 *   write
 */
export function holdKernelFile(path: string, bytes: Uint8Array<ArrayBuffer>): Disposable | null {
  const { symbols } = openLibc();
  const fd = symbols.open(new TextEncoder().encode(`${path}\0`), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return null;
  const close = () => void symbols.close(fd);
  if (Number(symbols.write(fd, bytes, BigInt(bytes.length))) === bytes.length) {
    return { [Symbol.dispose]: close };
  }
  close();
  return null;
}

function readToEnd(libc: Libc, fd: number): Uint8Array<ArrayBuffer> | null {
  let bytes = new Uint8Array(FIRST_CAPACITY);
  for (let length = 0;;) {
    // The size of such a file is not known until its end is reached.
    if (length === bytes.length) {
      const longer = new Uint8Array(2 * bytes.length);
      longer.set(bytes);
      bytes = longer;
    }
    const rest = bytes.subarray(length);
    const count = Number(libc.symbols.read(fd, rest, BigInt(rest.length)));
    if (count < 0) return null;
    if (count === 0) return bytes.subarray(0, length);
    length += count;
  }
}
