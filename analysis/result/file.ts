/**
 * Reads a result file, version 1, from chunks of bytes. Refuses, with line, column and reason, whatever `probe run`
 * would not write; a missing end (the run was cut off) is noted.
 */

import { COLUMNS, columnsOf } from "./columns.ts";
import { EXIT, Failure } from "../failure.ts";
import type { End, Meta } from "./meta.ts";
import { BadRow, decode, shown } from "./cells.ts";
import type { RealtimeSteps } from "./realtime_steps.ts";
import type { DictionaryColumn } from "./column_store.ts";
import { isUnusable, parseEnd, parseMeta, parseResumption } from "./meta_line.ts";
import { declaredBesides, type Duration, DURATIONS, type PartTimes } from "./durations.ts";
import { RowReader, type TextName } from "./row.ts";
import type { FilePart } from "./parts.ts";
import { foreignFormOf, MAGIC, SPREADSHEET } from "./foreign_form.ts";
import { rewritingOf } from "./rewriting.ts";
import type { FileNote, IntegrityError } from "./note.ts";
import { RESULT_VERSION } from "./write.ts";
import type { RowVisitor } from "./row_view.ts";
import { isStackKey, stackKey, withLetter } from "./stack_key.ts";

/** A result file in memory, column by column; index i is row i of the file, `name` is as the user gave it. */
export interface ResultFile {
  readonly name: string;
  /** The files that this one pools, in their order; absent for a single file. */
  readonly parts?: readonly FilePart[];
  readonly meta: Meta;
  /** Null when the file was cut off. */
  readonly end: End | null;
  readonly rows: number;
  /** How many columns it has: an older program's has fewer. */
  readonly width: number;
  readonly run: Float64Array;
  /** ns; NaN means "not observed". */
  readonly durations: Readonly<Record<Duration, Float64Array>>;
  /** What the runbook's further questions ask about, by their names; ns, NaN means "not observed". */
  readonly besides: ReadonlyMap<string, Float64Array>;
  readonly texts: Readonly<Record<TextName, DictionaryColumn>>;
  readonly partTimes: PartTimes;
  /** Frames of each stack key, innermost first. */
  readonly stacks: ReadonlyMap<string, readonly string[]>;
  /** Whether `# stack` lines have the keys of an earlier program, without the letter. */
  readonly hasBareStackKeys: boolean;
  /** Sums over the rows; null when no row has a value. */
  readonly totals: RowReader["totals"];
  /** Runs whose stages contradict each other. The columns contain them like all others. */
  readonly integrityErrors: number;
  readonly firstIntegrityError: IntegrityError | null;
  readonly realtimeSteps: Omit<RealtimeSteps, "add">;
  /** The lines `# stack` and `# resumed`, in their order, each with the number of rows before it. */
  readonly linesBetween: readonly (readonly [rows: number, line: string])[];
  /** Where the last whole line ends; what follows was cut off. */
  readonly wholeLineBytes: number;
  readonly notes: readonly FileNote[];
}

const LF = 0x0a;
const HASH = 0x23;
/** UTF-8's byte order mark, which some editors write first; the decoder drops it there. */
const MARK = [0xef, 0xbb, 0xbf] as const;
const LONGEST_LINE = 4 << 20;
const FIRST_BUFFER = 1 << 16;

/** What must come next. */
type State = "version" | "meta" | "columns" | "rows" | "ended";

/** Reads chunk by chunk: only the columns need memory. */
export class ResultReader {
  readonly #name: string;
  readonly #rows: RowReader;
  readonly #stacks = new Map<string, readonly string[]>();
  #hasBareKeys = false;
  readonly #between: [rows: number, line: string][] = [];
  readonly #notes: FileNote[] = [];
  #buffer = new Uint8Array(FIRST_BUFFER);
  /** Bytes in the buffer that are not yet read as lines. */
  #length = 0;
  /** Bytes of all chunks. */
  #total = 0;
  #state: State = "version";
  /** Number of the next line, from 1. */
  #line = 1;
  /** Begin and end, in the buffer, of the line being read. */
  #bounds: readonly [start: number, end: number] = [0, 0];
  #meta: Meta | null = null;
  #metaLine = 0;
  #parts = 1;
  #end: End | null = null;
  /** Line of a second `# probe-result`; the line after it decides the wording of the refusal. */
  #secondStart: number | null = null;

