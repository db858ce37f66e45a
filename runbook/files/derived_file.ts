/** Files that can be made again from result files: pages and exports. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { beginsAsResult } from "../../analysis/result/foreign_form.ts";
import { writeAllSync } from "../../system/write_all.ts";
import { ANOTHER, createOutputFile, type OutputFile, whyNotWritten } from "./output_file.ts";

const START_BYTES = 64;

/**
 * Writes a whole file or leaves none: half of one would look like all of it.
 *
 * @param force whether a file of that path is replaced, once the new one is complete; a result file never is
 * @param fill writes the content by the function that it gets
 * @throws Failure when the path cannot be written; also what `fill` throws
 */
export async function writeDerivedFile(
  path: string,
  force: boolean,
  fill: (write: (bytes: Uint8Array) => void) => void | Promise<void>,
): Promise<void> {
  const target = force ? replaceable(path) : null;
  const written = target === null ? path : `${target}.${Deno.pid}.part`;
  const file = createOutputFile(written, `${ANOTHER}, or give --force to replace it`);
  try {
    await fill((bytes) => writeOrFail(path, file, bytes));
    file.syncDataSync();
    if (target !== null) Deno.renameSync(written, target);
  } catch (error) {
    Deno.removeSync(written);
    throw error;
  } finally {
    file.close();
  }
}

/**
 * Removes what is to be written anew, so that a failure leaves nothing that looks like an answer.
 *
 * @throws Failure when it is a result file, or no file
 */
export function removeDerivedFile(path: string): void {
  if (replaceable(path) !== null) Deno.removeSync(path);
}

/**
 * Where the file lies that is to be replaced; null when there is none.
 *
 * @throws Failure when it is a result file, or no file
 */
function replaceable(path: string): string | null {
  const refuse = (why: string, cause?: unknown) =>
    new Failure(EXIT.failed, `cannot replace ${path}: ${why}`, ANOTHER, { cause });
  try {
    const target = Deno.realPathSync(path);
    if (!Deno.statSync(target).isFile) throw refuse("it is not a regular file");
    using file = Deno.openSync(target);
    const start = new Uint8Array(START_BYTES);
    const length = file.readSync(start) ?? 0;
    if (beginsAsResult(start.subarray(0, length))) {
      throw refuse("it is a result file, which cannot be made again");
    }
    return target;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error instanceof Failure ? error : refuse(whyNotWritten(path, error), error);
  }
}

function writeOrFail(path: string, file: OutputFile, bytes: Uint8Array): void {
  try {
    writeAllSync(file, bytes);
  } catch (cause) {
    const found = `cannot write ${path}: ${whyNotWritten(path, cause)}`;
    throw new Failure(EXIT.failed, found, "make room or choose another path with --out", { cause });
  }
}
