import type { ColumnName } from "./columns.ts";

/** What a reader of conclusions must know about a file. The words are in analysis/print. */
export type FileNote =
  /** No # end line follows its rows, which are used. */
  | { readonly code: "cut_off"; readonly file: string; readonly rows: number }
  | { readonly code: "resumed"; readonly file: string; readonly run: number }
  /** The line was cut off in its middle and is not used. */
  | { readonly code: "line_cut_off"; readonly file: string; readonly line: number };

/** What in the stages of a run contradicts something else. The words are in analysis/print. */
export type Contradiction =
  /** A stage lies before one that it must follow. */
  | { readonly code: "order"; readonly column: ColumnName; readonly is_before: ColumnName }
  /** A complete run without tkread_task_ns. */
  | { readonly code: "no_task_read" };

/** A run whose stages contradict each other; it is kept and counted. */
export interface IntegrityError {
  readonly line: number;
  readonly reason: Contradiction;
}
