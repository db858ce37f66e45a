/** What differs between files that are pooled. */
export type Between =
  /** They are not of one distribution. */
  | {
    readonly code: "files_differ";
    readonly question: string;
    readonly p: number;
    readonly p_capped: boolean;
    /** The smallest and the largest of the files. */
    readonly medians_ns: readonly [number, number];
  }
  /** Facts of their machines. */
  | {
    readonly code: "files_vary";
    readonly facts: readonly { readonly field: string; readonly values: readonly string[] }[];
  };

/** A file among those that are pooled to one side. */
export interface FilePart {
  readonly name: string;
  readonly rows: number;
  /** Its value of the key `file`. */
  readonly label: string;
  /** What is added to the numbers of its runs, so that no two runs of the side have one number. */
  readonly runOffset: number;
}
