/**
 * Makes ffi/layout.generated.ts from the BTF of the compiled BPF object, so a record's layout is written only
 * once, in bpf/record.h. The header says which types belong to it; the object says where their fields lie.
 */

import { stdoutOf } from "../process/command.ts";
import { type Freshness, renew } from "./generated.ts";

/** A header, the program that uses its types, and where their layout goes. */
export interface Layout {
  readonly header: string;
  readonly program: string;
  readonly file: string;
}

export const CHAIN_LAYOUT: Layout = {
  header: "bpf/record.h",
  program: "bpf/chain.bpf.c",
  file: "ffi/layout.generated.ts",
};

export const VCPU_LAYOUT: Layout = {
  header: "bpf/vcpu_record.h",
  program: "bpf/vcpu.bpf.c",
  file: "ffi/vcpu_layout.generated.ts",
};

export type ScalarKind = "u8" | "s8" | "u16" | "s16" | "u32" | "s32" | "u64" | "s64" | "char";

/** The marks that bpf/record.h uses. */
const KERNEL_ONLY = "kernel only";
const IF_SEEN = /^if /;
/** The enum to which the value named by IF_SEEN() belongs. */
const FACTS = "chain_seen";

interface BtfMember {
  readonly name: string;
  readonly type_id: number;
  readonly bits_offset: number;
  readonly bitfield_size?: number;
}

/** One type as `bpftool btf dump file OBJECT -j` prints it, with the fields used here. */
export interface BtfType {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  readonly size?: number;
  readonly encoding?: string;
  readonly type_id?: number;
  /** Index of the member that a DECL_TAG marks. */
  readonly component_idx?: number;
  readonly nr_elems?: number;
  readonly members?: readonly BtfMember[];
  readonly values?: readonly { readonly name: string; readonly val: number }[];
}

interface Scalar {
  readonly kind: ScalarKind;
  readonly bytes: number;
  readonly count: number;
  /** Name of the enum of its values. */
  readonly words?: string;
}

const BY_SIZE = new Map<string, ScalarKind>([
  ["1u", "u8"],
  ["1s", "s8"],
  ["2u", "u16"],
  ["2s", "s16"],
  ["4u", "u32"],
  ["4s", "s32"],
  ["8u", "u64"],
  ["8s", "s64"],
]);

function scalarOf(types: ReadonlyMap<number, BtfType>, id: number, where: string): Scalar {
  const type = types.get(id);
  if (type === undefined) throw new RangeError(`BTF of ${where} must have type ${id}, found none`);
  const size = type.size ?? 0;
  switch (type.kind) {
    case "TYPEDEF":
    case "CONST":
    case "VOLATILE":
      return scalarOf(types, type.type_id ?? 0, where);
    case "ARRAY": {
      const element = scalarOf(types, type.type_id ?? 0, where);
      return { ...element, count: element.count * (type.nr_elems ?? 0) };
    }
    case "ENUM":
      return { kind: "u32", bytes: size, count: 1, words: type.name };
    case "INT": {
      const kind = type.name === "char"
        ? "char"
        : BY_SIZE.get(`${size}${type.encoding === "SIGNED" ? "s" : "u"}`);
      if (kind !== undefined) return { kind, bytes: size, count: 1 };
    }
  }
  throw new TypeError(
    `${where} must be an integer, a char or an array of them, found ${type.kind} ${type.name}`,
  );
}

function constantName(name: string): string {
  return name.toUpperCase();
}

/** The sources of a layout. */
interface Known {
  readonly types: ReadonlyMap<number, BtfType>;
  /** The header's enums by name. */
  readonly enums: ReadonlyMap<string, BtfType>;
}

/** The marks of bpf/record.h on each member of a struct, by the member's index. */
function marksOf({ types }: Known, struct: BtfType): Map<number, string> {
  const tags = [...types.values()].filter(({ kind, type_id }) =>
    kind === "DECL_TAG" && type_id === struct.id
  );
  return new Map(tags.map(({ name, component_idx }) => [component_idx ?? -1, name]));
}

