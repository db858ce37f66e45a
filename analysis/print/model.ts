/**
 * What an answer says, before anything decides how it looks. Builders turn the analysis into sentences,
 * findings and tables once. Text, Markdown and the page only choose from them, arrange and print them; they
 * add no wording.
 */

/** A text, and the numbers in it as JSON has them: not rounded, durations in ns. */
export interface Said {
  readonly text: string;
  readonly numbers: readonly number[];
}

/** A file that is no part of an answer about many, or cannot be read, and why. */
export interface Stranger {
  readonly file: string;
  readonly reason: string;
}

/** null: not known, or it does not exist. */
export type Cell = Said | null;

/** A sentence with a word that says what it is for. */
export interface Note {
  readonly label:
    | "because"
    | "margin"
    | "mix"
    | "modes"
    | "spread"
    | "boots"
    | "needed"
    | "stable"
    | "flips"
    | "asked"
    | "looks"
    | "thin"
    | "warning"
    | "method";
  readonly says: Said;
}

/** A fact with its name. */
export interface Field {
  readonly label: string;
  readonly says: Said;
}

/** Something that was estimated or tested. */
export interface Finding {
  /** What the finding is about; findings on one topic stand together. */
  readonly topic: string;
  /** The part of the data it covers; null: all. */
  readonly of: string | null;
  /** What was estimated or tested; null: the topic says it. */
  readonly what: string | null;
  readonly value: Cell;
  /** Interval or p-value. */
  readonly certainty: Cell;
  readonly method: Cell;
}

export interface TableColumn<Id extends string = string> {
  readonly id: Id;
  readonly name: string;
  /** One cell for each row, or one for each of the row's lines. */
  readonly per: "row" | "line";
}

/** What a row has in a column: one cell, or one for each of the table's lines. */
export type Cells = readonly Cell[];

export interface TableRow<Id extends string = string> {
  readonly head: Said;
  readonly cells: Readonly<Record<Id, Cells>>;
  /**
   * Runs in each bin of the table's range, one list per line; an empty list when there is nothing to draw.
   */
  readonly bins: readonly (readonly number[])[];
}

/** Rows that may each have several lines, such as one per side. */
export interface Table<Id extends string = string> {
  readonly caption: string;
  /** What the row heads name. */
  readonly head: string;
  /** Names of a row's lines; empty when each row is one line. */
  readonly lines: readonly string[];
  readonly columns: readonly TableColumn<Id>[];
  readonly rows: readonly TableRow<Id>[];
  /** From where to where the bins reach; null without bins. */
  readonly range: Cell;
  /** What to print when the table has no rows. */
  readonly empty: string;
}
