/** Compares result files for every command that needs it, whatever it does with the result. */

import { compareAll } from "../analysis/compare/compare.ts";
import type { Comparison } from "../analysis/compare/comparison.ts";
import type { DictionaryColumn } from "../analysis/result/column_store.ts";
import type { ColumnName } from "../analysis/result/columns.ts";
import type { ResultFile } from "../analysis/result/file.ts";

/** How files are compared. */
export interface ComparisonFlags {
  /** Columns whose values together make a stratum. */
  readonly by?: readonly ColumnName[];
  /** Margin of the question LEAD in ns; default: the runbook's. */
  readonly margin?: number;
  /** Default: the runbook's. */
  readonly alpha?: number;
}

/** A file and the columns by which its runs may be grouped. */
export interface KeyedFile {
  readonly file: ResultFile;
  readonly columnOf: (name: ColumnName) => DictionaryColumn;
}

/** Compares each file after the first with the first; empty when there is only one. */
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
