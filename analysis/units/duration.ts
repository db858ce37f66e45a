/** Parses durations as a user writes them: `1s`, `100ms`, `1.5ms`, `50us`, `250ns`. */

import { EXIT, Failure } from "../failure.ts";

const NS_PER_UNIT: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
};

/**
 * @returns the duration in ns, a positive safe integer
 * @throws {Failure} exit code 2, when the text is not a positive number with a unit, finer than 1 ns, or too long
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(parseDuration("1.5ms"), 1_500_000);
 * ```
 */
export function parseDuration(text: string): number {
  const [, whole = "", fraction = "", unit = ""] = text.match(/^(\d+)(?:\.(\d+))?(ns|us|ms|s)$/) ?? [];
  const perUnit = NS_PER_UNIT[unit];
  if (perUnit === undefined) {
    throw new Failure(
      EXIT.usage,
      `"${text}" is not a duration`,
      "give a number and a unit, such as 1s, 100ms, 50us or 250ns",
    );
  }
  const scaled = BigInt(whole + fraction) * perUnit;
  const divisor = 10n ** BigInt(fraction.length);
  if (scaled % divisor !== 0n) {
    throw new Failure(
      EXIT.usage,
      `the duration ${text} is finer than 1ns`,
      "give a whole number of nanoseconds",
    );
  }
  const ns = scaled / divisor;
  if (ns === 0n) throw new Failure(EXIT.usage, `the duration ${text} is zero`, "give a longer one");
  if (ns > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new Failure(EXIT.usage, `the duration ${text} is longer than 104 days`, "give a shorter one");
  }
  return Number(ns);
}
