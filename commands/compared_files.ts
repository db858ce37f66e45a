/** Result files against each other, for every command that compares, whatever it makes of it. */

import { compareAll } from "../analysis/compare/compare.ts";
import type { Comparison } from "../analysis/compare/comparison.ts";
import type { DictionaryColumn } from "../analysis/result/column_store.ts";
import type { ColumnName } from "../analysis/result/columns.ts";
import type { ResultFile } from "../analysis/result/file.ts";

/** How files are compared. */
export interface ComparisonFlags {
  /** Columns whose values together make a stratum. */
  readonly by?: readonly ColumnName[];
  /** Margin of the question LEAD in ns, instead of the runbook's. */
  readonly margin?: number;
  /** Instead of the runbook's. */
  readonly alpha?: number;
}

/** A file and the columns that its runs may be grouped by. */
export interface KeyedFile {
  readonly file: ResultFile;
  readonly columnOf: (name: ColumnName) => DictionaryColumn;
}

/** Each file but the first against the first; nothing when there is one only. */
export function compareFiles(
  files: readonly KeyedFile[],
  { by, margin, alpha }: ComparisonFlags,
): Comparison[] {
  const columns = new Map(files.map(({ file, columnOf }) => [file, columnOf]));
  return compareAll(files.map(({ file }) => file), {
    ...(by === undefined ? {} : { by, columnOf: (file, name) => columns.get(file)!(name) }),
    ...(margin === undefined ? {} : { marginNs: margin }),
    ...(alpha === undefined ? {} : { alpha }),
  });
}
