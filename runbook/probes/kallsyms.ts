/**
 * /proc/kallsyms, line by line: `ffffffff81000000 T name`, followed by a tab and `[module]` for symbols
 * outside the kernel image. A guest under emulation needs seconds for its 200,000 lines, so it is read as
 * bytes, and only what is asked for becomes a number or a string.
 */

/** A line of a 64-bit kernel begins with 16 digits, a blank, the type, a blank. */
const DIGITS = 16;
const TYPE_AT = 17;
const NAME_AT = 19;
/** The same with a name of one character and the line end. */
const SHORTEST_LINE = 21;

const NEWLINE = 0x0a;
const TAB = 0x09;
const SPACE = 0x20;
const BRACKET = 0x5d;

/** Types of functions (w and W: weak), and of variables: see nm(1). */
export const TEXT_TYPES: ReadonlySet<number> = new Set(new TextEncoder().encode("tTwW"));
export const DATA_TYPES: ReadonlySet<number> = new Set(new TextEncoder().encode("aAbBdDrR"));

/** A symbol is identified by where its line begins. */
export class Kallsyms {
  readonly #bytes: Uint8Array;

  /** @param bytes content of the file; kept, not copied */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** More than the number of symbols. */
  get capacity(): number {
    return Math.ceil(this.#bytes.length / (SHORTEST_LINE - 1));
  }

  /**
   * @param visit called with each symbol and its type, in the file's order; a line that is cut off is skipped
   */
  each(visit: (symbol: number, type: number, nameBytes: number) => void): void {
    const bytes = this.#bytes;
    for (let line = 0; line + NAME_AT < bytes.length;) {
      const newline = bytes.indexOf(NEWLINE, line);
      const end = newline < 0 ? bytes.length : newline;
      if (end - line > NAME_AT && bytes[line + DIGITS] === SPACE) {
        // No name ends with a bracket; a module does.
        const tab = bytes[end - 1] === BRACKET ? bytes.indexOf(TAB, line + NAME_AT) : end;
        visit(line, bytes[line + TYPE_AT]!, tab - line - NAME_AT);
      }
      line = end + 1;
    }
  }

  /**
   * The low 53 bits of the address, enough to distinguish all kernel addresses (the bits above are all ones);
   * 0 when the kernel hides it.
   */
  lowAddress(symbol: number): number {
    const bytes = this.#bytes;
    let high = 0;
    let low = 0;
    for (let i = 0; i < DIGITS; i++) {
      const code = bytes[symbol + i]!;
      const digit = code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57;
      if (i < DIGITS - 8) high = (high * 16 + digit) & 0x1fffff;
      else low = low * 16 + digit;
    }
    return high * 0x1_0000_0000 + low;
  }

  address(symbol: number): bigint {
    return BigInt(`0x${this.#text(symbol, symbol + DIGITS)}`);
  }

  name(symbol: number): string {
    const [start, end] = this.#nameSpan(symbol);
    return this.#text(start, end);
  }

  /** null: the kernel image. */
  module(symbol: number): string | null {
    const [, tab] = this.#nameSpan(symbol);
    if (this.#bytes[tab] !== TAB) return null;
    const end = this.#bytes.indexOf(BRACKET, tab);
    return this.#text(tab + 2, end < 0 ? this.#bytes.length : end);
  }

  isNamed(symbol: number, name: Uint8Array): boolean {
    for (let i = 0; i < name.length; i++) {
      if (this.#bytes[symbol + NAME_AT + i] !== name[i]) return false;
    }
    return true;
  }

  /**
   * Whether the kernel shows addresses. Per-CPU symbols begin at zero on x86 up to 6.14, so a single address
   * that is not zero is enough.
   */
  get showsAddresses(): boolean {
    let shows = false;
    this.each((symbol) => {
      shows ||= this.lowAddress(symbol) !== 0;
    });
    return shows;
  }

  #nameSpan(symbol: number): readonly [start: number, end: number] {
    const start = symbol + NAME_AT;
    let end = start;
    while (end < this.#bytes.length && this.#bytes[end] !== NEWLINE && this.#bytes[end] !== TAB) end++;
    return [start, end];
  }

  #text(from: number, to: number): string {
    return new TextDecoder().decode(this.#bytes.subarray(from, to));
  }
}
