/** Decodes structs of bpf/record.h from bytes, by the layout in the BPF object's BTF. */

const READERS = {
  u8: (view: DataView, at: number) => view.getUint8(at),
  s8: (view: DataView, at: number) => view.getInt8(at),
  u16: (view: DataView, at: number) => view.getUint16(at, true),
  s16: (view: DataView, at: number) => view.getInt16(at, true),
  u32: (view: DataView, at: number) => view.getUint32(at, true),
  s32: (view: DataView, at: number) => view.getInt32(at, true),
  u64: (view: DataView, at: number) => view.getBigUint64(at, true),
  s64: (view: DataView, at: number) => view.getBigInt64(at, true),
} as const;

type IntegerKind = keyof typeof READERS;

/** One field as ffi/layout.generated.ts describes it. */
export interface StructField {
  readonly offset: number;
  readonly kind: IntegerKind | "char";
  /** Bytes of one element. */
  readonly bytes: number;
  /** Number of elements; 1 for a field that is not an array. */
  readonly count: number;
  /** The enum of its values. */
  readonly words?: Readonly<Record<string, number>>;
}

export interface Struct {
  readonly size: number;
  readonly fields: Readonly<Record<string, StructField>>;
}

/** The word for an enum's name: the part after its first `_`, in lower case: `PATH_DIRECT` -> `direct`. */
type WordOf<Name> = Name extends `${string}_${infer Word}` ? Lowercase<Word> : never;

/**
 * What a field becomes: a value of an enum its word (null: the enum has no such value), chars the text before
 * the first 0, eight bytes a bigint, fewer a number, an array its elements.
 */
export type ValueOf<F> = F extends { readonly words: infer Words } ? WordOf<keyof Words> | null
  : F extends { readonly kind: "char" } ? string
  : F extends { readonly kind: infer Kind extends IntegerKind; readonly count: infer Count }
    ? Count extends 1 ? IntegerOf<Kind> : readonly IntegerOf<Kind>[]
  : never;

type IntegerOf<Kind extends IntegerKind> = ReturnType<(typeof READERS)[Kind]>;

/** The decoded fields by name. */
export type Decoded<S extends Struct> = { readonly [Name in keyof S["fields"]]: ValueOf<S["fields"][Name]> };

/**
 * @param bytes one struct, `struct.size` long
 * @throws {RangeError} on any other length
 */
export function decodeStruct<S extends Struct>(struct: S, bytes: Uint8Array<ArrayBuffer>): Decoded<S> {
  if (bytes.length !== struct.size) {
    throw new RangeError(`The struct must have ${struct.size} bytes, got ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const values = Object.entries(struct.fields).map(([name, field]) => [name, valueOf(view, field)]);
  return Object.fromEntries(values) as Decoded<S>;
}

function valueOf(view: DataView, { offset, kind, bytes, count, words }: StructField) {
  if (kind === "char") return textOf(new Uint8Array(view.buffer, view.byteOffset + offset, count));
  const elements = Array.from({ length: count }, (_, i) => READERS[kind](view, offset + i * bytes));
  if (words !== undefined) return wordOf(words, Number(elements[0]));
  return count === 1 ? elements[0]! : elements;
}

function textOf(chars: Uint8Array): string {
  const end = chars.indexOf(0);
  return new TextDecoder().decode(end < 0 ? chars : chars.subarray(0, end));
}

/** @returns null: the enum has no such value */
export function wordOf<Words extends Readonly<Record<string, number>>>(
  words: Words,
  value: number,
): WordOf<keyof Words> | null {
  const name = Object.keys(words).find((name) => words[name] === value);
  return name === undefined ? null : name.slice(name.indexOf("_") + 1).toLowerCase() as WordOf<keyof Words>;
}
