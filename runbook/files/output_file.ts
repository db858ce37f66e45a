/**
 * Files and folders that a user wants written: created, never overwritten, with the system's errors in words.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { systemWords } from "../machine/named_file.ts";

/** The part of Deno.FsFile in use, so a test can fill the disk. */
export interface OutputFile {
  writeSync(bytes: Uint8Array): number;
  truncateSync(length: number): void;
  /** Locks the file until it is closed; false when another process holds the lock. */
  tryLockSync(exclusive: boolean): boolean;
  syncDataSync(): void;
  syncData(): Promise<void>;
  close(): void;
}

/** Names for standard output. */
const STANDARD_OUTPUT: readonly string[] = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/** What to do where a path cannot be taken. */
export const ANOTHER = "choose another path with --out";

/** Whether a path of --out stands for standard output. */
export function isStandardOutput(path: string | undefined): boolean {
  return path !== undefined && STANDARD_OUTPUT.includes(path);
}

/**
 * Standard output as a file: it cannot be cut back, and nothing locks it.
 *
 * @param write receives whole lines
 */
export function standardOutput(write: (text: string) => void): OutputFile {
  return {
    writeSync(bytes) {
      write(new TextDecoder().decode(bytes));
      return bytes.length;
    },
    truncateSync() {
      throw new Error("what was written to standard output cannot be taken back");
    },
    tryLockSync: () => true,
    syncDataSync: () => {},
    syncData: () => Promise.resolve(),
    close: () => {},
  };
}

/**
 * @param ifExists what to do when the path exists
 * @throws Failure when the path exists or cannot be written
 */
export function createOutputFile(path: string, ifExists = ANOTHER): OutputFile {
  try {
    return Deno.openSync(path, { write: true, createNew: true });
  } catch (cause) {
    const found = `cannot create ${path}: ${whyNotWritten(path, cause)}`;
    const remedy = cause instanceof Deno.errors.AlreadyExists ? ifExists : ANOTHER;
    throw new Failure(EXIT.failed, found, remedy, { cause });
  }
}

/** @throws Failure when the path cannot be written */
export function openOutputFile(path: string): OutputFile {
  try {
    return Deno.openSync(path, { append: true });
  } catch (cause) {
    const why = cause instanceof Deno.errors.NotFound ? "it does not exist" : whyNotWritten(path, cause);
    throw new Failure(EXIT.failed, `cannot go on with ${path}: ${why}`, "give the file to resume", { cause });
  }
}

/**
 * Creates a folder for files of these names.
 *
 * @param parents whether to create its parents too, and to accept an existing folder
 * @param remedy what to do where it cannot be
 * @throws Failure when the folder cannot be created, or holds one of the files
 */
export function createOutputFolder(
  path: string,
  parents: boolean,
  names: readonly string[],
  remedy = "choose another folder with --out-dir",
): void {
  const refuse = (found: string, options?: ErrorOptions) => new Failure(EXIT.failed, found, remedy, options);
  try {
    Deno.mkdirSync(path, { recursive: parents });
  } catch (cause) {
    throw refuse(`cannot make the folder ${path}: ${whyNotWritten(path, cause)}`, { cause });
  }
  const found = [...Deno.readDirSync(path)].find(({ name }) => names.includes(name));
  if (found !== undefined) throw refuse(`cannot write ${path}/${found.name}: it exists already`);
}

/** A folder as createOutputFolder() makes it. If it is new and nothing was put there, it goes with its scope. */
export class OutputFolder implements Disposable {
  readonly #isNew: boolean;

  constructor(readonly path: string, parents: boolean, names: readonly string[]) {
    this.#isNew = !exists(path);
    createOutputFolder(path, parents, names);
  }

  [Symbol.dispose](): void {
    if (this.#isNew && [...Deno.readDirSync(this.path)].length === 0) Deno.removeSync(this.path);
  }
}

/** false also where that cannot be seen: the attempt to write there says why. */
function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Why a path cannot be written, in the system's words. */
export function whyNotWritten(path: string, error: unknown): string {
  if (error instanceof Deno.errors.AlreadyExists) return "it exists already";
  if (error instanceof Deno.errors.NotFound) return "its folder does not exist";
  if (error instanceof Deno.errors.NotADirectory) return "a part of its path is not a folder";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  // The runtime's own message names its flags, which users of this program cannot set.
  if (error instanceof Deno.errors.NotCapable) {
    return !path.startsWith("/") && isDeleted(Deno.cwd())
      ? "the current folder was deleted"
      : "nothing is written below /dev, /proc and /sys";
  }
  return systemWords(error);
}

/** The folder to which the launcher changes from a deleted one, see build/parts/launcher.c. */
function isDeleted(folder: string): boolean {
  return /^\/proc\/(?:self|\d+)\/fdinfo$/.test(folder);
}
