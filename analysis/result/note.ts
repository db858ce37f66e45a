/** What a reader of conclusions must know about a file. The words are in analysis/print. */
export type Note =
  /** No # end line follows its rows, which are used. */
  | { readonly code: "cut_off"; readonly file: string; readonly rows: number }
  | { readonly code: "resumed"; readonly file: string; readonly run: number }
  /** The line was cut off in its middle and is not used. */
  | { readonly code: "line_cut_off"; readonly file: string; readonly line: number };
