/**
 * The bundler's chunks without traces of the machine: it names the files of its cache in comments, by their
 * way from the folder of the build, and chunks by a hash of all of that. The executable would differ from
 * folder to folder.
 */

import { createHash } from "node:crypto";
import { type Chunks, ENTRY } from "./program.ts";

/** A comment above the text of a file outside the project. */
const OUTSIDE = /^\/\/ \.\.\/.*\n/gm;

const NAME = /"\.\/([^"]+\.js)"/g;

/** By now every chunk's hash is of what it imports over so many steps. */
const ROUNDS = 8;

/**
 * The chunks under names that follow from what is in them and in the chunks that they import.
 *
 * @throws {Error} when two chunks are the same
 */
export function settled(chunks: Chunks): Chunks {
  const texts = new Map([...chunks].map(([name, text]) => [name, text.replaceAll(OUTSIDE, "")]));
  const renamed = (text: string, names: ReadonlyMap<string, string>) =>
    text.replaceAll(NAME, (whole, name: string) => names.has(name) ? `"./${names.get(name)}"` : whole);
  let names: ReadonlyMap<string, string> = new Map([...texts.keys()].map((name) => [name, begin(name)]));
  for (let round = 0; round < ROUNDS; round++) {
    names = new Map([...texts].map(([name, text]) => [name, nameOf(name, renamed(text, names))]));
  }
  const result = new Map([...texts].map(([name, text]) => [names.get(name)!, renamed(text, names)]));
  if (result.size !== texts.size) throw new Error("two of the bundler's chunks are the same");
  return new Map([...result].sort(([a], [b]) => a < b ? -1 : 1));
}

/** A chunk's name without the bundler's hash. */
function begin(name: string): string {
  return name.replace(/-[A-Z0-9]{8}\.js$/, "");
}

function nameOf(name: string, text: string): string {
  if (name === ENTRY) return ENTRY;
  return `${begin(name)}-${createHash("sha256").update(text).digest("hex").slice(0, 8).toUpperCase()}.js`;
}
