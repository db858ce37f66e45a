/** Some rows of a result file, as if the file had no others. */

import { DURATIONS } from "./durations.ts";
import type { ResultFile } from "./file.ts";
import { TEXT_NAMES, type TextName } from "./row.ts";

/**
 * @param kept by row: whether it stays
 * @param condition that the rows meet, for the file's note
 * @returns the file with these rows; what it says of all of its rows (its end, sums, contradictions) stays
 */
export function subset(file: ResultFile, kept: Uint8Array, condition: string): ResultFile {
  const rows = kept.reduce((sum, one) => sum + one, 0);
  const numbers = (values: Float64Array) => values.filter((_, row) => kept[row] === 1);
  return {
    ...file,
    rows,
    run: numbers(file.run),
    durations: Object.fromEntries(
      DURATIONS.map(({ name }) => [name, numbers(file.durations[name])]),
    ) as unknown as ResultFile["durations"],
    texts: Object.fromEntries(
      [...TEXT_NAMES].map((name) => [name, file.texts[name as TextName].rowsWhere(kept)]),
    ) as unknown as ResultFile["texts"],
    besides: new Map([...file.besides].map(([name, values]) => [name, numbers(values)])),
    partTimes: new Map([...file.partTimes].map(([name, values]) => [name, numbers(values)])),
    notes: [{ code: "where", file: file.name, condition, rows, of: file.rows }, ...file.notes],
  };
}
