/** Checks single cells of a result file as bytes: a valid cell costs no string. */

import { COLUMNS, EACH_COLUMN } from "./columns.ts";
import { isStackKey, withLetter } from "./stack_key.ts";

/** What is wrong with a row. `column` is an index into COLUMNS; null: the row as a whole. */
export class BadRow extends Error {
  constructor(readonly column: number | null, readonly reason: string) {
    super(reason);
  }
}

const LARGEST_INT64 = 2 ** 63;

const lowest = Float64Array.from(EACH_COLUMN, ({ range }) => range?.[0] ?? 0);
const highest = Float64Array.from(EACH_COLUMN, ({ range }) => range?.[1] ?? LARGEST_INT64);

const MINUS = 0x2d;
const ZERO = 0x30;
const COMMA = 0x2c;
/** Digits of 2^63 - 1. */
const MOST_DIGITS = 19;
/** Digits of the low part. */
const LOW_DIGITS = 9;
const POWERS = Float64Array.from({ length: LOW_DIGITS + 1 }, (_, exponent) => 10 ** exponent);

/**
 * The integers of one row, as value = high * 1e9 + low: absolute CLOCK_MONOTONIC times exceed 2^53 ns after
 * 104 days of uptime, and their differences must stay exact.
 */
export class Integers {
  readonly #high = new Float64Array(COLUMNS.length);
  readonly #low = new Float64Array(COLUMNS.length);
  readonly #seen = new Uint8Array(COLUMNS.length);

  clear(): void {
    this.#seen.fill(0);
  }

  has(column: number): boolean {
    return this.#seen[column] === 1;
  }

  /** Exact up to 2^53; only for columns with smaller limits. */
  value(column: number): number {
    return this.#high[column]! * 1e9 + this.#low[column]!;
  }

  /** value(later) - value(earlier): exact up to 2^53; a larger difference never rounds to below 2^53. */
  difference(later: number, earlier: number): number {
    return (this.#high[later]! - this.#high[earlier]!) * 1e9 + (this.#low[later]! - this.#low[earlier]!);
  }

  /** The value as two 32-bit words `[high, low]`; not for negative values. */
  words(column: number, into: Uint32Array): void {
    const high = this.#high[column]!;
    const upper = Math.floor(high / 0x10000);
    const shifted = upper * 1e9;
    const rest = (shifted % 0x10000) * 0x10000 + (high - upper * 0x10000) * 1e9 + this.#low[column]!;
    into[0] = Math.floor(shifted / 0x10000) + Math.floor(rest / 0x100000000);
    into[1] = rest % 0x100000000;
  }

  /**
   * Fast path for almost all cells: a non-negative number of at most 18 digits, in one pass.
   *
   * @returns where the cell ends; -1 for anything else, which is then not consumed
   */
  scan(column: number, bytes: Uint8Array, start: number, end: number): number {
    let i = start;
    let first = 0;
    const firstEnd = Math.min(end, start + LOW_DIGITS);
    for (let digit = bytes[i]! - ZERO; i < firstEnd && digit >>> 0 <= 9; digit = bytes[++i]! - ZERO) {
      first = first * 10 + digit;
    }
    let high = 0;
    let low = first;
    if (i === start + LOW_DIGITS) {
      let second = 0;
      const secondEnd = Math.min(end, i + LOW_DIGITS);
      for (let digit = bytes[i]! - ZERO; i < secondEnd && digit >>> 0 <= 9; digit = bytes[++i]! - ZERO) {
        second = second * 10 + digit;
      }
      const digits = i - start - LOW_DIGITS;
      const scale = POWERS[LOW_DIGITS - digits]!;
      high = Math.floor(first / scale);
      low = (first - high * scale) * POWERS[digits]! + second;
    }
    if (i === start || (i < end && bytes[i] !== COMMA) || (bytes[start] === ZERO && i > start + 1)) return -1;
    const value = high * 1e9 + low;
    if (value < lowest[column]! || value > highest[column]!) return -1;
    this.#high[column] = high;
    this.#low[column] = low;
    this.#seen[column] = 1;
    return i;
  }

  /** Reads bytes[start, end) as the cell of a column. @throws BadRow */
  read(column: number, bytes: Uint8Array, start: number, end: number): void {
    const negative = bytes[start] === MINUS;
    const first = negative ? start + 1 : start;
    const digits = end - first;
    if (digits < 1 || (bytes[first] === ZERO && (digits > 1 || negative))) {
      throw this.#notAnInteger(column, bytes, start, end);
    }
    const split = Math.max(first, end - LOW_DIGITS);
    let high = 0;
    let low = 0;
    for (let i = first; i < split; i++) {
      const digit = bytes[i]! - ZERO;
      if (digit >>> 0 > 9) throw this.#notAnInteger(column, bytes, start, end);
      high = high * 10 + digit;
    }
    for (let i = split; i < end; i++) {
      const digit = bytes[i]! - ZERO;
      if (digit >>> 0 > 9) throw this.#notAnInteger(column, bytes, start, end);
      low = low * 10 + digit;
    }
    const value = negative ? -(high * 1e9 + low) : high * 1e9 + low;
    if (digits >= MOST_DIGITS && BigInt(decode(bytes, first, end)) > 0x7fffffffffffffffn) {
      throw outOfRange(column, bytes, start, end);
    }
    if (value < lowest[column]! || value > highest[column]!) throw outOfRange(column, bytes, start, end);
    this.#high[column] = negative ? -high : high;
    this.#low[column] = negative ? -low : low;
    this.#seen[column] = 1;
  }

  #notAnInteger(column: number, bytes: Uint8Array, start: number, end: number): BadRow {
    return new BadRow(column, `${shown(bytes, start, end)} is not an integer in plain decimal digits`);
  }
}

