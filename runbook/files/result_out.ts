/**
 * The result file as it grows: created exclusively, each row in it before the next run begins, and whole lines
 * only: a write that fails half-way is taken back.
 *
 * A row that is written survives the end of this process, however it comes. Against the end of the machine it must be
 * on the disk, too, which takes some 10 ms: each row is, before the next run, where the period has room for that; at
 * short periods the disk follows in the background, half a second behind at most.
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

/** `ENV-HOST-UTCTIME.csv`; whatever is awkward in a file name becomes `_`. */
export function defaultPath(env: string, host: string, started: Date): string {
  const time = started.toISOString().replace(/[-:]|\.\d+/g, "");
  return `${plain(env)}-${plain(host)}-${time}.csv`;
}

function plain(text: string): string {
  return text.replace(/[^A-Za-z0-9._]+/g, "_").replace(/^\./, "_");
}

/** The part of a file that was cut off, as it was read, which its continuation needs. */
export type CutOff = Pick<ResultFile, "wholeLineBytes" | "rows" | "stacks" | "hasBareStackKeys">;

/** When a row is to be on the disk: before writeRow() returns, or soon. */
export type Syncing = "each row" | "in background";

const SYNC_DELAY_MS = 500;

/**
 * @returns whether nobody else has it locked; the system's reason where there are no locks (ENOLCK, ENOSYS,
 * EOPNOTSUPP: NFS without its lock service, FUSE, sandboxes). A disk that is broken shows itself in the first write.
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
  /** Why nothing keeps another process from writing the file, too; null: it is locked. */
  readonly notLocked: string | null;
  readonly #file: OutputFile;
  readonly #syncing: Syncing;
  #syncTimer: ReturnType<typeof setTimeout> | null = null;
  #syncUnderWay: Promise<void> | null = null;
  /** Why the disk did not take what is written, since nobody was there to be told. */
  #syncError: { readonly cause: unknown } | null = null;
  /** Bytes of the file that are on the disk, or are being brought there. */
  #synced = 0;
  readonly #stacks = new Set<string>();
  #length = 0;
  #rows = 0;

  /**
   * @param file just created and empty, or opened to go on with it; this object locks and closes it
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
   * Goes on with a file that was cut off, instead of writeHeader(): takes away what is not a whole line, and says that
   * from here on the rows are another call's.
   *
   * @param cutOff read when this object had the file locked already
   */
  writeResumption(resumption: Resumption, cutOff: CutOff): void {
    this.#length = this.#synced = cutOff.wholeLineBytes;
    this.#rows = cutOff.rows;
    // Keys of an earlier program are others than those of the rows to come.
    if (!cutOff.hasBareStackKeys) { for (const key of cutOff.stacks.keys()) this.#stacks.add(key); }
    this.#file.truncateSync(this.#length);
    this.#append(formatResumption(resumption), "the resumption");
  }

  /** Nothing was written: a file that is new holds nothing that is worth keeping. */
  get isEmpty(): boolean {
    return this.#length === 0;
  }

  writeHeader(meta: Meta): void {
    this.#append(formatHeader(meta), "the header");
  }

  /**
   * Stacks not seen before and the row, in one write.
   *
   * @throws Failure when the disk does not take it; the rows before it are whole
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

  /** What a measurement that failed has written is on the disk, too, as far as the disk takes it. */
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
    // Of standard output, which has been named.
    if (error instanceof Failure) return error;
    const cut = `cannot write ${what} to ${this.path}: ${systemWords(error)}`;
    // The file is removed (openOutput): there is nothing to go on with.
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
