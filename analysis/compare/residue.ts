/**
 * Columns by which nothing was grouped: constant ones that differ between the sides, and ones that vary
 * inside strata.
 */

import type { Grouping } from "../sample/grouping.ts";
import { countsOf } from "../sample/counts.ts";
import { both, completeRows } from "../sample/sample.ts";
import type { ContextDifference } from "./comparison.ts";
import type { Pair } from "../sample/summary.ts";
import type { ResultFile } from "../result/file.ts";
import type { ValueCounts, Warning } from "./warning.ts";
import { TEXT_NAMES, type TextName } from "../result/row.ts";

/** Columns that say how a run went: they already decide which runs count. */
const OUTCOMES: readonly string[] = ["status", "last_stage"] satisfies TextName[];

/** The unit in which runs are nested: how much boots differ is told by itself. */
const UNIT: TextName = "boot";

/** What may explain a difference: all other texts that a file keeps. */
const CANDIDATES = [...TEXT_NAMES].filter((name) => name !== UNIT && !OUTCOMES.includes(name)) as TextName[];

/** Columns that are constant on each side but not the same. */
export function constantDifferences(files: Pair<ResultFile>): ContextDifference[] {
  const complete = both(files, completeRows);
  return CANDIDATES.filter((column) => !column.endsWith("_stack")).flatMap((column) => {
    const [inA, inB] = valuesOf(files, column, complete);
    const differs = inA.length === 1 && inB.length === 1 && inA[0]!.value !== inB[0]!.value;
    return differs ? [{ field: column, values: [inA[0]!.value, inB[0]!.value] }] : [];
  });
}

/**
 * Columns that vary inside a stratum of every key, like benchstat's residue: they may cause a difference that
 * no key explains.
 *
 * @param keys by which the runs are grouped: their columns, and the groups of both sides
 */
export function residueOf(
  files: Pair<ResultFile>,
  keys: readonly { readonly columns: readonly string[]; readonly groupings: Pair<Grouping> }[],
): Warning[] {
  const isKey = new Set(keys.flatMap(({ columns }) => columns));
  const complete = both(files, completeRows);
  const found = CANDIDATES.filter((column) => !isKey.has(column)).flatMap((column) => {
    const values = valuesOf(files, column, complete);
    const varying = (side: 0 | 1) =>
      values[side].length > 1 &&
        keys.every(({ groupings }) => variesWithin(files[side], column, groupings[side], complete[side]))
        ? values[side]
        : null;
    const varies = [varying(0), varying(1)] as const;
    return varies[0] === null && varies[1] === null ? [] : [{ column, values: varies }];
  });
  return found.length === 0 ? [] : [{ code: "residue", columns: found }];
}

/** Whether two complete runs of one group differ in an observed value. */
function variesWithin(
  file: ResultFile,
  column: TextName,
  { groups, codes }: Grouping,
  complete: Uint32Array,
): boolean {
  const cells = file.texts[column].codes();
  const first = new Int32Array(groups.length);
  for (let i = 0; i < complete.length; i++) {
    const cell = cells[complete[i]!]!;
    const group = codes[complete[i]!]!;
    if (cell === 0 || groups[group]!.name === null) continue;
    if (first[group] === 0) first[group] = cell;
    else if (first[group] !== cell) return true;
  }
  return false;
}

/** What was counted of a file's columns: a baseline is asked once for each other file, and for two purposes. */
const counted = new WeakMap<ResultFile, Map<TextName, ValueCounts>>();

/** Distinct observed values of the complete runs of each side, the most frequent first. */
function valuesOf(files: Pair<ResultFile>, column: TextName, complete: Pair<Uint32Array>): Pair<ValueCounts> {
  const of = (side: 0 | 1): ValueCounts => {
    const file = files[side];
    const known = counted.get(file) ?? new Map<TextName, ValueCounts>();
    counted.set(file, known);
    const found = known.get(column) ?? countsOf(file.texts[column], complete[side])
      .flatMap(({ value, runs }) => value === null ? [] : [{ value, runs }]);
    known.set(column, found);
    return found;
  };
  return [of(0), of(1)];
}
