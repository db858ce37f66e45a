/**
 * Rows of a result file, from bytes to columns. Every cell is checked; only what the statistics need is kept.
 *
 * Its own scanner instead of a CSV library: docs/decisions/csv-reader.md has what others take with the same checks.
 * Neither of them gives the line of a row after comments or distinguishes a row that was cut off from a whole one, and
 * both want the file as one string, which ends at 512 MB.
 */

import { type Column, COLUMN_AT as AT, type ColumnName, COLUMNS, EACH_COLUMN as columns } from "./columns.ts";
import { correlationWords } from "./correlation.ts";
import { RealtimeSteps } from "./realtime_steps.ts";
import { BadRow, checkHex, checkStackKey, Integers, readId, shown } from "./cells.ts";
import { DictionaryColumn, NumberColumn, SparseColumns } from "./column_store.ts";
import { BesidesColumns, type Duration, DURATIONS, PART_PLACES, type PartTime, PLACES } from "./durations.ts";
import type { Contradiction, IntegrityError } from "./note.ts";
import { RowView, type RowVisitor } from "./row_view.ts";
import { withLetter } from "./stack_key.ts";

/** Columns kept as texts: each may be requested as a key of strata. */
export type TextName = {
  [C in (typeof COLUMNS)[number] as C["name"]]: C["kind"] extends "text" | "enum" | "bool" | "stack"
    ? C["name"]
    : never;
}[ColumnName];

const INT = 0, HEX = 1, ID = 2, WORD = 3, TEXT = 4, STACK = 5;
const KINDS = { int: INT, hex: HEX, id: ID, bool: WORD, enum: WORD, text: TEXT, stack: STACK } as const;
const kinds = Uint8Array.from(columns, ({ kind }) => KINDS[kind]);
const codedAt = columns.flatMap((_, index) => kinds[index]! >= WORD ? [index] : []);
/** All of TextName. */
export const TEXT_NAMES: ReadonlySet<ColumnName> = new Set(
  codedAt.map((index) => columns[index]!.name),
);
const required = Uint8Array.from(columns, (column) => column.required ? 1 : 0);

/** Stage times in the order they must have. The return of the ttwu may come at any time. */
const ORDERED = (
  ["edge_ns", "ttwu_ns", "activate_ns", "wakeup_ns", "switch_ns", "tkread_ns", "tkread_task_ns"] as const
).map((name) => AT[name]);

const TOTALS = ["lost_events", "recursion_misses", "self_reads", "clocksource_switches"] as const;
const totalsAt = TOTALS.map((name) => AT[name]);

const partsAt = [...PART_PLACES.values()];

/** The inputs of the correlation ID, besides the run. */
const ID_INPUTS = [AT.tgid, AT.pid, AT.ttwu_ns] as const;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COMPLETE = "complete";

export class RowReader {
  readonly run = new NumberColumn();
  /** ns; NaN means "not observed". */
  readonly durations = Object.fromEntries(DURATIONS.map(({ name }) => [name, new NumberColumn()])) as Record<
    Duration,
    NumberColumn
  >;
  readonly texts: Record<TextName, DictionaryColumn>;
  /** How many runs have contradicting stages, and the first of them. */
  integrityErrors = 0;
  firstIntegrityError: IntegrityError | null = null;
  readonly realtimeSteps = new RealtimeSteps();
  /** What the runbook asks besides. */
  readonly besides = new BesidesColumns();
  /** What the time went into. */
  readonly partTimes = new SparseColumns<PartTime>([...PART_PLACES.keys()]);
  readonly #totals = new Float64Array(TOTALS.length);
  readonly #counted = new Uint8Array(TOTALS.length);
  /** Cells per row; more than COLUMNS has when a later program wrote the file, fewer when an older one did. */
  width: number = COLUMNS.length;

  readonly #dictionaries: readonly (DictionaryColumn | null)[];
  /** Those of `codedAt`. */
  readonly #coded: readonly DictionaryColumn[];
  readonly #codes = new Int32Array(COLUMNS.length);
  readonly #integers = new Integers();
  /** `durations` by index, and the durations of the current row. */
  readonly #kept = DURATIONS.map(({ name }) => this.durations[name]);
  readonly #lasted = new Float64Array(DURATIONS.length);
  readonly #id = new Uint32Array(2);
  readonly #expectedId = new Uint32Array(2);
  readonly #ttwu = new Uint32Array(2);
  #hasId = false;
  #largestRun = 0;
  /** All runs so far; only kept from the first row on that is not in ascending order. */
  #runs: Set<number> | null = null;
  readonly #completeCode: number;
  readonly #visitor: RowVisitor | null;
  readonly #view: RowView | null;