function outOfRange(column: number, bytes: Uint8Array, start: number, end: number): BadRow {
  const top = highest[column]! === LARGEST_INT64 ? "2^63 - 1" : String(highest[column]!);
  return new BadRow(
    column,
    `${shown(bytes, start, end)} is out of range, must be ${lowest[column]} to ${top}`,
  );
}

/** Reads 16 lower-case hex digits into two 32-bit words `[high, low]`. @throws BadRow */
export function readId(
  column: number,
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Uint32Array,
): void {
  if (end - start !== 16) throw notAnId(column, bytes, start, end);
  for (let word = 0; word < 2; word++) {
    let value = 0;
    for (let i = start + 8 * word; i < start + 8 * word + 8; i++) {
      const digit = HEX_DIGITS[bytes[i]!]!;
      if (digit < 0) throw notAnId(column, bytes, start, end);
      value = (value << 4) | digit;
    }
    into[word] = value;
  }
}

/** Requires the form of a stack key. @throws BadRow */
export function checkStackKey(column: number, bytes: Uint8Array, start: number, end: number): void {
  if (isStackKey(withLetter(decode(bytes, start, end)))) return;
  throw new BadRow(column, `${shown(bytes, start, end)} is not s and 16 lower-case hex digits`);
}

function notAnId(column: number, bytes: Uint8Array, start: number, end: number): BadRow {
  return new BadRow(column, `${shown(bytes, start, end)} is not 16 lower-case hex digits`);
}

/** Requires 0x and 1 to 16 lower-case hex digits. @throws BadRow */
export function checkHex(column: number, bytes: Uint8Array, start: number, end: number): void {
  const digits = end - start - 2;
  let good = digits >= 1 && digits <= 16 && bytes[start] === ZERO && bytes[start + 1] === 0x78;
  for (let i = start + 2; good && i < end; i++) good = HEX_DIGITS[bytes[i]!]! >= 0;
  if (!good) throw new BadRow(column, `${shown(bytes, start, end)} is no 0x and lower-case hex digits`);
}

/** Of each byte the digit that it stands for; -1: it is none. */
const HEX_DIGITS = Int8Array.from({ length: 256 }, (_, byte) => {
  if (byte >= ZERO && byte <= 0x39) return byte - ZERO;
  return byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1;
});

/** A cell as an error message quotes it. */
export function shown(bytes: Uint8Array, start: number, end: number): string {
  const text = decode(bytes, start, Math.min(end, start + 40));
  return JSON.stringify(end - start > 40 ? `${text}...` : text);
}

export function decode(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(start, end));
}
