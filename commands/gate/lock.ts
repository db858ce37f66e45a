/** The lock of a set of files: their SHA-256, as `sha256sum` writes them into SHA256SUMS. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { openNamed, readNamed } from "../../runbook/machine/named_file.ts";

export const LOCK = "SHA256SUMS";

const MOST_BYTES = 8 << 20;
const CHUNK_BYTES = 1 << 18;
const AGAIN = `lock the set anew, in its folder: sha256sum */* >${LOCK}`;

/**
 * Checks each file of a locked set.
 *
 * @returns the paths of its files, from its folder
 * @throws Failure when there is no lock, or a file is not what it was when the set was locked
 */
export async function checkedLock(folder: string): Promise<ReadonlySet<string>> {
  const path = `${folder}/${LOCK}`;
  const bytes = readNamed(path, "a lock", MOST_BYTES);
  if (bytes.length > MOST_BYTES) throw refusal(`${path} is too long for a lock`);
  const names = new Set<string>();
  for (const [index, line] of new TextDecoder().decode(bytes).split("\n").entries()) {
    if (line === "") continue;
    const [, sha256, given] = /^([0-9a-f]{64}) [ *](.+)$/.exec(line) ?? [];
    if (sha256 === undefined) throw refusal(`${path} line ${index + 1} is not a SHA-256 and a path`);
    const name = given!.replace(/^(\.\/)+/, "");
    if (name.startsWith("/") || name.split("/").includes("..")) {
      throw refusal(`${path} line ${index + 1} names a file outside the set, ${name}`);
    }
    if (await hashOf(`${folder}/${name}`) !== sha256) {
      throw refusal(`${folder}/${name} is not what it was when the set was locked`);
    }
    names.add(name);
  }
  return names;
}

function refusal(found: string): Failure {
  return new Failure(EXIT.failed, found, AGAIN);
}

async function hashOf(path: string): Promise<string> {
  // The bundler takes no static import from outside the program.
  const { createHash } = await import("node:crypto");
  using file = openNamed(path, "a file of the set");
  const hash = createHash("sha256");
  const buffer = new Uint8Array(CHUNK_BYTES);
  for (let n = file.readSync(buffer); n !== null; n = file.readSync(buffer)) {
    hash.update(buffer.subarray(0, n));
  }
  return hash.digest("hex");
}