  /** @param visitor receives each valid row, in the order of the file */
  constructor(visitor: RowVisitor | null = null) {
    this.#visitor = visitor;
    this.#view = visitor === null ? null : new RowView(this.#integers);
    this.#dictionaries = columns.map((_, index) => kinds[index]! >= WORD ? new DictionaryColumn() : null);
    this.texts = Object.fromEntries(
      columns.flatMap((column, index) =>
        kinds[index]! >= WORD ? [[column.name, this.#dictionaries[index]]] : []
      ),
    ) as unknown as Record<TextName, DictionaryColumn>;
    this.#coded = codedAt.map((index) => this.#dictionaries[index]!);
    const encoder = new TextEncoder();
    columns.forEach((column, index) => {
      if (kinds[index] !== WORD) return;
      for (const word of column.values ?? ["true", "false"]) {
        const bytes = encoder.encode(word);
        this.#dictionaries[index]!.add(bytes, 0, bytes.length);
      }
    });
    this.#completeCode = this.texts.status.values.indexOf(COMPLETE);
  }

  /** Registers a stack key; later rows may name it. */
  defineStack(key: string): void {
    const bytes = new TextEncoder().encode(key);
    for (const [index, dictionary] of this.#dictionaries.entries()) {
      if (dictionary === null || kinds[index] !== STACK) continue;
      if (dictionary.find(bytes, 0, bytes.length) < 0) dictionary.add(bytes, 0, bytes.length);
    }
  }

  /**
   * Reads the row at bytes[start, end), where `end` is the end of a line. `line` is the number of its first
   * line.
   *
   * @returns false when a quoted cell is still open at `end`: the row continues in the next line
   * @throws BadRow
   */
  read(bytes: Uint8Array, start: number, end: number, line: number): boolean {
    this.#integers.clear();
    this.#hasId = false;
    let at = start;
    for (let column = 0; column < this.width; column++) {
      if (at > end) throw new BadRow(null, `it has ${column} cells, must have ${this.width}`);
      const first = bytes[at];
      let next = at;
      if (first === COMMA && required[column] === 0) {
        // Nearly half of all cells are empty. An empty integer is not seen.
        this.#codes[column] = 0;
      } else if (first === QUOTE) {
        next = closingQuote(bytes, at, end);
        if (next < 0) return false;
        next++;
        if (next < end && bytes[next] !== COMMA) {
          throw new BadRow(column, `${shown(bytes, at, next + 1)}: a comma must follow the closing quote`);
        }
        this.#quoted(column, bytes, at + 1, next - 1);
      } else {
        next = this.#fastCell(column, bytes, at, end);
        if (next < 0) {
          next = at;
          while (next < end && bytes[next] !== COMMA) next++;
          if (column < COLUMNS.length) this.#cell(column, bytes, at, next);
        }
      }
      if (this.#view !== null && column < COLUMNS.length) this.#view.place(column, bytes, at, next);
      at = next + 1;
    }
    if (at <= end) throw new BadRow(null, `it has more than ${this.width} cells`);
    this.#finish(line);
    if (this.#view !== null) this.#visitor!(this.#view);
    return true;
  }

  /** @returns where the cell ends, or -1 when it needs `#cell` */
  #fastCell(column: number, bytes: Uint8Array, start: number, end: number): number {
    const kind = kinds[column];
    if (kind === INT) return this.#integers.scan(column, bytes, start, end);
    if (kind === undefined || kind < WORD) return -1;
    const dictionary = this.#dictionaries[column]!;
    const next = dictionary.matchLast(bytes, start, end, COMMA);
    if (next >= 0) this.#codes[column] = dictionary.last;
    return next;
  }

  #cell(column: number, bytes: Uint8Array, start: number, end: number): void {
    if (start === end) {
      if (required[column] === 1) throw new BadRow(column, "is empty, must have a value");
      this.#codes[column] = 0;
      return;
    }
    switch (kinds[column]) {
      case INT:
        this.#integers.read(column, bytes, start, end);
        break;
      case HEX:
        checkHex(column, bytes, start, end);
        break;
      case ID:
        readId(column, bytes, start, end, this.#id);
        this.#hasId = true;
        break;
      default:
        this.#text(column, bytes, start, end);
    }
  }

  #text(column: number, bytes: Uint8Array, start: number, end: number): void {
    const dictionary = this.#dictionaries[column]!;
    let code = dictionary.find(bytes, start, end);
    if (code < 0 && kinds[column] === STACK) code = this.#bareKey(dictionary, bytes, start, end);
    if (code < 0) {
      if (kinds[column] === WORD) {
        throw new BadRow(column, notAWord(columns[column]!, shown(bytes, start, end)));
      }
      if (kinds[column] === STACK) {
        checkStackKey(column, bytes, start, end);
        throw new BadRow(column, `no # stack line before it defines ${shown(bytes, start, end)}`);
      }
      try {
        code = dictionary.add(bytes, start, end);
      } catch {
        throw new BadRow(column, "is not valid UTF-8");
      }
    }
    this.#codes[column] = code;
  }

  /** Code of a key that an earlier program wrote, or -1. */
  #bareKey(dictionary: DictionaryColumn, bytes: Uint8Array, start: number, end: number): number {
    const key = new TextEncoder().encode(withLetter(new TextDecoder().decode(bytes.subarray(start, end))));
    return dictionary.find(key, 0, key.length);
  }

  /** A cell in quotes. It is rare, so it is unescaped into a copy. */
  #quoted(column: number, bytes: Uint8Array, start: number, end: number): void {
    if (column >= COLUMNS.length) return;
    const plain = bytes.slice(start, end).filter((byte, i, all) => byte !== QUOTE || !isSecondOfPair(all, i));
    if (plain.length > 0) return this.#cell(column, plain, 0, plain.length);
    if (kinds[column] !== TEXT) {
      throw new BadRow(column, `"" is not a value of a column of kind ${columns[column]!.kind}`);
    }
    this.#text(column, plain, 0, 0);
  }

