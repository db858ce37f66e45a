/** Reads R's answers (tests/golden/make.R) and compares with them. */

import assert from "node:assert/strict";

// deno-lint-ignore no-explicit-any -- each test states the shape of its file
export function golden(name: string): any {
  return JSON.parse(Deno.readTextFileSync(new URL(`../../golden/${name}.json`, import.meta.url)));
}

/** Two samples in the form of samples.json, each sorted ascending. */
export interface Pair {
  readonly a: Float64Array;
  readonly b: Float64Array;
}

/** The samples of samples.R by name. */
export function samplePairs(): Map<string, Pair> {
  const pairs: Record<string, { a: number[]; b: number[] }> = golden("samples");
  return new Map(Object.entries(pairs).map(([name, { a, b }]) => [name, { a: sorted(a), b: sorted(b) }]));
}

export function sorted(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

/** Asserts a relative error of at most 1e-9, or the given one; 0 and null must be met exactly. */
export function close(actual: number | null, expected: number | null, what: string, tolerance = 1e-9): void {
  if (actual === null || expected === null) {
    assert.equal(actual, expected, what);
    return;
  }
  const error = Math.abs(actual - expected);
  assert.ok(error <= tolerance * Math.abs(expected), `${what}: ${actual}, R says ${expected}`);
}
