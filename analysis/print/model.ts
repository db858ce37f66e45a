/**
 * What an answer says, before anything decides how it looks. Builders make sentences, findings and tables of what
 * the analysis found, once; text, Markdown and the page choose from them, arrange and print them, and word nothing
 * of it themselves.
 */

/** A text, and the numbers that it was made of as JSON has them: not rounded, durations in ns. */
export interface Said {
  readonly text: string;
  readonly numbers: readonly number[];
}

/** Null: not known, or there is none. */
export type Cell = Said | null;

/** A sentence with the word that says what it is there for. */
export interface Note {
  readonly label: "because" | "needed" | "stable" | "flips" | "thin" | "warning" | "method";
  readonly says: Said;
}

/** A fact by its name. */
export interface Field {
  readonly label: string;
  readonly says: Said;
}

/** Something that was estimated or tested. */
export interface Finding {
  /** What the finding is about; those about one topic follow each other. */
  readonly topic: string;
  /** The part of the data that it is of; null: all. */
  readonly of: string | null;
  /** What was estimated or tested; null: what the topic says. */
  readonly what: string | null;
  readonly value: Cell;
  /** Interval or p-value. */
  readonly certainty: Cell;
  readonly method: Cell;
}

export interface TableColumn<Id extends string = string> {
  readonly id: Id;
  readonly name: string;
  /** Cells in it: one a row, or one for each of the row's lines. */
  readonly per: "row" | "line";
}

/** What a row has in a column: its one cell in a list, or one cell for each of the table's lines. */
export type Cells = readonly Cell[];

export interface TableRow<Id extends string = string> {
  readonly head: Said;
  readonly cells: Readonly<Record<Id, Cells>>;
  /** Runs in each bin of the table's range, a list for each line; an empty one where there is nothing to draw. */
  readonly bins: readonly (readonly number[])[];
}

/** Rows of which each may have several lines, such as one for each side. */
export interface Table<Id extends string = string> {
  readonly caption: string;
  /** What the heads of the rows name. */
  readonly head: string;
  /** Names of a row's lines; none where each row is one line. */
  readonly lines: readonly string[];
  readonly columns: readonly TableColumn<Id>[];
  readonly rows: readonly TableRow<Id>[];
  /** What the bins reach from and to; null without bins. */
  readonly range: Cell;
  /** What to say when there is no row. */
  readonly empty: string;
}
