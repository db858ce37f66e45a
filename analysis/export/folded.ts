/**
 * Stacks in the folded format of flamegraph.pl, speedscope and similar tools: `outermost;...;innermost
 * count`.
 */

import type { DictionaryColumn } from "../result/column_store.ts";
import type { ResultFile } from "../result/file.ts";

/**
 * One line per stack cluster, below a root `ttwu` for wakeups and `tkread` for reads, with the number of runs
 * that have it, complete or not. Runs whose stack was not observed are in no line.
 *
 * @returns sorted lines, each with its LF
 */
export function foldedStacks(file: ResultFile): string {
  const lines = [
    ...linesOf("ttwu", file.texts.ttwu_stack, file),
    ...linesOf("tkread", file.texts.tkread_stack, file),
  ];
  return lines.sort().map((line) => `${line}\n`).join("");
}

function linesOf(root: string, column: DictionaryColumn, file: ResultFile): string[] {
  const counts = new Float64Array(column.values.length);
  for (const code of column.codes()) counts[code]!++;
  return column.values.flatMap((key, code) => {
    if (key === null || counts[code] === 0) return [];
    const frames = file.stacks.get(key) ?? [];
    return [`${[root, ...frames.toReversed()].join(";")} ${counts[code]}`];
  });
}