  #finish(line: number): void {
    const integers = this.#integers;
    this.#checkRun(integers.value(AT.run));
    const complete = this.#codes[AT.status] === this.#completeCode;
    this.#checkId(complete);
    for (let i = 0; i < PLACES.length; i++) {
      const { from, to, own } = PLACES[i]!;
      this.#lasted[i] = this.#difference(to, from);
      if (own !== null) this.#checkDuration(own, this.#lasted[i]!, to, from);
    }
    const contradiction = this.#contradiction(complete);
    if (contradiction !== null) {
      this.integrityErrors++;
      this.firstIntegrityError ??= { line, reason: contradiction };
    }
    if (integers.has(AT.realtime_step_ns)) this.realtimeSteps.add(integers.value(AT.realtime_step_ns));
    for (let i = 0; i < partsAt.length; i++) {
      if (integers.has(partsAt[i]!)) this.partTimes.set(i, integers.value(partsAt[i]!));
    }
    this.partTimes.endRow();
    this.run.push(integers.value(AT.run));
    for (let i = 0; i < PLACES.length; i++) this.#kept[i]!.push(this.#lasted[i]!);
    this.besides.push(({ to, from }) =>
      from !== null ? this.#difference(to, from) : integers.has(to) ? integers.value(to) : NaN
    );
    for (let i = 0; i < codedAt.length; i++) this.#coded[i]!.push(this.#codes[codedAt[i]!]!);
    for (let i = 0; i < TOTALS.length; i++) {
      if (!integers.has(totalsAt[i]!)) continue;
      this.#counted[i] = 1;
      this.#totals[i]! += integers.value(totalsAt[i]!);
    }
  }

  /** Sums over all rows that have a value; null when no row has one. */
  get totals(): Readonly<Record<(typeof TOTALS)[number], number | null>> {
    const sums = TOTALS.map((name, i) => [name, this.#counted[i] === 1 ? this.#totals[i]! : null]);
    return Object.fromEntries(sums) as Record<(typeof TOTALS)[number], number | null>;
  }

  #checkRun(run: number): void {
    if (run > this.#largestRun) {
      this.#largestRun = run;
      this.#runs?.add(run);
      return;
    }
    this.#runs ??= new Set(this.run.values());
    if (this.#runs.has(run)) {
      throw new BadRow(AT.run, `run ${run} is there already, as row ${this.run.values().indexOf(run) + 1}`);
    }
    this.#runs.add(run);
  }

  /** Runs are told apart by their numbers, which are among the ID's inputs: no ID needs to be remembered. */
  #checkId(complete: boolean): void {
    const integers = this.#integers;
    if (!this.#hasId) {
      if (complete) throw new BadRow(AT.correlation_id, "is empty in a complete run");
      return;
    }
    for (let i = 0; i < ID_INPUTS.length; i++) {
      const input = ID_INPUTS[i]!;
      if (!integers.has(input)) {
        throw new BadRow(AT.correlation_id, `cannot be re-derived: ${columns[input]!.name} is empty`);
      }
    }
    integers.words(AT.ttwu_ns, this.#ttwu);
    const expected = this.#expectedId;
    correlationWords(
      integers.value(AT.tgid),
      integers.value(AT.pid),
      integers.value(AT.run),
      this.#ttwu[0]!,
      this.#ttwu[1]!,
      expected,
    );
    const high = this.#id[0]!;
    const low = this.#id[1]!;
    if (high !== expected[0] || low !== expected[1]) {
      throw new BadRow(
        AT.correlation_id,
        `${idText(high, low)} is not the ID of this row's tgid, pid, run and ttwu_ns, which is ${
          idText(expected[0]!, expected[1]!)
        }`,
      );
    }
  }

  /** later - earlier in ns, NaN when one was not observed. */
  #difference(later: number, earlier: number): number {
    const integers = this.#integers;
    if (!integers.has(later) || !integers.has(earlier)) return NaN;
    const difference = integers.difference(later, earlier);
    if (!Number.isSafeInteger(difference)) {
      const apart = `${columns[earlier]!.name} and ${columns[later]!.name} are more than 104 days apart`;
      throw new BadRow(later, apart);
    }
    return difference;
  }

  /** A file's own column of a duration must match the column's two ends. @throws BadRow */
  #checkDuration(column: number, expected: number, later: number, earlier: number): void {
    const found = this.#integers.has(column) ? this.#integers.value(column) : NaN;
    if (found === expected || (Number.isNaN(found) && Number.isNaN(expected))) return;
    const rule = `${columns[later]!.name} - ${columns[earlier]!.name}`;
    throw new BadRow(column, `is ${worded(found)}, but ${rule} is ${worded(expected)}`);
  }

  /** How this run's stages contradict each other, or null. */
  #contradiction(complete: boolean): Contradiction | null {
    const integers = this.#integers;
    let before = -1;
    for (let i = 0; i < ORDERED.length; i++) {
      const listed = ORDERED[i]!;
      // A VM is woken by what it foresaw, wherever the pulse itself came.
      const stage = listed === AT.edge_ns && integers.has(AT.foreseen_ns) ? AT.foreseen_ns : listed;
      if (!integers.has(stage)) continue;
      if (before >= 0 && integers.difference(stage, before) < 0) {
        return { code: "order", column: nameAt(stage), is_before: nameAt(before) };
      }
      before = stage;
    }
    if (
      integers.has(AT.tkread_any_ns) && integers.has(AT.ttwu_ns) &&
      integers.difference(AT.tkread_any_ns, AT.ttwu_ns) < 0
    ) return { code: "order", column: "tkread_any_ns", is_before: "ttwu_ns" };
    return complete && !integers.has(AT.tkread_task_ns) ? { code: "no_task_read" } : null;
  }
}

/** Index of the quote that closes the one at `open`, or -1. */
function closingQuote(bytes: Uint8Array, open: number, end: number): number {
  for (let i = open + 1; i < end; i++) {
    if (bytes[i] !== QUOTE) continue;
    if (bytes[i + 1] !== QUOTE) return i;
    i++;
  }
  return -1;
}

/** Inside a quoted cell all quotes come in pairs: whether the one at `i` is the second of its pair. */
function isSecondOfPair(bytes: Uint8Array, i: number): boolean {
  let before = 0;
  while (bytes[i - 1 - before] === QUOTE) before++;
  return before % 2 === 1;
}

function notAWord(column: Column, found: string): string {
  return `${found} is not one of ${(column.values ?? ["true", "false"]).join(", ")}`;
}

function idText(high: number, low: number): string {
  return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
}

function nameAt(column: number): ColumnName {
  return columns[column]!.name as ColumnName;
}

function worded(value: number): string {
  return Number.isNaN(value) ? "empty" : String(value);
}
