/**
 * Kernel symbols from /proc/kallsyms. A guest under emulation needs seconds for every pass over its 200,000
 * lines, so the file is read once as bytes, one pass notes address and place of each text symbol in typed arrays,
 * and a name becomes a string only when a stack asks for it.
 */

/** Addresses are kept as numbers: the low 53 bits tell all kernel addresses apart (the bits above are all ones). */
const LOW_53_BITS = (1n << 53n) - 1n;

/**
 * No kernel function is as long as this. An address farther from the symbol below it lies in code without
 * symbols (a JIT-compiled program where bpf_jit_kallsyms is off), not in that symbol.
 */
const LONGEST_FUNCTION = 0x40000;

/** Marks at the end of a section: an address behind them belongs to nothing. */
const END_MARKS: ReadonlySet<string> = new Set(["_etext", "_einittext", "__end_rodata"]);

const NEWLINE = 0x0a;
const SPACE = 0x20;
const TAB = 0x09;

/** Text symbols in ascending order of address. */
interface SortedSymbols {
  readonly addresses: Float64Array;
  /** Where each name begins in the file. */
  readonly names: Uint32Array;
}

export class Symbols {
  readonly #bytes: Uint8Array;
  /** The kernel image comes sorted; modules and generated code follow it unsorted. */
  readonly #image: SortedSymbols;
  readonly #rest: SortedSymbols;
  readonly #known = new Map<bigint, string | null>();

  /**
   * Every address in the file is zero: kptr_restrict, or CAP_SYSLOG is missing. Nothing can be symbolised then
   * and `symbolise` returns null for every address.
   */
  readonly hidden: boolean;

  private constructor(bytes: Uint8Array, all: SortedSymbols, hidden: boolean) {
    this.#bytes = bytes;
    this.hidden = hidden;
    const { addresses, names } = all;
    let sorted = 1;
    while (sorted < addresses.length && addresses[sorted]! >= addresses[sorted - 1]!) sorted++;
    this.#image = { addresses: addresses.subarray(0, sorted), names: names.subarray(0, sorted) };
    this.#rest = sortedByAddress(addresses.subarray(sorted), names.subarray(sorted));
  }

  /** @param bytes content of /proc/kallsyms; kept, not copied */
  static parse(bytes: Uint8Array): Symbols {
    // The shortest line is 16 digits, space, type, space, one character, newline.
    const capacity = Math.ceil(bytes.length / 20);
    const addresses = new Float64Array(capacity);
    const names = new Uint32Array(capacity);
    let count = 0;
    let shown = false;
    for (let line = 0; line < bytes.length;) {
      const space = bytes.indexOf(SPACE, line);
      if (space < 0) break;
      const address = parseHex53(bytes, line, space);
      if (address !== 0) shown = true;
      if (address !== 0 && isText(bytes[space + 1]!)) {
        addresses[count] = address;
        names[count++] = space + 3;
      }
      const end = bytes.indexOf(NEWLINE, space);
      if (end < 0) break;
      line = end + 1;
    }
    return new Symbols(
      bytes,
      { addresses: addresses.subarray(0, count), names: names.subarray(0, count) },
      !shown,
    );
  }

  /**
   * Name of the function that holds an address, without offset and module; null when no symbol covers it.
   * Of several names for one address the one that the kernel lists first is taken, as the kernel itself does.
   */
  symbolise(address: bigint): string | null {
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    const name = this.#lookUp(Number(address & LOW_53_BITS));
    this.#known.set(address, name);
    return name;
  }

  #lookUp(address: number): string | null {
    const image = floor(this.#image.addresses, address);
    const rest = floor(this.#rest.addresses, address);
    const imageAddress = image < 0 ? -1 : this.#image.addresses[image]!;
    const restAddress = rest < 0 ? -1 : this.#rest.addresses[rest]!;
    const nearest = Math.max(imageAddress, restAddress);
    if (nearest < 0 || address - nearest >= LONGEST_FUNCTION) return null;
    const name = this.#nameAt(
      imageAddress >= restAddress ? this.#image.names[image]! : this.#rest.names[rest]!,
    );
    return END_MARKS.has(name) ? null : name;
  }

  #nameAt(start: number): string {
    let end = start;
    while (end < this.#bytes.length && this.#bytes[end] !== NEWLINE && this.#bytes[end] !== TAB) end++;
    return new TextDecoder().decode(this.#bytes.subarray(start, end));
  }
}

/** t, T: text; w, W: weak text. Data symbols never hold an instruction. */
function isText(type: number): boolean {
  return (type | 0x20) === 0x74 || (type | 0x20) === 0x77;
}

/** The low 53 bits of a hexadecimal number of at most 16 digits. */
function parseHex53(bytes: Uint8Array, start: number, end: number): number {
  let high = 0;
  let low = 0;
  for (let i = start; i < end; i++) {
    const code = bytes[i]!;
    const digit = code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57;
    if (end - i > 8) high = (high * 16 + digit) & 0x1fffff;
    else low = low * 16 + digit;
  }
  return high * 0x1_0000_0000 + low;
}

/** Index of the first of the equal addresses nearest at or below `address`; -1 when there is none. */
function floor(addresses: Float64Array, address: number): number {
  let low = 0;
  let high = addresses.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (addresses[middle]! <= address) low = middle + 1;
    else high = middle;
  }
  let index = low - 1;
  while (index > 0 && addresses[index - 1] === addresses[index]) index--;
  return index;
}

function sortedByAddress(addresses: Float64Array, names: Uint32Array): SortedSymbols {
  const order = Uint32Array.from(addresses.keys());
  order.sort((a, b) => addresses[a]! - addresses[b]! || a - b);
  return {
    addresses: Float64Array.from(order, (index) => addresses[index]!),
    names: Uint32Array.from(order, (index) => names[index]!),
  };
}
