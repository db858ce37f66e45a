/** `probe export --dataset`: adds series to a data set for other engines, one file a series. */

import { EXIT, type ExitCode, Failure } from "../../analysis/failure.ts";
import { datasetPath } from "../../analysis/parquet/dataset.ts";
import { ParquetRows } from "../../analysis/parquet/write.ts";
import { writeDerivedFile } from "../../runbook/files/derived_file.ts";
import { isStandardOutput, whyNotWritten } from "../../runbook/files/output_file.ts";
import { readAnyFile } from "../../runbook/files/result_in.ts";

/**
 * @param paths of result files
 * @param force whether a series that the data set has is written anew
 * @param write receives the path of each file that was written
 * @throws Failure when a file cannot be read or is refused, or cannot be written; those before it are in the data set
 */
export async function datasetCommand(
  dataset: string,
  paths: readonly string[],
  force: boolean,
  write: (text: string) => void,
): Promise<ExitCode> {
  for (const path of paths) {
    if (path === "-" || isStandardOutput(dataset)) {
      const found = path === "-" ? "a file of a data set is read twice" : `${dataset} is not a folder`;
      throw new Failure(EXIT.usage, found, "give files, and a folder for the data set");
    }
    // Its place and its columns follow from the metadata, and only a whole file has a place.
    const { meta } = await readAnyFile(path);
    const place = datasetPath(meta);
    if (place === null) {
      const found = `${path} has no place in a data set: its start "${meta.started}" is no date`;
      throw new Failure(EXIT.failed, found, "leave it out");
    }
    const target = `${dataset.replace(/(?<=.)\/+$/, "")}/${place}`;
    if (!force && exists(target)) {
      throw new Failure(
        EXIT.failed,
        `${path} is in the data set already, as ${target}`,
        "leave it out, or give --force to write it anew",
      );
    }
    makeFolder(target.slice(0, target.lastIndexOf("/")));
    await writeDerivedFile(target, force, async (bytes) => {
      const rows = new ParquetRows(bytes, meta);
      rows.finish(await readAnyFile(path, (row) => rows.visit(row)));
    });
    write(`${target}\n`);
  }
  return EXIT.done;
}

function makeFolder(path: string): void {
  try {
    Deno.mkdirSync(path, { recursive: true });
  } catch (cause) {
    const found = `cannot make the folder ${path}: ${whyNotWritten(path, cause)}`;
    throw new Failure(EXIT.failed, found, "choose another folder with --dataset", { cause });
  }
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}
