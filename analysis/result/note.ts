import type { ColumnName } from "./columns.ts";

/** What a reader must know about a file before drawing conclusions. The words are in analysis/print. */
export type FileNote =
  /** The `# end` line is missing; the rows are used. */
  | { readonly code: "cut_off"; readonly file: string; readonly rows: number }
  | { readonly code: "resumed"; readonly file: string; readonly run: number }
  /** By several calls that were planned, with something else between them. */
  | { readonly code: "in_parts"; readonly file: string; readonly parts: number }
  /** Only the rows that meet a condition are used. */
  | {
    readonly code: "where";
    readonly file: string;
    readonly condition: string;
    readonly rows: number;
    readonly of: number;
  }
  /** The line was cut off in the middle and is not used. */
  | { readonly code: "line_cut_off"; readonly file: string; readonly line: number };

/** How the stages of a run contradict each other. The words are in analysis/print. */
export type Contradiction =
  /** A stage lies before one that it must follow. */
  | { readonly code: "order"; readonly column: ColumnName; readonly is_before: ColumnName }
  /** A complete run without tkread_task_ns. */
  | { readonly code: "no_task_read" };

/** A run whose stages contradict each other; it is kept and counted. */
export interface IntegrityError {
  readonly line: number;
  /** Where several files are pooled. */
  readonly file?: string;
  readonly reason: Contradiction;
}
