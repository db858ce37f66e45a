/** What runs are grouped by: one column of a result file, or several together. */

import { type Column, COLUMNS } from "./columns.ts";
import { EXIT, Failure } from "./failure.ts";
import type { ResultFile } from "./result_file.ts";
import type { TextName } from "./result_row.ts";

/** The runs of a file by the values of some columns. */
export interface Grouping {
  /** The values of each code; null for runs in which one of the columns was not observed. */
  readonly values: readonly (readonly string[] | null)[];
  /** Code of each row. */
  readonly codes: ArrayLike<number>;
}

/** Columns that say how the run went, and by which runs are chosen. */
const NO_KEYS: readonly string[] = ["status", "last_stage"];

const isKey = ({ name, kind }: Column): boolean =>
  (["text", "enum", "bool"].includes(kind) || name === "ttwu_stack" || name === "tkread_stack") &&
  !NO_KEYS.includes(name);

/** All columns that can be asked for. */
export const KEY_NAMES = (COLUMNS as readonly Column[]).filter(isKey).map(({ name }) => name as TextName);

/**
 * @param text as after --by: columns separated by commas
 * @throws Failure (usage) for what is no column to group by, or twice the same
 */
export function parseKey(text: string): TextName[] {
  const names = text.split(",").map((name) => name.trim());
  for (const [index, name] of names.entries()) {
    if (!(KEY_NAMES as readonly string[]).includes(name)) {
      throw new Failure(
        EXIT.usage,
        `"${name}" is no column to group by`,
        `use some of ${KEY_NAMES.join(", ")}`,
      );
    }
    if (names.indexOf(name) !== index) {
      throw new Failure(EXIT.usage, `the column ${name} is named twice`, "name it once");
    }
  }
  return names as TextName[];
}

/** How a group is named. */
export function nameOfValues(values: readonly string[]): string {
  return values.join(", ");
}

export function groupingOf(file: ResultFile, columns: readonly TextName[]): Grouping {
  const [first, ...others] = columns.map((name) => file.texts[name]);
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
