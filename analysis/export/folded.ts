/**
 * Stacks in the folded format of flamegraph.pl, speedscope and similar tools: `outermost;...;innermost
 * count`.
 */

import type { DictionaryColumn } from "../result/column_store.ts";
import type { ResultFile } from "../result/file.ts";

/** What the stacks lead to: the wakeup, or the read. */
export const STACK_ROOTS = ["ttwu", "tkread"] as const;

export type StackRoot = (typeof STACK_ROOTS)[number];

/**
 * One line per stack cluster, below a root `ttwu` for wakeups and `tkread` for reads, with the number of runs
 * that have it, complete or not. Runs whose stack was not observed are in no line.
 *
 * @param root the only stacks to fold; without it all
 * @returns sorted lines, each with its LF
 */
export function foldedStacks(file: ResultFile, root?: StackRoot): string {
  const lines = STACK_ROOTS.filter((one) => root === undefined || one === root)
    .flatMap((one) => linesOf(one, file.texts[`${one}_stack`], file));
  return lines.sort().map((line) => `${line}\n`).join("");
}

function linesOf(root: StackRoot, column: DictionaryColumn, file: ResultFile): string[] {
  const counts = new Float64Array(column.values.length);
  for (const code of column.codes()) counts[code]!++;
  return column.values.flatMap((key, code) => {
    if (key === null || counts[code] === 0) return [];
    const frames = file.stacks.get(key) ?? [];
    return [`${[root, ...frames.toReversed()].join(";")} ${counts[code]}`];
  });
}
