/**
 * Names for the kernel addresses of a stack. One pass over /proc/kallsyms stores address and position of each
 * text symbol in typed arrays; a name becomes a string only when a stack needs it.
 */

import { Kallsyms, TEXT_TYPES } from "../probes/kallsyms.ts";

/** Addresses in the form of {@linkcode Kallsyms.lowAddress}. */
const LOW_53_BITS = (1n << 53n) - 1n;

/**
 * Longer than any kernel function. An address that is farther from the symbol below it lies in code without
 * symbols (a JIT-compiled program when bpf_jit_kallsyms is off), not in that symbol's function.
 */
const LONGEST_FUNCTION = 0x40000;

/** Marks at the end of a section: an address after them belongs to no function. */
const END_MARKS: ReadonlySet<string> = new Set(["_etext", "_einittext", "__end_rodata"]);

/** Text symbols in ascending order of address. */
interface SortedSymbols {
  readonly addresses: Float64Array;
  /** Which symbol of the file each is. */
  readonly symbols: Uint32Array;
}

export class Symbols {
  readonly #file: Kallsyms;
  /** The kernel image is sorted; modules and generated code follow it unsorted. */
  readonly #image: SortedSymbols;
  readonly #rest: SortedSymbols;
  readonly #known = new Map<bigint, string | null>();

  /**
   * Every address in the file is zero: kptr_restrict, or CAP_SYSLOG is missing. Then `symbolise` returns null
   * for every address.
   */
  readonly hidden: boolean;

  private constructor(file: Kallsyms, all: SortedSymbols, hidden: boolean) {
    this.#file = file;
    this.hidden = hidden;
    const { addresses, symbols } = all;
    let sorted = 1;
    while (sorted < addresses.length && addresses[sorted]! >= addresses[sorted - 1]!) sorted++;
    this.#image = { addresses: addresses.subarray(0, sorted), symbols: symbols.subarray(0, sorted) };
    this.#rest = sortedByAddress(addresses.subarray(sorted), symbols.subarray(sorted));
  }

  /** @param bytes content of /proc/kallsyms; kept, not copied */
  static parse(bytes: Uint8Array): Symbols {
    const file = new Kallsyms(bytes);
    const addresses = new Float64Array(file.capacity);
    const symbols = new Uint32Array(file.capacity);
    let count = 0;
    let shown = false;
    file.each((symbol, type) => {
      const address = file.lowAddress(symbol);
      if (address === 0) return;
      shown = true;
      if (!TEXT_TYPES.has(type)) return;
      addresses[count] = address;
      symbols[count++] = symbol;
    });
    const all = { addresses: addresses.subarray(0, count), symbols: symbols.subarray(0, count) };
    return new Symbols(file, all, !shown);
  }

  /**
   * Name of the function that contains an address, without offset and module; null when no symbol covers it.
   * When one address has several names, it takes the first that the kernel lists, as the kernel itself does.
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
    const name = this.#file.name(
      imageAddress >= restAddress ? this.#image.symbols[image]! : this.#rest.symbols[rest]!,
    );
    return END_MARKS.has(name) ? null : name;
  }
}

/**
 * Index of the symbol nearest at or below `address`, the first of those with equal addresses; -1 without one.
 */
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

function sortedByAddress(addresses: Float64Array, symbols: Uint32Array): SortedSymbols {
  const order = Uint32Array.from(addresses.keys());
  order.sort((a, b) => addresses[a]! - addresses[b]! || a - b);
  return {
    addresses: Float64Array.from(order, (index) => addresses[index]!),
    symbols: Uint32Array.from(order, (index) => symbols[index]!),
  };
}
