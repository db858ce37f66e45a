/** A result file that several threads have: its columns lie in memory that they share. */

import { DictionaryColumn } from "./column_store.ts";
import type { ResultFile } from "./file.ts";
import { TEXT_NAMES, type TextName } from "./row.ts";

/** What a thread sends; nothing of the columns is copied on the way. */
export interface SharedFile {
  readonly rest: Omit<ResultFile, "texts">;
  readonly texts: readonly (readonly [name: TextName, values: DictionaryColumn["values"], codes: Codes])[];
}

type Codes = ReturnType<DictionaryColumn["codes"]>;

/** The columns are copied once, into memory that can be shared. */
export function shared({ texts, ...rest }: ResultFile): SharedFile {
  const names = [...TEXT_NAMES] as TextName[];
  const durations = Object.entries(rest.durations).map(([name, values]) => [name, inShared(values)]);
  const each = <Name>(columns: ReadonlyMap<Name, Float64Array>) =>
    new Map([...columns].map(([name, values]) => [name, inShared(values)]));
  return {
    rest: {
      ...rest,
      run: inShared(rest.run),
      durations: Object.fromEntries(durations) as ResultFile["durations"],
      besides: each(rest.besides),
      partTimes: each(rest.partTimes),
    },
    texts: names.map((name) => [name, texts[name].values, inShared(texts[name].codes())]),
  };
}

function inShared<Values extends Float64Array | Codes>(values: Values): Values {
  const memory = new SharedArrayBuffer(values.byteLength);
  const copy = new (values.constructor as new (memory: SharedArrayBuffer) => Values)(memory);
  copy.set(values);
  return copy;
}

/** The file, in each thread that has it. */
export function arrived({ rest, texts }: SharedFile): ResultFile {
  const columns = texts.map(([name, values, codes]) => [name, DictionaryColumn.of(values, codes)] as const);
  return { ...rest, texts: Object.fromEntries(columns) as ResultFile["texts"] };
}
