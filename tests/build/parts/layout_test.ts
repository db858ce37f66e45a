import assert from "node:assert/strict";
import { type BtfType, layoutSource } from "../../../build/parts/layout.ts";

const U32: BtfType = { id: 1, kind: "INT", name: "unsigned int", size: 4, encoding: "(none)" };
const S64: BtfType = { id: 2, kind: "INT", name: "long long", size: 8, encoding: "SIGNED" };
const CHAR: BtfType = { id: 3, kind: "INT", name: "char", size: 1, encoding: "SIGNED" };

function struct(name: string, size: number, ...members: [string, number, number][]): BtfType {
  return {
    id: 100,
    kind: "STRUCT",
    name,
    size,
    members: members.map(([name, type_id, bits_offset]) => ({ name, type_id, bits_offset })),
  };
}

Deno.test("layoutSource() writes offset, kind, element size and count of each field of a struct", () => {
  const types: BtfType[] = [
    U32,
    S64,
    CHAR,
    { id: 4, kind: "ARRAY", name: "(anon)", type_id: 3, nr_elems: 16 },
    { id: 5, kind: "TYPEDEF", name: "__u32", type_id: 1 },
    struct("record", 32, ["number", 5, 0], ["time", 2, 64], ["comm", 4, 128]),
  ];
  assert.match(
    layoutSource("struct record {\n", types),
    new RegExp(
      [
        "export const RECORD = {",
        "  size: 32,",
        "  fields: {",
        '    number: { offset: 0, kind: "u32", bytes: 4, count: 1 },',
        '    time: { offset: 8, kind: "s64", bytes: 8, count: 1 },',
        '    comm: { offset: 16, kind: "char", bytes: 1, count: 16 },',
        "  },",
      ].join("\\n").replaceAll(/[{}]/g, "\\$&"),
    ),
  );
});

Deno.test("layoutSource() writes the values of the header's enums and leaves out those of other headers", () => {
  const types: BtfType[] = [
    { id: 1, kind: "ENUM", name: "path", size: 4, values: [{ name: "PATH_SELF", val: 1 }] },
    { id: 2, kind: "ENUM", name: "kernel", size: 4, values: [{ name: "OTHER", val: 7 }] },
  ];
  const source = layoutSource("enum path {\n\tPATH_SELF = 1,\n};\n", types);
  assert.match(source, /export const PATH = \{\n {2}PATH_SELF: 1,\n\} as const;/);
  assert.doesNotMatch(source, /OTHER/);
});

const FACTS: BtfType = {
  id: 7,
  kind: "ENUM",
  name: "chain_seen",
  size: 4,
  values: [{ name: "SEEN_A", val: 0 }],
};
const WORDS: BtfType = {
  id: 8,
  kind: "ENUM",
  name: "path",
  size: 4,
  values: [{ name: "PATH_SELF", val: 1 }],
};

const HEADER = "enum chain_seen {\nenum path {\nstruct record {\n";

/** Marks a member of the struct that struct() makes, as clang does. */
function mark(name: string, component_idx: number): BtfType {
  return { id: 200 + component_idx, kind: "DECL_TAG", name, type_id: 100, component_idx };
}

Deno.test("layoutSource() gives a field the enum of its values and the fact that guards it, and leaves the kernel's own out", () => {
  const record = struct("record", 16, ["path", 8, 0], ["own", 1, 32], ["time", 2, 64]);
  const types = [U32, S64, FACTS, WORDS, record, mark("if SEEN_A", 0), mark("kernel only", 1)];
  const source = layoutSource(HEADER, types);
  assert.match(
    source,
    /path: \{ offset: 0, kind: "u32", bytes: 4, count: 1, words: PATH, seen: "SEEN_A" \},/,
  );
  assert.doesNotMatch(source, /own/);
  assert.match(source, /time: \{ offset: 8, kind: "s64", bytes: 8, count: 1 \},/);
});

Deno.test("layoutSource() refuses a fact that is none, and an enum that is not in the header", () => {
  const record = struct("record", 16, ["path", 8, 0]);
  assert.throws(
    () => layoutSource(HEADER, [FACTS, WORDS, record, mark("if SEEN_B", 0)]),
    /struct record\.path must be marked with a fact of enum chain_seen, found "if SEEN_B"/,
  );
  assert.throws(
    () => layoutSource("struct record {\n", [WORDS, record]),
    /struct record\.path must be of an enum of the header, found enum path/,
  );
});

Deno.test("layoutSource() refuses a type of the header that clang has dropped from the BTF", () => {
  assert.throws(() => layoutSource("struct record {\n", [U32]), /must have struct record; use it there/);
});

Deno.test("layoutSource() refuses fields that cannot be decoded: pointers and bit fields", () => {
  const pointer: BtfType = { id: 9, kind: "PTR", name: "(anon)", type_id: 1 };
  assert.throws(
    () => layoutSource("struct record {\n", [U32, pointer, struct("record", 8, ["next", 9, 0])]),
    /struct record\.next must be an integer, .* found PTR/,
  );
  const narrow: BtfType = {
    ...struct("record", 4),
    members: [{ name: "bit", type_id: 1, bits_offset: 0, bitfield_size: 1 }],
  };
  assert.throws(
    () => layoutSource("struct record {\n", [U32, narrow]),
    /record\.bit must not be a bit field/,
  );
});
