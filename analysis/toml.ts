/** TOML that people write: the table of a file, the line of a key, and what is wrong, in words. */

import { parse, TomlError } from "smol-toml";
import { EXIT, Failure } from "./failure.ts";

/**
 * @param name of the file, for errors
 * @throws Failure (usage) with the line, for invalid TOML
 */
export function tomlTable(name: string, text: string): Record<string, unknown> {
  try {
    return parsed(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [first = ""] = error.message.split("\n");
    const reason = first.replace("Invalid TOML document: ", "");
    throw new Failure(EXIT.usage, `${name} line ${error.line}: no TOML: ${reason}`, "correct the line", {
      cause: error,
    });
  }
}

function parsed(text: string): Record<string, unknown> {
  // Whole numbers as bigint: 30 and 30.0 are different types of TOML.
  return parse(text, { integersAsBigInt: true });
}

/**
 * The line on which a key first appears, from 1. Only text that ends with whole statements parses as TOML. So the
 * shortest beginning of the file that parses and has the key ends with its statement, and the one before ends just
 * before it.
 *
 * @param keys of the tables around it, then its own
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(lineOfKey('version = 1\n[questions]\noffset = "4ms"\n', ["questions", "offset"]), 3);
 * ```
 */
export function lineOfKey(text: string, keys: readonly string[]): number {
  const lines = text.split("\n");
  let begins = 1;
  for (let end = 1; end <= lines.length; end++) {
    try {
      if (has(parsed(`${lines.slice(0, end).join("\n")}\n`), keys)) return begins;
      begins = end + 1;
    } catch (error) {
      if (!(error instanceof TomlError)) throw error;
    }
  }
  throw new RangeError(`The key must be in the text, got ${keys.join(".")}`);
}

function has(table: unknown, keys: readonly string[]): boolean {
  let at = table;
  for (const key of keys) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, key)) return false;
    at = (at as Record<string, unknown>)[key];
  }
  return true;
}

/** What a value is, in words that follow `it is`. */
export function kindOfValue(value: unknown): string {
  if (typeof value === "string") return "text";
  if (typeof value === "bigint") return "a whole number";
  if (typeof value === "number") return "a number with a fraction";
  if (typeof value === "boolean") return "true or false";
  if (Array.isArray(value)) return "a list";
  return value instanceof Date ? "a date or time" : "a table";
}
