/** Reads a TOML file that a user named: a runbook, or the policy of a gate. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { binaryFormOf } from "../../analysis/result/foreign_form.ts";
import { readNamed } from "./named_file.ts";

/** Such a file has a few lines; this is far more than any needs, and small enough to search line by line. */
const MOST_BYTES = 65_536;

export interface TomlFile {
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly text: string;
}

/**
 * @param path `-` is standard input
 * @param noun what it is, such as `runbook`
 * @throws Failure (failed) when the file cannot be read; (usage) when it is not a short text
 */
export function readTomlFile(path: string, noun: string): TomlFile {
  const bytes = readNamed(path, `a ${noun}`, MOST_BYTES);
  const refuse = (found: string, remedy: string) => new Failure(EXIT.usage, `${path} ${found}`, remedy);
  if (bytes.length > MOST_BYTES) {
    throw refuse(`is too long for a ${noun}`, `give a file of at most ${MOST_BYTES} bytes`);
  }
  const other = binaryFormOf(bytes);
  if (other !== null) throw refuse(`is not a ${noun}: ${other.found}`, other.remedy);
  try {
    // Drops a byte order mark.
    return { path, bytes, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    throw refuse("is not UTF-8 text", `give a ${noun}: a TOML file`);
  }
}

/** What a result says about a file: its name without folders, and its SHA-256. */
export async function factOf(
  { path, bytes }: Pick<TomlFile, "path" | "bytes">,
): Promise<{ name: string; sha256: string }> {
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return { name: path.slice(path.lastIndexOf("/") + 1), sha256: new Uint8Array(digest).toHex() };
}
