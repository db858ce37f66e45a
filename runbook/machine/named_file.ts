/** Opens a file that a user named, wherever it lies, and puts the system's errors into words. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { GuardedFileError, openGuardedFile, type ReadableFile } from "../../ffi/guarded_file.ts";
import { ERRNO, errnoName } from "../../system/errno.ts";

/** Names for standard input. */
const STANDARD_INPUT: readonly string[] = ["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];

let standardInputTaken = false;

/**
 * Opens a file for reading, also below /dev, /proc and /sys; `-` is standard input.
 *
 * @param expected what the path should name, such as `a runbook`
 * @throws Failure, as its readSync() does; (usage) when standard input is used a second time: its data is
 *   gone
 */
export function openNamed(path: string, expected: string): ReadableFile {
  const file = STANDARD_INPUT.includes(path)
    ? openStandardInput()
    : naming(path, expected, () => openReadable(path));
  return {
    readSync: (buffer) => naming(path, expected, () => file.readSync(buffer)),
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

/** @throws the system's own errors */
export function openReadable(path: string): ReadableFile {
  try {
    return Deno.openSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return openGuardedFile(path);
    throw error;
  }
}

function openStandardInput(): ReadableFile {
  if (standardInputTaken) throw givenTwice();
  standardInputTaken = true;
  return { readSync: (buffer) => Deno.stdin.readSync(buffer), [Symbol.dispose]: () => {} };
}

function givenTwice(): Failure {
  return new Failure(EXIT.usage, "standard input is given twice", "give it once, the other as a file");
}

/** Before anything is read, which may take as long as what writes it. @throws Failure (usage), as openNamed() */
export function requireOneInput(paths: readonly string[]): void {
  if (paths.filter((path) => STANDARD_INPUT.includes(path)).length > 1) throw givenTwice();
}

/**
 * The bytes of a short file, opened as openNamed() does.
 *
 * @param most bytes; of a longer file, which may be endless, it reads one byte more
 */
export function readNamed(path: string, expected: string, most: number): Uint8Array<ArrayBuffer> {
  using file = openNamed(path, expected);
  const bytes = new Uint8Array(most + 1);
  let length = 0;
  while (length < bytes.length) {
    const count = file.readSync(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return bytes.slice(0, length);
}

/** Turns the system's errors into ones that name the file. */
function naming<T>(path: string, expected: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw new Failure(
      EXIT.failed,
      `cannot read ${path}: ${whyUnreadable(error)}`,
      isDenied(error) ? "make it readable for this user" : `give the path of ${expected}`,
      { cause: error },
    );
  }
}

/** Why a file could not be read, in the system's words. */
export function whyUnreadable(error: unknown): string {
  if (error instanceof Deno.errors.NotFound || errnoOf(error) === ERRNO.ENOENT) {
    return "there is no such file";
  }
  if (isDenied(error)) return "permission denied";
  if (error instanceof Deno.errors.IsADirectory || errnoOf(error) === ERRNO.EISDIR) return "it is a folder";
  return error instanceof GuardedFileError ? errnoName(error.errno) : systemWords(error);
}

function isDenied(error: unknown): boolean {
  const errno = errnoOf(error);
  return error instanceof Deno.errors.PermissionDenied || errno === ERRNO.EACCES || errno === ERRNO.EPERM;
}

function errnoOf(error: unknown): number | null {
  return error instanceof GuardedFileError ? error.errno : null;
}

/** The system's words without Deno's additions: `no space left on device`. */
export function systemWords(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/ \(os error \d+\).*/s, "").toLowerCase();
}
