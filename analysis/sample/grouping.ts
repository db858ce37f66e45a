/** Groups the runs of a file by what they share: the values of one column, or of several together. */

import type { DictionaryColumn } from "../result/column_store.ts";

/** Runs that share the values of some columns. */
export type Group =
  | { readonly name: string; readonly values: readonly string[] }
  /** One of the columns was not observed: null in `values`. Such runs belong to no stratum. */
  | { readonly name: null; readonly values: readonly (string | null)[] };

export interface Grouping {
  /** By code; may include groups without rows. Their values are in the order of the columns. */
  readonly groups: readonly Group[];
  /** Code of each row. */
  readonly codes: ArrayLike<number>;
}

/** The name of a group. */
export function nameOfValues(values: readonly string[]): string {
  return values.join(", ");
}

/** @param columns of one file */
export function groupingOf(columns: readonly DictionaryColumn[]): Grouping {
  const [first, ...others] = columns;
  let values: (readonly (string | null)[])[] = first!.values.map((value) => [value]);
  let codes: ArrayLike<number> = first!.codes();
  for (const column of others) {
    const next = column.codes();
    const width = column.values.length;
    const known = new Map<number, number>();
    const joined: (readonly (string | null)[])[] = [];
    const both = new Uint32Array(codes.length);
    for (let row = 0; row < both.length; row++) {
      const before = codes[row]!;
      const cell = before * width + next[row]!;
      let code = known.get(cell);
      if (code === undefined) {
        code = joined.push([...values[before]!, column.values[next[row]!]!]) - 1;
        known.set(cell, code);
      }
      both[row] = code;
    }
    [values, codes] = [joined, both];
  }
  return { groups: values.map(groupOf), codes };
}

function groupOf(values: readonly (string | null)[]): Group {
  const observed = values.filter((value) => value !== null);
  return observed.length < values.length
    ? { name: null, values }
    : { name: nameOfValues(observed), values: observed };
}

/** Rows of each group. */
export function sizesOf({ groups, codes }: Grouping): Float64Array {
  const sizes = new Float64Array(groups.length);
  for (let row = 0; row < codes.length; row++) sizes[codes[row]!]!++;
  return sizes;
}
