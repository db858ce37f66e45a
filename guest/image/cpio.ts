/**
 * Archives in the "newc" format, which the kernel unpacks as its initial file system. Format: cpio(5) and the
 * kernel's Documentation/driver-api/early-userspace/buffer-format.rst.
 */

import { writeAll } from "../../system/write_all.ts";

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFLNK = 0o120000;
const BLOCK = new Uint8Array(512);

/**
 * Writes entries one after the other. File contents are streamed, so an archive may be larger than memory.
 */
export class CpioWriter {
  #inode = 0;
  #written = 0;
  readonly #directories = new Set<string>();

  constructor(private readonly out: { write(bytes: Uint8Array): Promise<number> }) {}

  /** A folder and its parents; those already written are skipped. */
  async directory(path: string, mode = 0o755): Promise<void> {
    const name = entryName(path);
    if (name === "" || this.#directories.has(name)) return;
    await this.#parent(name);
    this.#directories.add(name);
    await this.#header(name, S_IFDIR | mode, 0);
  }

  /** A link to a folder: what is written below it later goes into that folder. */
  async symlink(path: string, target: string): Promise<void> {
    const name = entryName(path);
    await this.#parent(name);
    this.#directories.add(name);
    const bytes = new TextEncoder().encode(target);
    await this.#header(name, S_IFLNK | 0o777, bytes.length);
    await this.#write(bytes);
    await this.#align(4);
  }

  /** A file with `bytes` as content. */
  async file(path: string, mode: number, bytes: Uint8Array): Promise<void> {
    await this.#fileHeader(path, mode, bytes.length);
    await this.#write(bytes);
    await this.#align(4);
  }

  /** A file with the content of `source` on this machine. Error when its size changes meanwhile. */
  async copy(path: string, mode: number, source: string): Promise<void> {
    using file = await Deno.open(source);
    const { size } = await file.stat();
    await this.#fileHeader(path, mode, size);
    const buffer = new Uint8Array(1 << 20);
    let left = size;
    for (let n = await file.read(buffer); n !== null; n = await file.read(buffer)) {
      left -= n;
      if (left < 0) break;
      await this.#write(buffer.subarray(0, n));
    }
    if (left !== 0) throw new Error(`${source} changed its size while it was copied`);
    await this.#align(4);
  }

  /** Writes the trailer; nothing may follow it. */
  async end(): Promise<void> {
    this.#inode = -1;
    await this.#header("TRAILER!!!", 0, 0);
    await this.#align(512);
  }

  async #fileHeader(path: string, mode: number, size: number): Promise<void> {
    const name = entryName(path);
    await this.#parent(name);
    await this.#header(name, S_IFREG | mode, size);
  }

  async #parent(name: string): Promise<void> {
    const slash = name.lastIndexOf("/");
    if (slash > 0) await this.directory(name.slice(0, slash));
  }

  async #header(name: string, mode: number, size: number): Promise<void> {
    if (size > 0xffffffff) throw new RangeError(`"${name}" has ${size} bytes; newc holds at most 4 GiB - 1`);
    const encoded = new TextEncoder().encode(name);
    const links = mode >> 12 === S_IFDIR >> 12 ? 2 : 1;
    // inode, mode, uid, gid, links, mtime, size, device (2), special device (2), name size, checksum
    const fields = [++this.#inode, mode, 0, 0, links, 0, size, 0, 0, 0, 0, encoded.length + 1, 0];
    const hex = fields.map((field) => field.toString(16).padStart(8, "0")).join("");
    await this.#write(new TextEncoder().encode(`070701${hex}`));
    await this.#write(encoded);
    await this.#write(BLOCK.subarray(0, 1));
    await this.#align(4);
  }

  async #align(unit: number): Promise<void> {
    const rest = this.#written % unit;
    if (rest > 0) await this.#write(BLOCK.subarray(0, unit - rest));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await writeAll(this.out, bytes);
    this.#written += bytes.length;
  }
}

/** Names in the archive have no leading slash; names that could leave the root are refused. */
function entryName(path: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw new RangeError(`A path in the guest has no "..", got "${path}"`);
  return parts.join("/");
}
