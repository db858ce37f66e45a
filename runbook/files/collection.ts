/**
 * A folder in which a machine collects one result after the other: a name for each that no other has, and room
 * for the next ones.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { createOutputFolder } from "./output_file.ts";
import { plain, utcTime } from "./result_out.ts";

/** How much stays of such a folder: the newest of so many files, or of so many bytes. */
export type Keep = { readonly files: number } | { readonly bytes: number };

const UNITS: Readonly<Record<string, number>> = { MB: 1e6, GB: 1e9 };

/** A number of files, or a size such as `500MB`. */
export function parseKeep(text: string): Keep {
  const [, digits = "", unit] = /^([1-9]\d{0,8})(MB|GB)?$/.exec(text) ?? [];
  if (digits === "") {
    throw new Failure(
      EXIT.usage,
      `"${text}" is not what to keep`,
      "give a number of files, or a size such as 500MB",
    );
  }
  return unit === undefined ? { files: Number(digits) } : { bytes: Number(digits) * UNITS[unit]! };
}

/** Begins with what collectedPath() makes of label, host and boot. */
const COLLECTED = /^.+-boot[0-9a-z]{1,8}-(\d{8}T\d{6}Z)(?:-(\d+))?\.csv$/;

/**
 * `FOLDER/ENV-HOST-bootID-UTCTIME.csv`; ID is the beginning of the boot's, which also tells machines of one name
 * apart. A number follows where that exists. Makes the folder.
 *
 * @throws Failure when the folder cannot be made
 */
export function collectedPath(
  folder: string,
  { env, host, bootId }: { readonly env: string; readonly host: string; readonly bootId: string },
  started: Date,
): string {
  createOutputFolder(folder, true, []);
  const name = `${plain(env)}-${plain(host)}-boot${plain(bootId).slice(0, 8)}-${utcTime(started)}`;
  const taken = new Set([...Deno.readDirSync(folder)].map(({ name }) => name));
  for (let number = 1;; number++) {
    const file = `${name}${number === 1 ? "" : `-${number}`}.csv`;
    if (!taken.has(file)) return `${folder}/${file}`;
  }
}

/**
 * Removes the oldest results, by the time in their names, with what lies beside each under its name. Files of
 * other names stay, and so does `newest`.
 *
 * @returns the paths of the removed results
 * @throws Failure when one cannot be removed
 */
export function rotate(folder: string, newest: string, keep: Keep): string[] {
  const names = [...Deno.readDirSync(folder)].filter(({ isFile }) => isFile).map(({ name }) => name);
  const results = names.flatMap((name) => {
    const [, time, number = "1"] = COLLECTED.exec(name) ?? [];
    if (time === undefined || `${folder}/${name}` === newest) return [];
    return [{ name, age: `${time}-${number.padStart(9, "0")}`, files: belongingTo(name, names) }];
  }).sort((a, b) => a.age < b.age ? 1 : -1);
  const removed: string[] = [];
  let used = sizeOf(folder, belongingTo(newest.slice(folder.length + 1), names), keep);
  for (const { name, files } of results) {
    used += sizeOf(folder, files, keep);
    if (used <= ("files" in keep ? keep.files : keep.bytes)) continue;
    for (const file of files) remove(`${folder}/${file}`);
    removed.push(`${folder}/${name}`);
  }
  return removed;
}

/** A result, and what was kept of its slow runs. */
function belongingTo(name: string, names: readonly string[]): string[] {
  return names.filter((other) => other === name || other.startsWith(`${name}.`));
}

function sizeOf(folder: string, files: readonly string[], keep: Keep): number {
  if ("files" in keep) return 1;
  return files.reduce((sum, name) => sum + sizeOfFile(`${folder}/${name}`), 0);
}

/** 0: another call has removed it meanwhile. */
function sizeOfFile(path: string): number {
  try {
    return Deno.statSync(path).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return;
    const found = `cannot remove ${path}, which --keep-newest does not keep: ${(cause as Error).message}`;
    throw new Failure(EXIT.failed, found, "remove it, or keep more", { cause });
  }
}
