/**
 * One row of a result file as the reader passes it to a visitor: every cell, also those that no statistic
 * keeps.
 */

import { COLUMN_AT as AT, type ColumnName, COLUMNS } from "./columns.ts";
import { withLetter } from "./stack_key.ts";
import type { Integers } from "./cells.ts";

const QUOTE = 0x22;
const STACKS: ReadonlySet<ColumnName> = new Set(
  COLUMNS.filter(({ kind }) => kind === "stack").map(({ name }) => name),
);
const DECODER = new TextDecoder("utf-8", { ignoreBOM: true });

/** Receives each row of a file after its check. The view is only valid during the call. */
export type RowVisitor = (row: RowView) => void;

export class RowView {
  readonly #integers: Integers;
  readonly #starts = new Int32Array(COLUMNS.length);
  readonly #ends = new Int32Array(COLUMNS.length);
  #bytes = new Uint8Array();

  /** @param integers the row's integers, as the reader fills them */
  constructor(integers: Integers) {
    this.#integers = integers;
  }

  /** Set by the reader: the cell of a column, including its quotes if any, is bytes[start, end). */
  place(column: number, bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes as Uint8Array<ArrayBuffer>;
    this.#starts[column] = start;
    this.#ends[column] = end;
  }

  /** Whether a column of kind int was observed. */
  has(name: ColumnName): boolean {
    return this.#integers.has(AT[name]);
  }

  /** The cell without its quoting; null means "not observed". */
  text(name: ColumnName): string | null {
    const start = this.#starts[AT[name]]!;
    const end = this.#ends[AT[name]]!;
    if (start === end) return null;
    const quoted = this.#bytes[start] === QUOTE;
    const text = DECODER.decode(
      quoted ? this.#bytes.subarray(start + 1, end - 1) : this.#bytes.subarray(start, end),
    );
    if (STACKS.has(name)) return withLetter(text);
    return quoted ? text.replaceAll('""', '"') : text;
  }

  /** For a column of kind int; null means "not observed". Exact. */
  integer(name: ColumnName): bigint | null {
    if (!this.has(name)) return null;
    return BigInt(this.text(name)!);
  }

  /** For a column of kind int that never exceeds 2^53, such as a count; NaN means "not observed". */
  number(name: ColumnName): number {
    return this.#integers.has(AT[name]) ? this.#integers.value(AT[name]) : NaN;
  }

  /** later - earlier in ns, of two columns of kind int; NaN when one was not observed. Exact up to 2^53. */
  difference(later: ColumnName, earlier: ColumnName): number {
    const integers = this.#integers;
    if (!integers.has(AT[later]) || !integers.has(AT[earlier])) return NaN;
    return integers.difference(AT[later], AT[earlier]);
  }
}
