/** What the dynamic loader needs to know about an executable or library, read from the ELF file (elf(5)). */

const PT_DYNAMIC = 2;
const PT_INTERP = 3;
const PT_LOAD = 1;
const DT_NEEDED = 1n;
const DT_STRTAB = 5n;

/** The dynamic section of a 64-bit little-endian ELF file. */
export interface Elf {
  /** `e_machine`: a number for each architecture. */
  machine: number;
  /** Path of the loader; undefined for libraries and static executables. */
  interpreter: string | undefined;
  /** Names such as `libc.so.6`, in the file's order; empty for a static executable. */
  needed: string[];
}

/**
 * Reads `source` (a path, or the file's bytes) from the byte `start` on; undefined when no ELF file is there.
 * Error for 32-bit or big-endian files.
 */
export function readElf(source: string | Uint8Array, start = 0): Elf | undefined {
  using file = new Bytes(source, start);
  const identity = file.at(0, 64);
  if (identity.byteLength < 64 || identity.getUint32(0) !== 0x7f454c46) return undefined;
  if (identity.getUint8(4) !== 2 || identity.getUint8(5) !== 1) {
    throw new Error(`${file.name} is no 64-bit little-endian ELF file; give one for this machine`);
  }
  const segments = programHeaders(file, identity);
  const interp = segments.find((segment) => segment.type === PT_INTERP);
  return {
    machine: identity.getUint16(18, true),
    interpreter: interp === undefined ? undefined : file.string(interp.offset, interp.size),
    needed: neededNames(file, segments),
  };
}

interface Segment {
  type: number;
  offset: number;
  address: bigint;
  size: number;
}

function programHeaders(file: Bytes, identity: DataView): Segment[] {
  const start = Number(identity.getBigUint64(32, true));
  const entrySize = identity.getUint16(54, true);
  const table = file.at(start, entrySize * identity.getUint16(56, true));
  const segments: Segment[] = [];
  for (let at = 0; at + 56 <= table.byteLength; at += entrySize) {
    segments.push({
      type: table.getUint32(at, true),
      offset: Number(table.getBigUint64(at + 8, true)),
      address: table.getBigUint64(at + 16, true),
      size: Number(table.getBigUint64(at + 32, true)),
    });
  }
  return segments;
}

function neededNames(file: Bytes, segments: Segment[]): string[] {
  const dynamic = segments.find((segment) => segment.type === PT_DYNAMIC);
  if (dynamic === undefined) return [];
  const table = file.at(dynamic.offset, dynamic.size);
  const names: bigint[] = [];
  let strings: bigint | undefined;
  for (let at = 0; at + 16 <= table.byteLength; at += 16) {
    const tag = table.getBigUint64(at, true);
    if (tag === DT_NEEDED) names.push(table.getBigUint64(at + 8, true));
    if (tag === DT_STRTAB) strings = table.getBigUint64(at + 8, true);
  }
  if (names.length === 0 || strings === undefined) return [];
  const stringsAt = fileOffset(strings, segments);
  return names.map((name) => file.string(stringsAt + Number(name), 4096));
}

/** The dynamic section contains addresses; the loadable segments say where these lie in the file. */
function fileOffset(address: bigint, segments: Segment[]): number {
  const segment = segments.find((candidate) =>
    candidate.type === PT_LOAD && address >= candidate.address &&
    address < candidate.address + BigInt(candidate.size)
  );
  if (segment === undefined) {
    throw new Error(`ELF address 0x${address.toString(16)} is in no loadable segment`);
  }
  return segment.offset + Number(address - segment.address);
}

/** Random access to a file or to bytes, so an executable of 100 MB is not read as a whole. */
class Bytes implements Disposable {
  readonly name: string;
  readonly #file: Deno.FsFile | undefined;
  readonly #bytes: Uint8Array | undefined;

  constructor(source: string | Uint8Array, private readonly start: number) {
    this.name = typeof source === "string" ? source : "the given executable";
    if (typeof source === "string") this.#file = Deno.openSync(source);
    else this.#bytes = source;
  }

  /** Up to `size` bytes from `offset`: fewer at the end of the file. */
  at(offset: number, size: number): DataView {
    if (this.#bytes !== undefined) {
      const part = this.#bytes.subarray(this.start + offset, this.start + offset + size);
      return new DataView(part.buffer, part.byteOffset, part.byteLength);
    }
    const buffer = new Uint8Array(size);
    this.#file!.seekSync(this.start + offset, Deno.SeekMode.Start);
    let done = 0;
    for (let n = this.#file!.readSync(buffer); n !== null && n > 0;) {
      done += n;
      n = done < size ? this.#file!.readSync(buffer.subarray(done)) : null;
    }
    return new DataView(buffer.buffer, 0, done);
  }

  /** The NUL-terminated string at `offset`, at most `limit` bytes long. */
  string(offset: number, limit: number): string {
    const view = this.at(offset, limit);
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  }

  [Symbol.dispose](): void {
    this.#file?.close();
  }
}
