/** `probe compare A B`: opens and reads both files, compares, prints. Needs no privilege but to read them. */

import { compare } from "../analysis/compare.ts";
import { compareJson } from "../analysis/compare_json.ts";
import { compareText } from "../analysis/compare_text.ts";
import { EXIT, type ExitCode, Failure } from "../analysis/failure.ts";
import { readResultFile, type ResultFile } from "../analysis/result_file.ts";

export interface CompareFlags {
  /** Margin of the offset in ns, instead of the runbook's. */
  readonly margin?: number;
  /** Instead of the runbook's. */
  readonly alpha?: number;
  readonly format: "text" | "json";
}

const CHUNK_BYTES = 1 << 18;

/**
 * @param pathA the baseline
 * @param write takes the report
 * @throws Failure when a file cannot be read or is refused
 */
export function compareCommand(
  flags: CompareFlags,
  pathA: string,
  pathB: string,
  write: (text: string) => void,
): ExitCode {
  const a = readFile(pathA);
  const b = readFile(pathB);
  const comparison = compare(a, b, {
    ...(flags.margin === undefined ? {} : { marginNs: flags.margin }),
    ...(flags.alpha === undefined ? {} : { alpha: flags.alpha }),
  });
  write(flags.format === "json" ? compareJson(comparison) : compareText(comparison));
  return EXIT.done;
}

function readFile(path: string): ResultFile {
  using file = naming(path, () => Deno.openSync(path));
  return readResultFile(path, chunksOf(path, file));
}

/** The bytes of a file in pieces; each piece is overwritten by the next. */
function* chunksOf(path: string, file: Deno.FsFile): Generator<Uint8Array> {
  const buffer = new Uint8Array(CHUNK_BYTES);
  const read = () => naming(path, () => file.readSync(buffer));
  for (let n = read(); n !== null; n = read()) yield buffer.subarray(0, n);
}

/** The system's errors as ones that name the file. */
function naming<T>(path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw new Failure(EXIT.failed, `cannot read ${path}: ${reasonOf(error)}`, remedyFor(error), {
      cause: error,
    });
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.PermissionDenied) return "permission denied";
  if (error instanceof Deno.errors.IsADirectory) return "it is a folder";
  return error instanceof Error ? error.message : String(error);
}

function remedyFor(error: unknown): string {
  if (error instanceof Deno.errors.PermissionDenied) return "make it readable for this user";
  return "give the path of a result file of `probe run`";
}
