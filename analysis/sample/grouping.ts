/** What runs are grouped by: one column of a result file, or several together. */

import type { ColumnName } from "../result/columns.ts";
import type { DictionaryColumn } from "../result/column_store.ts";
import type { ResultFile } from "../result/file.ts";
import type { TextName } from "../result/row.ts";

/** The runs of a file by the values of some columns. */
export interface Grouping {
  /** The values of each code; null for runs in which one of the columns was not observed. */
  readonly values: readonly (readonly string[] | null)[];
  /** Code of each row. */
  readonly codes: ArrayLike<number>;
}

/** A column of a file as values, row by row; that of a file's texts when it is one of them. */
export type ColumnOf = (file: ResultFile, name: ColumnName) => DictionaryColumn;

/** For columns that every file keeps. */
export const textOf: ColumnOf = (file, name) => file.texts[name as TextName];

/** How a group is named. */
export function nameOfValues(values: readonly string[]): string {
  return values.join(", ");
}

export function groupingOf(
  file: ResultFile,
  columns: readonly ColumnName[],
  columnOf: ColumnOf = textOf,
): Grouping {
  const [first, ...others] = columns.map((name) => columnOf(file, name));
  let values: (readonly string[] | null)[] = first!.values.map((value) => value === null ? null : [value]);
  let codes: ArrayLike<number> = first!.codes();
  for (const column of others) {
    const next = column.codes();
    const width = column.values.length;
    const known = new Map<number, number>();
    const joined: (readonly string[] | null)[] = [null];
    const both = new Uint32Array(codes.length);
    for (let row = 0; row < both.length; row++) {
      const before = codes[row]!;
      const cell = before * width + next[row]!;
      let code = known.get(cell);
      if (code === undefined) {
        const [start, value] = [values[before]!, column.values[next[row]!]!];
        code = start === null || value === null ? 0 : joined.push([...start, value]) - 1;
        known.set(cell, code);
      }
      both[row] = code;
    }
    [values, codes] = [joined, both];
  }
  return { values, codes };
}
