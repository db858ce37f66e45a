/**
 * The result file while it grows. It is created exclusively, each row is in it before the next run begins,
 * and it only holds whole lines: a write that fails half-way is undone.
 *
 * A written row survives the end of this process, however that ends. To survive the end of the machine it
 * must also be on the disk, which takes about 10 ms. Where the period has room for that, each row is there
 * before the next run; at short periods the disk follows in the background, at most half a second behind.
 */

import type { Row } from "../../analysis/result/columns.ts";
import { EXIT, Failure } from "../../analysis/failure.ts";
import type { End, Meta, Resumption } from "../../analysis/result/meta.ts";
import type { ResultFile } from "../../analysis/result/file.ts";
import {
  formatEnd,
  formatHeader,
  formatResumption,
  formatRow,
  formatStackLine,
} from "../../analysis/result/write.ts";
import { writeAllSync } from "../../system/write_all.ts";
import { systemWords } from "../machine/named_file.ts";
import type { StackCluster } from "../row/row.ts";
import type { OutputFile } from "./output_file.ts";

/** `ENV-HOST-UTCTIME.csv`; characters that are awkward in a file name become `_`. */
export function defaultPath(env: string, host: string, started: Date): string {
  return `${plain(env)}-${plain(host)}-${utcTime(started)}.csv`;
}

/** For example `20260102T030405Z`. */
export function utcTime(time: Date): string {
  return time.toISOString().replace(/[-:]|\.\d+/g, "");
}

/** A text as a part of a file's name. */
export function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9._]+/g, "_").replace(/^\./, "_");
}

/** What a continuation needs to know about a file that was cut off. */
export type CutOff = Pick<ResultFile, "wholeLineBytes" | "rows" | "stacks" | "hasBareStackKeys">;

/** When a row must be on the disk: before writeRow() returns, or soon. */
export type Syncing = "each row" | "in background";

const SYNC_DELAY_MS = 500;

/**
 * @returns whether we now hold the lock; the system's reason where locks do not exist (ENOLCK, ENOSYS,
 *   EOPNOTSUPP: NFS without its lock service, FUSE, sandboxes). A broken disk shows itself in the first
 *   write.
 */
function lock(file: OutputFile): boolean | string {
  try {
    return file.tryLockSync(true);
  } catch (error) {
    return systemWords(error);
  }
}

export class ResultWriter implements Disposable {
  readonly path: string;
  /** Why other processes are not kept from writing the file; null: it is locked. */
  readonly notLocked: string | null;
  readonly #file: OutputFile;
  readonly #syncing: Syncing;
  #syncTimer: ReturnType<typeof setTimeout> | null = null;
  #syncUnderWay: Promise<void> | null = null;
  /** Why a write in the background failed, kept until it can be reported. */
  #syncError: { readonly cause: unknown } | null = null;
  /** Bytes of the file that are on the disk, or on their way there. */
  #synced = 0;
  readonly #stacks = new Set<string>();
  #length = 0;
  #rows = 0;

  /**
   * @param file just created and empty, or opened to be continued; this object locks and closes it
   * @throws Failure when another process has it locked
   */
  constructor(path: string, file: OutputFile, syncing: Syncing = "each row") {
    this.path = path;
    this.#file = file;
    this.#syncing = syncing;
    const locked = lock(file);
    this.notLocked = typeof locked === "string" ? locked : null;
    if (locked !== false) return;
    file.close();
    throw new Failure(
      EXIT.failed,
      `cannot write ${path}: another probe is writing it`,
      "wait until it has ended",
    );
  }

  /**
   * Continues a file that was cut off; call it instead of writeHeader(). Removes what is not a whole line,
   * and notes that the rows after it come from another call.
   *
   * @param cutOff read while this object already held the lock
   */
  writeResumption(resumption: Resumption, cutOff: CutOff): void {
    this.#length = this.#synced = cutOff.wholeLineBytes;
    this.#rows = cutOff.rows;
    // Keys of an earlier program differ from those of the rows to come.
    if (!cutOff.hasBareStackKeys) { for (const key of cutOff.stacks.keys()) this.#stacks.add(key); }
    this.#file.truncateSync(this.#length);
    this.#append(formatResumption(resumption), "the resumption");
  }

  /** Nothing was written: a new file then holds nothing worth keeping. */
  get isEmpty(): boolean {
    return this.#length === 0;
  }

  writeHeader(meta: Meta): void {
    this.#append(formatHeader(meta), "the header");
  }

  /**
   * Writes the row, and the stacks that were not written before, in one write.
   *
   * @throws Failure when the disk refuses it; the rows before it stay whole
   */
  writeRow(row: Row, stacks: readonly StackCluster[]): void {
    let text = "";
    for (const { key, frames } of stacks) {
      if (this.#stacks.has(key)) continue;
      this.#stacks.add(key);
      text += formatStackLine(key, frames);
    }
    this.#append(text + formatRow(row), `row ${row.run}`, this.#syncing);
    this.#rows++;
  }

  writeEnd(end: End): void {
    this.#append(formatEnd(end), "the end line");
  }

  /** Brings the rows of a failed measurement to the disk too, as far as the disk allows. */
  [Symbol.dispose](): void {
    if (this.#syncTimer !== null) clearTimeout(this.#syncTimer);
    try {
      if (this.#synced < this.#length) this.#file.syncDataSync();
    } finally {
      this.#file.close();
    }
  }

  #append(text: string, what: string, syncing: Syncing = "each row"): void {
    const bytes = new TextEncoder().encode(text);
    try {
      if (this.#syncError !== null) throw this.#syncError.cause;
      writeAllSync(this.#file, bytes);
      if (syncing === "each row") this.#file.syncDataSync();
    } catch (error) {
      throw this.#failure(what, error);
    }
    this.#length += bytes.length;
    if (syncing === "each row") this.#synced = this.#length;
    else this.#syncSoon();
  }

  #syncSoon(): void {
    if (this.#syncTimer !== null || this.#syncUnderWay !== null) return;
    this.#syncTimer = setTimeout(() => {
      this.#syncTimer = null;
      this.#synced = this.#length;
      this.#syncUnderWay = this.#file.syncData()
        .catch((cause) => void (this.#syncError = { cause }))
        .finally(() => {
          this.#syncUnderWay = null;
          if (this.#synced < this.#length && this.#syncError === null) this.#syncSoon();
        });
    }, SYNC_DELAY_MS);
  }

  #failure(what: string, error: unknown): Failure {
    // An error of standard output, which already names it.
    if (error instanceof Failure) return error;
    const cut = `cannot write ${what} to ${this.path}: ${systemWords(error)}`;
    // openOutput removes the file, so it cannot be continued.
    if (this.isEmpty) {
      return new Failure(EXIT.failed, cut, "make room, or choose another path with --out", { cause: error });
    }
    try {
      this.#file.truncateSync(this.#length);
    } catch {
      return new Failure(
        EXIT.failed,
        cut,
        `its last line may be broken, the ${this.#rows} rows before are whole`,
        {
          cause: error,
        },
      );
    }
    return new Failure(
      EXIT.failed,
      `${cut} (${this.#rows} rows are in it)`,
      "make room and go on with --resume",
      { cause: error },
    );
  }
}
