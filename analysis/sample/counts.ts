/** How many runs have each value of a column. */

import { type Status, STATUSES } from "../result/columns.ts";
import type { DictionaryColumn } from "../result/column_store.ts";
import type { ResultFile } from "../result/file.ts";

export interface Count {
  /** null: not observed. */
  readonly value: string | null;
  /** At least 1. */
  readonly runs: number;
}

/**
 * The most frequent value first.
 *
 * @param rows those that count; default: all
 */
export function countsOf(column: DictionaryColumn, rows?: Uint32Array): Count[] {
  const codes = column.codes();
  const counts = new Float64Array(column.values.length);
  if (rows === undefined) { for (let row = 0; row < codes.length; row++) counts[codes[row]!]!++; }
  else for (let i = 0; i < rows.length; i++) counts[codes[rows[i]!]!]!++;
  return column.values.map((value, code) => ({ value, runs: counts[code]! }))
    .filter(({ runs }) => runs > 0)
    .sort((x, y) => y.runs - x.runs || (String(x.value) < String(y.value) ? -1 : 1));
}

/** Number of runs for each status. */
export function statusesOf({ texts }: ResultFile): Readonly<Record<Status, number>> {
  const counts = new Map(countsOf(texts.status).map(({ value, runs }) => [value, runs]));
  return Object.fromEntries(STATUSES.map((status) => [status, counts.get(status) ?? 0])) as Record<
    Status,
    number
  >;
}