/** The argument of IF_SEEN(). */
function factOf({ enums }: Known, where: string, mark: string): string {
  const fact = mark.replace(IF_SEEN, "");
  if (IF_SEEN.test(mark) && enums.get(FACTS)?.values?.some(({ name }) => name === fact)) return fact;
  throw new RangeError(`${where} must be marked with a fact of enum ${FACTS}, found "${mark}"`);
}

function fieldSource(known: Known, where: string, member: BtfMember, mark: string | undefined): string {
  if ((member.bitfield_size ?? 0) !== 0) throw new TypeError(`${where} must not be a bit field`);
  const { kind, bytes, count, words } = scalarOf(known.types, member.type_id, where);
  if (words !== undefined && !known.enums.has(words)) {
    throw new TypeError(`${where} must be of an enum of the header, found enum ${words}`);
  }
  const facts = [
    `offset: ${member.bits_offset / 8}`,
    `kind: "${kind}"`,
    `bytes: ${bytes}`,
    `count: ${count}`,
    ...words === undefined ? [] : [`words: ${constantName(words)}`],
    ...mark === undefined ? [] : [`seen: "${factOf(known, where, mark)}"`],
  ];
  return `    ${member.name}: { ${facts.join(", ")} },`;
}

function structSource(known: Known, struct: BtfType): string {
  const marks = marksOf(known, struct);
  const fields = (struct.members ?? []).flatMap((member, index) => {
    const mark = marks.get(index);
    if (mark === KERNEL_ONLY) return [];
    return fieldSource(known, `struct ${struct.name}.${member.name}`, member, mark);
  });
  return [
    `/** struct ${struct.name} */`,
    `export const ${constantName(struct.name)} = {`,
    `  size: ${struct.size},`,
    "  fields: {",
    ...fields,
    "  },",
    "} as const;",
  ].join("\n");
}

function enumSource(type: BtfType): string {
  return [
    `/** enum ${type.name} */`,
    `export const ${constantName(type.name)} = {`,
    ...(type.values ?? []).map(({ name, val }) => `  ${name}: ${val},`),
    "} as const;",
  ].join("\n");
}

/**
 * @param header text of the header: its named enums and structs make up the layout
 * @param types the object's BTF
 * @returns TypeScript source: for each struct its size and its fields' byte offsets, kinds, bytes per
 *   element, element counts, the enum of their values and the fact that must be seen; for each enum its
 *   values
 * @throws {RangeError} when a type of the header is not in the BTF (clang drops what is not used), or a mark
 *   in the header is not valid
 * @throws {TypeError} when a field cannot be decoded
 */
export function layoutSource(
  header: string,
  types: readonly BtfType[],
  program: string = CHAIN_LAYOUT.program,
): string {
  const declared = [...header.matchAll(/^(struct|enum) (\w+) \{/gm)].map(([, keyword, name]) => {
    const kind = keyword === "struct" ? "STRUCT" : "ENUM";
    const type = types.find((candidate) => candidate.kind === kind && candidate.name === name);
    if (type !== undefined) return type;
    throw new RangeError(
      `BTF of ${program} must have ${keyword} ${name}; use it there, so that clang keeps it`,
    );
  });
  const known: Known = {
    types: new Map(types.map((type) => [type.id, type])),
    enums: new Map(declared.filter(({ kind }) => kind === "ENUM").map((type) => [type.name, type])),
  };
  const sources = declared.map((type) =>
    type.kind === "STRUCT" ? structSource(known, type) : enumSource(type)
  );
  return [
    `// Generated by build/parts/layout.ts from the BTF of ${program}; \`deno task build\` renews it.`,
    "// Offsets and sizes in bytes; integers are little-endian.",
    "",
    sources.join("\n\n"),
    "",
  ].join("\n");
}

/** Updates a layout from the BTF of the object at `objectPath`. */
export async function renewLayout(
  { header, program, file }: Layout,
  objectPath: string,
): Promise<Freshness> {
  const dump = JSON.parse(await stdoutOf(["bpftool", "btf", "dump", "file", objectPath, "-j"]));
  return await renew(file, layoutSource(await Deno.readTextFile(header), dump.types, program));
}
