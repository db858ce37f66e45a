/** Two sides made of offsets, compared. */

import type { Row } from "../../analysis/columns.ts";
import { compare, type CompareOptions } from "../../analysis/compare.ts";
import type { Comparison } from "../../analysis/comparison.ts";
import type { Meta } from "../../analysis/meta.ts";
import { fileText, read, rowOf, USUAL } from "./result_fixture.ts";

export const MS = 1_000_000;

/** Runs whose offsets are the given ones, in ns. */
export function runs(offsets: readonly number[], over: (index: number) => Partial<Row> = () => ({})): Row[] {
  return offsets.map((tkread, i) => rowOf(i + 1, { ...USUAL, tkread }, over(i)));
}

/** n different offsets about `centre`, `step` apart. */
export function spread(n: number, centre: number, step: number): number[] {
  return Array.from({ length: n }, (_, i) => centre + Math.round((i - (n - 1) / 2) * step));
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
