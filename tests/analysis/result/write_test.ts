import assert from "node:assert/strict";
import { COLUMNS } from "../../../analysis/result/columns.ts";
import { formatEnd, formatHeader, formatRow, formatStackLine } from "../../../analysis/result/write.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import { generatedMeta } from "../../../bench/generate.ts";
import { DIRECT, endOf, rowOf } from "./result_fixture.ts";

Deno.test("the header is the version, the meta and the column names, in three lines", () => {
  const lines = formatHeader(generatedMeta("host")).split("\n");
  assert.equal(lines.length, 4);
  assert.equal(lines[0], "# probe-result 1");
  assert.deepEqual(JSON.parse(lines[1]!.slice("# meta ".length)), generatedMeta("host"));
  assert.deepEqual(lines[2]!.split(","), COLUMNS.map((column) => column.name));
  assert.equal(lines[3], "");
});

Deno.test("a row has one cell per column, empty where nothing was observed", () => {
  const cells = formatRow(rowOf(1, undefined, { waker_comm: null })).trimEnd().split(",");
  assert.equal(cells.length, COLUMNS.length);
  assert.equal(cells[7], "");
  assert.equal(cells[22], "9100001000000000");
});

Deno.test("a text cell that a reader could mistake is quoted", () => {
  const cell = (comm: string) => formatRow(rowOf(1, undefined, { comm })).split(",4242")[0]!;
  for (
    const [comm, written] of [
      ["a,b", '"a,b"'],
      ['say "x"', '"say ""x"""'],
      ["#1", '"#1"'],
      ["kworker/0:1#", '"kworker/0:1#"'],
      ["two\nlines", '"two\nlines"'],
      [" padded", '" padded"'],
      ["", '""'],
      ["plain", "plain"],
    ] as const
  ) assert.ok(cell(comm).includes(`,101,${written},0,`), `${JSON.stringify(comm)} as ${written}`);
});

Deno.test("a row that could not be read back is not written", () => {
  for (
    const over of [
      { offset_ns: NaN },
      { offset_ns: 1.5 },
      { offset_ns: 2 ** 53 },
      { ttwu_ns: 1n << 63n },
      { wake_flags: "10" },
      { wake_flags: "0xAB" },
      { ttwu_stack: "abc" },
      { path: "sideways" },
      { migrated: "yes" },
      { load: null },
    ]
  ) {
    assert.throws(
      () => formatRow({ ...rowOf(1), ...over } as never),
      RangeError,
      JSON.stringify(Object.keys(over)),
    );
  }
});

Deno.test("a stack line holds the key of its frames", () => {
  assert.equal(
    formatStackLine(stackKey(DIRECT), DIRECT),
    `# stack ${stackKey(DIRECT)} ${DIRECT.join(";")}\n`,
  );
  assert.throws(() => formatStackLine(stackKey(DIRECT), ["other"]), RangeError);
  assert.throws(() => formatStackLine(stackKey(["a;b"]), ["a;b"]), RangeError);
});

Deno.test("the end is one line of JSON", () => {
  const end = endOf([rowOf(1)]);
  assert.equal(formatEnd(end), `# end ${JSON.stringify(end)}\n`);
});
