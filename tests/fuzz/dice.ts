/** Random choices that a seed repeats. */

import { Xoshiro128 } from "../../analysis/stats/random.ts";

export class Dice {
  readonly #random: Xoshiro128;

  /** @param seed 32 bits; @param number of the case: each has choices of its own */
  constructor(seed: number, number: number) {
    this.#random = Xoshiro128.seeded(Math.imul(seed, 0x9e3779b1) ^ number);
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return this.#random.index(limit);
  }

  /** True in one of so many cases, on average. */
  oneIn(cases: number): boolean {
    return this.below(cases) === 0;
  }

  of<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  /** Some of the values, in their order. */
  some<T>(values: readonly T[], share: number): T[] {
    return values.filter(() => this.oneIn(share));
  }

  times<T>(count: number, action: () => T): T[] {
    return Array.from({ length: count }, action);
  }
}

/** Texts that may be the name of a task, a host or a file, and that a terminal must never act upon. */
export const NASTY_TEXTS: readonly string[] = [
  "",
  " ",
  "\x1b[31mred\x1b]0;title\x07",
  "a\x00b",
  "two\nlines",
  "\r",
  "\u202egnp.exe",
  "\u2028",
  "\x9b2J",
  "a,b",
  '"',
  '""",""',
  "'; rm -rf /",
  "<script>alert(1)</script>",
  "&amp;",
  "|*_`[x](y)",
  "=1+1",
  "\ufeff",
  "é".repeat(8),
  "x".repeat(5000),
  "-1",
  "0",
  "__proto__",
  "constructor",
  "\ud800",
];

/** Numbers at the limits of what is accepted, in the spelling of JSON and TOML. */
export const NASTY_NUMBERS: readonly string[] = [
  "0",
  "-0",
  "1",
  "-1",
  "2",
  "0.5",
  "1e-320",
  "1e-12",
  "0.999999999999",
  "1e308",
  "1e999",
  "-1e999",
  "4294967296",
  "9007199254740991",
  "9007199254740992",
  "9223372036854775807",
  "9223372036854775808",
  "18446744073709551616",
];