  /**
   * @param name of the file, for messages
   * @param visitor receives each row, for callers that need more than the columns kept here
   */
  constructor(name: string, visitor: RowVisitor | null = null) {
    this.#name = name;
    this.#rows = new RowReader(visitor);
  }

  /** @throws Failure when the file is refused */
  push(chunk: Uint8Array): void {
    this.#append(chunk);
    const bytes = this.#buffer.subarray(0, this.#length);
    if (this.#state === "version" && bytes.length >= MARK.length + MAGIC.length) {
      this.#refuseForeign(bytes.subarray(0, MARK.length + MAGIC.length + 2));
      this.#requireMagic(decode(bytes, 0, MARK.length + MAGIC.length));
    }
    let start = 0;
    for (let end = bytes.indexOf(LF, start); end >= 0; end = bytes.indexOf(LF, start)) {
      const next = this.#takeLine(bytes, start, end);
      if (next === null) break;
      start = next;
    }
    this.#bounds = [start, start];
    if (bytes.length - start > LONGEST_LINE) this.#fail(null, `is longer than ${LONGEST_LINE} bytes`);
    this.#buffer.copyWithin(0, start, this.#length);
    this.#length -= start;
  }

  /** @throws Failure when the input so far is not a result file or contradicts its own end */
  finish(): ResultFile {
    const notes = [...this.#notes];
    const tail = this.#buffer.subarray(0, this.#length);
    if (tail.length > 0) this.#takeTail(tail, notes);
    if (this.#secondStart !== null) this.#failConcatenated(null);
    if (
      this.#meta === null || this.#state === "version" || this.#state === "meta" || this.#state === "columns"
    ) {
      const missing = this.#line === 1
        ? "is empty"
        : "ends before its first row: it was cut off in its header";
      throw new Failure(EXIT.failed, `${this.#name} ${missing}`, "give a result file of `probe run`");
    }
    const rows = this.#rows.run.length;
    if (this.#parts > 1) notes.push({ code: "in_parts", file: this.#name, parts: this.#parts });
    if (this.#end === null) notes.unshift({ code: "cut_off", file: this.#name, rows });
    return {
      name: this.#name,
      meta: this.#meta,
      end: this.#end,
      rows,
      width: this.#rows.width,
      run: this.#rows.run.values(),
      durations: Object.fromEntries(
        DURATIONS.map(({ name }) => [name, this.#rows.durations[name].values()]),
      ) as unknown as ResultFile["durations"],
      besides: this.#rows.besides.values(),
      texts: this.#rows.texts,
      partTimes: this.#rows.partTimes.values(),
      stacks: this.#stacks,
      hasBareStackKeys: this.#hasBareKeys,
      totals: this.#rows.totals,
      integrityErrors: this.#rows.integrityErrors,
      firstIntegrityError: this.#rows.firstIntegrityError,
      realtimeSteps: this.#rows.realtimeSteps,
      linesBetween: this.#between,
      wholeLineBytes: this.#total - tail.length,
      notes,
    };
  }

  #append(chunk: Uint8Array): void {
    const needed = this.#length + chunk.length;
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(2 * needed);
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#length);
    this.#total += chunk.length;
    this.#length = needed;
  }

  /** @returns where the next line begins, or null when this one continues beyond the bytes received */
  #takeLine(bytes: Uint8Array, start: number, end: number): number | null {
    this.#bounds = [start, end];
    if (this.#state === "version") {
      this.#refuseForeign(bytes.subarray(start, end));
      this.#takeVersion(decode(bytes, start, end));
    } else if (bytes[start] === HASH) {
      this.#takeComment(decode(bytes, start, end));
    } else if (this.#state === "columns") {
      this.#takeColumns(decode(bytes, start, end));
    } else {
      const rowEnd = this.#takeRow(bytes, start, end);
      if (rowEnd === null) return null;
      end = rowEnd;
    }
    this.#line++;
    return end + 1;
  }

  #takeRow(bytes: Uint8Array, start: number, end: number): number | null {
    // Editors leave blank lines at the end.
    if (start === end && this.#state === "ended" && this.#secondStart === null) return end;
    if (this.#secondStart !== null) this.#failConcatenated(null);
    if (this.#state === "ended") this.#fail(null, "a row follows the # end line");
    if (this.#state !== "rows") {
      this.#fail(null, `a # meta line must come here, found ${shown(bytes, start, end)}`);
    }
    let lines = 0;
    try {
      while (!this.#rows.read(bytes, start, end, this.#line)) {
        end = bytes.indexOf(LF, end + 1);
        if (end < 0) return null;
        lines++;
      }
    } catch (error) {
      if (error instanceof BadRow) this.#fail(error.column, error.reason, error);
      throw error;
    }
    this.#line += lines;
    return end;
  }

  #takeComment(line: string): void {
    if (/^# (stack|resumed) /.test(line)) this.#between.push([this.#rows.run.length, line]);
    if (line.startsWith(MAGIC)) this.#secondStart = this.#line;
    else if (line.startsWith("# meta ")) this.#takeMeta(line.slice("# meta ".length));
    else if (this.#secondStart !== null) this.#failConcatenated(null);
    else if (this.#state === "meta") this.#fail(null, "a # meta line must come here");
    else if (line.startsWith("# stack ")) this.#takeStack(line);
    else if (line.startsWith("# resumed ")) this.#takeResumption(line.slice("# resumed ".length));
    else if (line.startsWith("# end ")) this.#takeEnd(line.slice("# end ".length));
  }

  #refuseForeign(start: Uint8Array): void {
    const foreign = foreignFormOf(start);
    if (foreign === null) return;
    throw new Failure(EXIT.failed, `${this.#name} is not a result file: ${foreign.found}`, foreign.remedy);
  }

  #requireMagic(start: string): void {
    if (start.startsWith(MAGIC)) return;
    throw new Failure(
      EXIT.failed,
      `${this.#name} is not a result file: line 1, column 1 is not "${MAGIC}${RESULT_VERSION}"`,
      "give a file that `probe run` wrote",
    );
  }

  #takeVersion(line: string): void {
    this.#requireMagic(line);
    const version = line.slice(MAGIC.length);
    if (version === String(RESULT_VERSION)) {
      this.#state = "meta";
      return;
    }
    if (version === `${RESULT_VERSION}\r`) {
      throw new Failure(
        EXIT.failed,
        `${this.#name} line 1: lines end in CR LF, must end in LF`,
        "use the file as `probe run` wrote it, or take the CRs away: tr -d '\\r' <FILE >NEW",
      );
    }
    throw new Failure(
      EXIT.failed,
      `${this.#name} line 1: result file of version ${
        JSON.stringify(version)
      }, this program reads ${RESULT_VERSION}`,
      "compare with the version of probe that wrote it",
    );
  }

  #takeMeta(json: string): void {
    const meta = parseMeta(json);
    if (this.#secondStart !== null) this.#failConcatenated(isUnusable(meta) ? null : meta.env);
    if (this.#meta !== null) this.#fail(null, `a second # meta line (the first is line ${this.#metaLine})`);
    if (isUnusable(meta)) this.#fail(null, `the # meta line ${meta.unusable}`);
    this.#meta = meta;
    this.#rows.besides.keep(declaredBesides(meta.runbook));
    this.#metaLine = this.#line;
    this.#state = "columns";
  }

  #takeColumns(line: string): void {
    const found = line.split(",");
    columnsOf(found.length).forEach((column, index) => {
      if (found[index] === column.name) return;
      const instead = found[index] === undefined ? "nothing" : JSON.stringify(found[index]);
      this.#fail(index, `the column must be named so, found ${instead}`);
    });
    this.#rows.width = found.length;
    this.#state = "rows";
  }

  #takeStack(line: string): void {
    const [, written = "", joined = ""] = /^# stack (\w+) (.*)$/.exec(line) ?? [];
    const key = withLetter(written);
    if (!isStackKey(key)) {
      return this.#fail(null, "a # stack line must have s, 16 lower-case hex digits and the frames");
    }
    if (key !== written) this.#hasBareKeys = true;
    const frames = joined === "" ? [] : joined.split(";");
    const expected = stackKey(frames);
    if (key !== expected) {
      this.#fail(null, `stack key ${key} does not belong to its frames, theirs is ${expected}`);
    }
    this.#stacks.set(key, frames);
    this.#rows.defineStack(key);
  }

  #takeResumption(json: string): void {
    const resumption = parseResumption(json);
    if (isUnusable(resumption)) return this.#fail(null, `the # resumed line ${resumption.unusable}`);
    if (this.#state !== "rows") this.#fail(null, "a # resumed line before the column names or after the end");
    if (resumption.planned) this.#parts++;
    else this.#notes.push({ code: "resumed", file: this.#name, run: resumption.run });
  }

  #takeEnd(json: string): void {
    if (this.#state === "ended") this.#fail(null, "a second # end line");
    if (this.#state !== "rows") this.#fail(null, "a # end line before the column names");
    const end = parseEnd(json);
    if (isUnusable(end)) return this.#fail(null, `the # end line ${end.unusable}`);
    const { values } = this.#rows.texts.status;
    const counts = new Map<string | null, number>();
    for (const code of this.#rows.texts.status.codes()) {
      const status = values[code]!;
      counts.set(status, (counts.get(status) ?? 0) + 1);
    }
    const found = { rows: this.#rows.run.length, ...Object.fromEntries(counts) } as Record<
      string,
      number
    >;
    for (const name of ["rows", "complete", "timeout", "aborted"] as const) {
      const rows = found[name] ?? 0;
      if (rows !== end[name]) {
        this.#fail(null, `the # end line says ${end[name]} ${name}, the rows say ${rows}`);
      }
    }
    this.#end = end;
    this.#state = "ended";
  }

  /**
   * The bytes after the last LF. Every line is written with an LF, so these were cut off, unless they are a
   * whole end line.
   */
  #takeTail(tail: Uint8Array, notes: FileNote[]): void {
    const line = decode(tail, 0, tail.length);
    this.#bounds = [0, tail.length];
    if (this.#state === "version") this.#refuseForeign(tail);
    if (this.#state === "version") this.#requireMagic(line);
    if (this.#secondStart !== null || this.#state === "ended" || tail.includes(LF)) {
      if (tail.includes(LF)) this.#fail(null, "a quoted cell is never closed");
      if (this.#secondStart === null) this.#fail(null, "something follows the # end line");
      return;
    }
    if (line.startsWith("# end ") && !isUnusable(parseEnd(line.slice("# end ".length)))) {
      this.#takeComment(line);
      return;
    }
    if (this.#state === "rows") {
      notes.push({ code: "line_cut_off", file: this.#name, line: this.#line });
    }
    this.#line++;
  }

  #failConcatenated(env: string | null): never {
    const line = this.#secondStart!;
    const first = this.#meta?.env ?? null;
    const found = env !== null && first !== null && env !== first
      ? `mixed env: ${env} at line ${line} after ${first}`
      : `a second result file begins at line ${line}`;
    throw new Failure(EXIT.failed, `${this.#name}: ${found}`, "keep one measurement per file");
  }

  #fail(column: number | null, reason: string, cause?: unknown): never {
    const name = column === null ? null : COLUMNS[column]?.name ?? "of a later version";
    const place = column === null ? "" : `, column ${column + 1} (${name})`;
    const rewriting = rewritingOf(decode(this.#buffer, ...this.#bounds), column);
    throw new Failure(
      EXIT.failed,
      `${this.#name} line ${this.#line}${place}: ${
        rewriting === null ? reason : `${SPREADSHEET.found}: ${rewriting}`
      }`,
      rewriting === null ? "use the file as `probe run` wrote it" : SPREADSHEET.remedy,
      { cause },
    );
  }
}

/**
 * @param name of the file, for messages
 * @param chunks its bytes, in pieces of any size; a piece may be reused once the next one is requested
 * @param visitor as in ResultReader
 * @throws Failure when the file is refused
 */
export function readResultFile(
  name: string,
  chunks: Iterable<Uint8Array>,
  visitor: RowVisitor | null = null,
): ResultFile {
  const reader = new ResultReader(name, visitor);
  for (const chunk of chunks) reader.push(chunk);
  return reader.finish();
}
