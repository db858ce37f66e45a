/** Growable columns of a result file in memory: typed arrays, a few bytes per cell, however long the text. */

const FIRST_CAPACITY = 1024;

const DECODER = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Numbers of one column. NaN means "not observed" and never leaves analysis/. */
export class NumberColumn {
  #data = new Float64Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#data.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#data);
      this.#data = larger;
    }
    this.#data[this.#length++] = value;
  }

  /** A view of the numbers pushed so far. */
  values(): Float64Array {
    return this.#data.subarray(0, this.#length);
  }
}

/** Numbers of columns that many files lack: only those that some row has take memory. */
export class SparseColumns<Name extends string> {
  readonly #names: readonly Name[];
  readonly #columns: (NumberColumn | undefined)[];
  #rows = 0;

  constructor(names: readonly Name[]) {
    this.#names = names;
    this.#columns = names.map(() => undefined);
  }

  /** @param column index of its name; @param value NaN: not observed */
  set(column: number, value: number): void {
    const into = this.#columns[column] ??= new NumberColumn();
    this.#fill(into);
    into.push(value);
  }

  /** The row is complete: what was not set in it was not observed. */
  endRow(): void {
    this.#rows++;
  }

  /** By name; columns that no row has are absent. */
  values(): ReadonlyMap<Name, Float64Array> {
    const found = new Map<Name, Float64Array>();
    for (const [index, column] of this.#columns.entries()) {
      if (column === undefined) continue;
      this.#fill(column);
      found.set(this.#names[index]!, column.values());
    }
    return found;
  }

  #fill(column: NumberColumn): void {
    while (column.length < this.#rows) column.push(NaN);
  }
}

type Codes = Uint8Array | Uint16Array | Uint32Array;

/**
 * Texts of one column as codes into a dictionary of the distinct texts. Cells are looked up as bytes, so a
 * text that was seen before needs no new string. Code 0 means "not observed".
 */
export class DictionaryColumn {
  /** The text of each code. */
  readonly values: (string | null)[] = [null];
  #codes: Codes = new Uint8Array(FIRST_CAPACITY);
  #length = 0;
  /** UTF-8 of all texts, one after the other; text c lies from #starts[c] to #starts[c + 1]. */
  #pool = new Uint8Array(256);
  readonly #starts = [0, 0];
  /** Open addressing; 0 marks a free slot. */
  #table = new Int32Array(64);
  #last = 0;

  /** A column that is only looked at. */
  static of(values: readonly (string | null)[], codes: Codes): DictionaryColumn {
    const column = new DictionaryColumn();
    column.values.push(...values.slice(1));
    column.#codes = codes;
    column.#length = codes.length;
    return column;
  }

  get length(): number {
    return this.#length;
  }

  /** Code of each row; a view. */
  codes(): Codes {
    return this.#codes.subarray(0, this.#length);
  }

  /** The rows of several columns, one after the other. */
  static joined(columns: readonly DictionaryColumn[]): DictionaryColumn {
    const whole = new DictionaryColumn();
    const encoder = new TextEncoder();
    for (const column of columns) {
      const codes = column.values.map((text) => text === null ? 0 : whole.#codeOf(encoder.encode(text)));
      for (const code of column.codes()) whole.push(codes[code]!);
    }
    return whole;
  }

  #codeOf(bytes: Uint8Array): number {
    const code = this.find(bytes, 0, bytes.length);
    return code >= 0 ? code : this.add(bytes, 0, bytes.length);
  }

  /** The rows for which `kept` is 1, with the same codes. */
  rowsWhere(kept: Uint8Array): DictionaryColumn {
    return DictionaryColumn.of(this.values, this.codes().filter((_, row) => kept[row] === 1));
  }

  push(code: number): void {
    if (this.#length === this.#codes.length) {
      const larger = new (this.#codes.constructor as new (length: number) => Codes)(2 * this.#length);
      larger.set(this.#codes);
      this.#codes = larger;
    }
    this.#codes[this.#length++] = code;
  }

  /**
   * Fast path for a column that rarely changes: whether the last text found stands at `start` and is followed
   * by `byte` or ends at `end`.
   *
   * @returns where it ends, or -1
   */
  matchLast(bytes: Uint8Array, start: number, end: number, byte: number): number {
    const from = this.#starts[this.#last]!;
    const next = start + this.#starts[this.#last + 1]! - from;
    if (this.#last === 0 || next > end || (next < end && bytes[next] !== byte)) return -1;
    const pool = this.#pool;
    for (let i = start, j = from; i < next; i++, j++) if (bytes[i] !== pool[j]) return -1;
    return next;
  }

  /** Code of the text that `find` or `matchLast` found last. */
  get last(): number {
    return this.#last;
  }

  /** Code of the text at bytes[start, end), or -1 when it is not in the dictionary. */
  find(bytes: Uint8Array, start: number, end: number): number {
    if (this.#last !== 0 && this.#equals(this.#last, bytes, start, end)) return this.#last;
    const mask = this.#table.length - 1;
    for (let slot = hash(bytes, start, end) & mask;; slot = (slot + 1) & mask) {
      const code = this.#table[slot]!;
      if (code === 0) return -1;
      if (this.#equals(code, bytes, start, end)) {
        this.#last = code;
        return code;
      }
    }
  }

  /**
   * Adds the text at bytes[start, end), which must not be in it yet. @throws TypeError when it is not valid
   * UTF-8
   */
  add(bytes: Uint8Array, start: number, end: number): number {
    const text = DECODER.decode(bytes.subarray(start, end));
    const code = this.values.length;
    this.values.push(text);
    const from = this.#starts[code]!;
    const to = from + end - start;
    if (to > this.#pool.length) {
      const larger = new Uint8Array(2 * to);
      larger.set(this.#pool);
      this.#pool = larger;
    }
    this.#pool.set(bytes.subarray(start, end), from);
    this.#starts.push(to);
    if (2 * code > this.#table.length) this.#rehash();
    else this.#insert(code);
    this.#widen(code);
    return code;
  }

  #equals(code: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#starts[code]!;
    if (this.#starts[code + 1]! - from !== end - start) return false;
    const pool = this.#pool;
    for (let i = start, j = from; i < end; i++, j++) if (bytes[i] !== pool[j]) return false;
    return true;
  }

  #insert(code: number): void {
    const mask = this.#table.length - 1;
    let slot = hash(this.#pool, this.#starts[code]!, this.#starts[code + 1]!) & mask;
    while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
    this.#table[slot] = code;
  }

  #rehash(): void {
    this.#table = new Int32Array(2 * this.#table.length);
    for (let code = 1; code < this.values.length; code++) this.#insert(code);
  }

  #widen(code: number): void {
    if (code === 0x100) this.#codes = new Uint16Array(this.#codes);
    if (code === 0x10000) this.#codes = new Uint32Array(this.#codes);
  }
}

/** FNV-1a, 32 bits. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) value = Math.imul(value ^ bytes[i]!, 0x01000193);
  return value ^ (value >>> 15);
}
