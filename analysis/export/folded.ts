/** Stacks in the folded form of flamegraph.pl, speedscope and their like: `outermost;...;innermost count`. */

import type { DictionaryColumn } from "../result/column_store.ts";
import type { ResultFile } from "../result/file.ts";

/**
 * One line for each stack cluster of the wakeups, below a root `ttwu`, and of the reads, below `tkread`: how many
 * runs have it, complete or not. Runs whose stack was not observed are in no line.
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
