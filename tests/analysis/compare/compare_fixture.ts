/** Two sides made of offsets, compared. */

import { drawToFront, Xoshiro128 } from "../../../analysis/stats/random.ts";
import type { Row } from "../../../analysis/result/columns.ts";
import { compareAll, type CompareOptions } from "../../../analysis/compare/compare.ts";
import type { Comparison } from "../../../analysis/compare/comparison.ts";
import type { ResultFile } from "../../../analysis/result/file.ts";
import type { Meta } from "../../../analysis/result/meta.ts";
import { fileText, read, rowOf, USUAL } from "../result/result_fixture.ts";

export const MS = 1_000_000;

/** Runs with the given offsets, in ns. */
export function runs(offsets: readonly number[], over: (index: number) => Partial<Row> = () => ({})): Row[] {
  return offsets.map((tkread, i) => rowOf(i + 1, { ...USUAL, tkread }, over(i)));
}

/** n different offsets around `centre`, `step` apart, in an order without information. */
export function spread(n: number, centre: number, step: number): number[] {
  return shuffled(n).map((i) => centre + Math.round((i - (n - 1) / 2) * step));
}

/** 0 to n - 1 in an order without information, the same each time. */
export function shuffled(n: number, seed = 1): number[] {
  const numbers = Float64Array.from({ length: n }, (_, i) => i);
  drawToFront(numbers, n, Xoshiro128.seeded(seed));
  return [...numbers];
}

/** The codes of all warnings. */
export function codesOf({ warnings }: Comparison): string[] {
  return warnings.map(({ code }) => code);
}

/** @param a the baseline */
export function compare(a: ResultFile, b: ResultFile, options: CompareOptions = {}): Comparison {
  return compareAll([a, b], options)[0]!;
}

export function compared(
  a: readonly Row[],
  b: readonly Row[],
  metaB: Partial<Meta> = {},
  options: CompareOptions = {},
): Comparison {
  return compare(
    read(fileText(a), undefined, "a.csv"),
    read(fileText(b, { started: "2026-01-02T00:00:00Z", ...metaB }, "vm"), undefined, "b.csv"),
    options,
  );
}
