/** Columns that split the runs into strata, as a user names them. */

import { type Column, type ColumnName, EACH_COLUMN } from "../result/columns.ts";
import { didYouMean } from "../did_you_mean.ts";
import { EXIT, Failure } from "../failure.ts";
import { DictionaryColumn } from "../result/column_store.ts";
import type { ResultFile } from "../result/file.ts";
import { TEXT_NAMES, type TextName } from "../result/row.ts";
import type { RowView } from "../result/row_view.ts";

/** The file of a run, where a side has several; the file itself names it, no column does. */
export const FILE_KEY = "file";
export type KeyName = ColumnName | typeof FILE_KEY;

/** Excluded: each run has its own value in these. */
function isKey({ name, unit }: Column): boolean {
  return name !== "run" && name !== "correlation_id" && name !== "counter" && unit !== "ns";
}

/** The columns that may be named. */
export const KEY_NAMES: readonly string[] = [...EACH_COLUMN.filter(isKey).map(({ name }) => name), FILE_KEY];

/**
 * @param text names separated by commas, such as `signature,migrated`
 * @throws Failure with exit code 2 when one is not a column, or is a column of times
 */
export function parseKeys(text: string): KeyName[] {
  return text.split(",").map((name) => {
    if (name === FILE_KEY) return name;
    const column = EACH_COLUMN.find((column) => column.name === name);
    if (column !== undefined && isKey(column)) return column.name;
    const found = column === undefined ? `"${name}" is not a column` : `${name} differs from run to run`;
    const meant = column === undefined ? didYouMean(name, KEY_NAMES) : null;
    throw new Failure(
      EXIT.usage,
      `runs cannot be grouped: ${found}`,
      meant ?? "name columns such as signature,migrated,path,ttwu_stack,target_cpu",
    );
  });
}

/** Values of key columns that a ResultFile does not keep, collected row by row as a visitor of the reader. */
export class KeyColumns {
  readonly #columns = new Map<ColumnName, DictionaryColumn>();
  readonly #encoder = new TextEncoder();

  /** @param names of all keys; columns that the reader keeps anyway are left to it */
  constructor(names: readonly KeyName[]) {
    for (const name of names) {
      if (name !== FILE_KEY && !TEXT_NAMES.has(name)) this.#columns.set(name, new DictionaryColumn());
    }
  }

  visit(row: RowView): void {
    for (const [name, column] of this.#columns) {
      const text = row.text(name);
      if (text === null) {
        column.push(0);
        continue;
      }
      const bytes = this.#encoder.encode(text);
      const code = column.find(bytes, 0, bytes.length);
      column.push(code >= 0 ? code : column.add(bytes, 0, bytes.length));
    }
  }

  /** @param file the file whose rows were visited */
  column(file: ResultFile, name: KeyName): DictionaryColumn {
    return this.#columns.get(name as ColumnName) ?? keptColumn(file, name);
  }
}

/** A key column that every file has in memory. */
export function keptColumn(file: ResultFile, name: KeyName): DictionaryColumn {
  return name === FILE_KEY ? fileColumn(file) : file.texts[name as TextName];
}

function fileColumn({ name, rows, parts }: ResultFile): DictionaryColumn {
  const column = new DictionaryColumn();
  const encoder = new TextEncoder();
  for (const { label, rows: count } of parts ?? [{ label: baseName(name), rows }]) {
    const bytes = encoder.encode(label);
    const found = column.find(bytes, 0, bytes.length);
    const code = found >= 0 ? found : column.add(bytes, 0, bytes.length);
    for (let row = 0; row < count; row++) column.push(code);
  }
  return column;
}

/** A path without its folders. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
