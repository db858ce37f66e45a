/** Columns that nothing was grouped by: constant ones that differ between the sides, and ones that vary inside strata. */

import type { Grouping } from "../sample/grouping.ts";
import { both, completeCode } from "../sample/sample.ts";
import type { ContextDifference } from "./comparison.ts";
import type { Pair } from "../sample/summary.ts";
import type { ResultFile } from "../result/file.ts";
import { TEXT_NAMES, type TextName } from "../result/row.ts";

/** Columns that say how a run went: by these runs are chosen. */
const OUTCOMES: readonly string[] = ["status", "last_stage"] satisfies TextName[];

/** What may explain a difference: all texts that a file keeps. */
const CANDIDATES = [...TEXT_NAMES].filter((name) => !OUTCOMES.includes(name)) as TextName[];

/** Values of a varying column that a warning names. */
const NAMED_VALUES = 3;

/** Columns that are constant on each side but not the same. */
export function constantDifferences(files: Pair<ResultFile>): ContextDifference[] {
  return CANDIDATES.filter((column) => !column.endsWith("_stack")).flatMap((column) => {
    const [inA, inB] = both(files, (file) => valuesOf(file, column));
    const differs = inA.length === 1 && inB.length === 1 && inA[0]![0] !== inB[0]![0];
    return differs ? [{ field: column, values: [inA[0]![0], inB[0]![0]] }] : [];
  });
}

/**
 * Columns that vary inside a stratum of every key, as benchstat's residue: they may make a difference that no key
 * explains. In one sentence, with their values; nothing when there is none.
 *
 * @param names of the sides
 * @param keys that the runs are grouped by: their columns, and the groups of both sides
 */
export function residueOf(
  files: Pair<ResultFile>,
  names: Pair<string>,
  keys: readonly { readonly columns: readonly string[]; readonly groupings: Pair<Grouping> }[],
): string[] {
  const isKey = new Set(keys.flatMap(({ columns }) => columns));
  const found = CANDIDATES.filter((column) => !isKey.has(column)).flatMap((column) => {
    const values = both(files, (file) => valuesOf(file, column));
    const varies = ([0, 1] as const).filter((side) =>
      values[side].length > 1 &&
      keys.every(({ groupings }) => variesWithin(files[side], column, groupings[side]))
    );
    if (varies.length === 0) return [];
    return [`${column} (${varies.map((side) => `${names[side]}: ${listed(values[side])}`).join("; ")})`];
  });
  return found.length === 0 ? [] : [`vary inside strata and are no key: ${found.join(", ")}`];
}

function listed(values: readonly [value: string, count: number][]): string {
  const named = values.slice(0, NAMED_VALUES).map(([value, count]) => `${value} ${count}`).join(", ");
  return values.length > NAMED_VALUES ? `${named} and ${values.length - NAMED_VALUES} more` : named;
}

/** Whether two complete runs of one group differ in an observed value. */
function variesWithin(file: ResultFile, column: TextName, { values, codes }: Grouping): boolean {
  const cells = file.texts[column].codes();
  const status = file.texts.status.codes();
  const complete = completeCode(file);
  const first = new Int32Array(values.length);
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row]!;
    const group = codes[row]!;
    if (status[row] !== complete || cell === 0 || values[group] === null) continue;
    if (first[group] === 0) first[group] = cell;
    else if (first[group] !== cell) return true;
  }
  return false;
}

/** Distinct observed values over the complete runs, the most frequent first. */
function valuesOf(file: ResultFile, column: TextName): [value: string, count: number][] {
  const names = file.texts[column].values;
  const codes = file.texts[column].codes();
  const status = file.texts.status.codes();
  const complete = completeCode(file);
  const counts = new Float64Array(names.length);
  for (let i = 0; i < codes.length; i++) if (status[i] === complete) counts[codes[i]!]!++;
  return names
    .flatMap((name, code): [string, number][] =>
      name === null || counts[code] === 0 ? [] : [[name, counts[code]!]]
    )
    .sort(([x, many], [y, few]) => few - many || (x < y ? -1 : 1));
}
