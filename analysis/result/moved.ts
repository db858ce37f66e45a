/** A result file on its way to another thread: its columns' memory is moved there, not copied. */

import { DictionaryColumn } from "./column_store.ts";
import type { ResultFile } from "./file.ts";
import { TEXT_NAMES, type TextName } from "./row.ts";

/** What a thread sends. */
export interface MovedFile {
  readonly rest: Omit<ResultFile, "texts">;
  readonly texts: readonly (readonly [name: TextName, values: DictionaryColumn["values"], codes: Codes])[];
}

type Codes = ReturnType<DictionaryColumn["codes"]>;

/** @returns what to send, and the memory that goes with it: the file is of no use here afterwards */
export function moved({ texts, ...rest }: ResultFile): { file: MovedFile; memory: Transferable[] } {
  const names = [...TEXT_NAMES] as TextName[];
  const columns = names.map((name) => [name, texts[name].values, texts[name].codes()] as const);
  const numbers = [
    rest.run,
    ...Object.values(rest.durations),
    ...rest.besides.values(),
    ...rest.partTimes.values(),
  ];
  return {
    file: { rest, texts: columns },
    memory: [...numbers, ...columns.map(([, , codes]) => codes)].map(({ buffer }) => buffer as ArrayBuffer),
  };
}

/** The file that was sent. */
export function arrived({ rest, texts }: MovedFile): ResultFile {
  const columns = texts.map(([name, values, codes]) => [name, DictionaryColumn.of(values, codes)] as const);
  return { ...rest, texts: Object.fromEntries(columns) as ResultFile["texts"] };
}
