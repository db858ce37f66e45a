import assert from "node:assert/strict";
import fc from "fast-check";
import { COLUMNS, type Row } from "../../../analysis/result/columns.ts";
import { correlationId } from "../../../analysis/result/correlation.ts";
import { EXIT, Failure } from "../../../analysis/failure.ts";
import { readResultFile, ResultReader } from "../../../analysis/result/file.ts";
import { formatEnd, formatRow } from "../../../analysis/result/write.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import { DIRECT, endOf, fileText, headerText, read, rowOf, timeoutOf, USUAL } from "./result_fixture.ts";

const ROWS = [
  rowOf(1),
  timeoutOf(2),
  rowOf(3, { ...USUAL, tkread: 9000 }, { signature: "WF_SYNC|WF_MIGRATED" }),
];

/** Text of column `name` of all rows. */
function texts(file: ReturnType<typeof read>, name: "status" | "comm" | "signature" | "ttwu_stack" | "load") {
  return [...file.texts[name].codes()].map((code) => file.texts[name].values[code]);
}

Deno.test("a file reads back as it was written, whatever the size of the chunks", () => {
  const text = fileText(ROWS);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: text.length + 1 }), (chunkBytes) => {
      const file = read(text, chunkBytes);
      assert.equal(file.rows, 3);
      assert.deepEqual([...file.run], [1, 2, 3]);
      assert.deepEqual([...file.durations.offset_ns], [5000, NaN, 9000]);
      assert.deepEqual([...file.durations.ttwu_to_tkread_ns], [4000, NaN, 8000]);
      assert.deepEqual([...file.durations.edge_to_wakeup_ns], [2000, 2000, 2000]);
      assert.deepEqual([...file.durations.wakeup_to_switch_ns], [2000, 2000, 2000]);
      assert.deepEqual(texts(file, "status"), ["complete", "timeout", "complete"]);
      assert.deepEqual(texts(file, "signature"), ["none", "none", "WF_SYNC|WF_MIGRATED"]);
      assert.deepEqual(file.end, endOf(ROWS));
      assert.deepEqual(file.stacks.get(stackKey(DIRECT)), DIRECT);
      assert.equal(file.totals.self_reads, 6);
      assert.equal(file.integrityErrors, 0);
      assert.deepEqual(file.notes, []);
    }),
    { numRuns: 60 },
  );
});

Deno.test("any text of a task name survives writing and reading", () => {
  const name = fc.string({ unit: "binary", maxLength: 16 });
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 900 }),
      (names, chunk) => {
        const wellFormed = names.map((text) => text.toWellFormed());
        const rows = wellFormed.map((comm, i) => rowOf(i + 1, USUAL, { comm }));
        assert.deepEqual(texts(read(fileText(rows), chunk), "comm"), wellFormed);
      },
    ),
  );
});

Deno.test("an observed empty text differs from one that was not observed", () => {
  const file = read(fileText([rowOf(1, USUAL, { comm: "" }), rowOf(2, USUAL, { comm: null })]));
  assert.deepEqual(texts(file, "comm"), ["", null]);
});

Deno.test("a dictionary of many texts keeps them apart", () => {
  const rows = Array.from({ length: 700 }, (_, i) => rowOf(i + 1, USUAL, { comm: `task-${i}` }));
  assert.deepEqual(texts(read(fileText(rows)), "comm"), rows.map((row) => row.comm));
});

Deno.test("durations are exact where the times themselves pass 2^53", () => {
  const edge = (1n << 63n) - 10_000n;
  const row = rowOf(1, USUAL, {
    edge_ns: edge,
    ttwu_ns: edge + 1n,
    activate_ns: edge + 2n,
    wakeup_ns: edge + 3n,
    switch_ns: edge + 5n,
    tkread_any_ns: edge + 1n,
    tkread_ns: edge + 7n,
    tkread_task_ns: edge + 7n,
    offset_ns: 7,
    ttwu_to_tkread_ns: 6,
    correlation_id: correlationId(100, 101, 1, edge + 1n),
  });
  const file = read(fileText([row]));
  assert.equal(file.durations.edge_to_wakeup_ns[0], 3);
  assert.equal(file.durations.wakeup_to_switch_ns[0], 2);
  assert.equal(file.integrityErrors, 0);
});

Deno.test("rows in any order are read, and a later version's columns at the end are passed over", () => {
  assert.deepEqual([...read(fileText([rowOf(3), rowOf(1), rowOf(2)])).run], [3, 1, 2]);
  const wider = fileText(ROWS).split("\n").map((line) =>
    line === "" || line.startsWith("#") ? line : line.startsWith("run,") ? `${line},later` : `${line},"x,""y"`
  ).join("\n");
  assert.equal(read(wider).rows, 3);
});

Deno.test("stage times out of order are kept and counted", () => {
  const early = rowOf(2, { ...USUAL, switched: 1500 });
  const negative = rowOf(3, { ...USUAL, tkread: -20 });
  const anyFirst = rowOf(4, USUAL, { tkread_any_ns: rowOf(4).edge_ns });
  const noTask = rowOf(5, USUAL, { tkread_task_ns: null });
  const file = read(fileText([rowOf(1), early, negative, anyFirst, noTask]));
  assert.equal(file.rows, 5);
  assert.equal(file.integrityErrors, 4);
  assert.deepEqual(file.firstIntegrityError, {
    line: 7,
    reason: { code: "order", column: "switch_ns", is_before: "wakeup_ns" },
  });
  assert.equal(file.durations.wakeup_to_switch_ns[1], -500);
  assert.equal(file.durations.offset_ns[2], -20);
});

Deno.test("a file without its end was cut off, which is noted, and its rows are used", () => {
  const file = read(headerText() + formatRow(rowOf(1)) + formatRow(rowOf(2)));
  assert.equal(file.rows, 2);
  assert.equal(file.end, null);
  assert.deepEqual(file.notes, [{ code: "cut_off", file: "f.csv", rows: 2 }]);
});

Deno.test("a file cut off anywhere after its columns gives its whole rows and says so", () => {
  const header = headerText();
  const rows = [rowOf(1), rowOf(2), rowOf(3)];
  const ends = rows.map((_, i) => header.length + rows.slice(0, i + 1).map(formatRow).join("").length);
  const text = fileText(rows);
  for (let length = header.length; length < text.length - 1; length++) {
    const file = read(text.slice(0, length));
    assert.equal(file.rows, ends.filter((end) => end <= length).length, `${length} bytes`);
    const codes = file.notes.map(({ code }) => code);
    assert.deepEqual(
      codes,
      text[length - 1] === "\n" ? ["cut_off"] : ["cut_off", "line_cut_off"],
      `${length}`,
    );
  }
  const [, note] = read(text.slice(0, header.length + 30)).notes;
  assert.deepEqual(note, { code: "line_cut_off", file: "f.csv", line: 6 });
});

Deno.test("an end line without its line feed is whole", () => {
  const file = read(fileText(ROWS).trimEnd());
  assert.deepEqual(file.notes, []);
  assert.deepEqual(file.end, endOf(ROWS));
});

/** The file of ROWS, with the text of one cell of its first row replaced. */
function withCell(name: (typeof COLUMNS)[number]["name"], cell: string): string {
  const lines = fileText(ROWS).split("\n");
  const cells = lines[5]!.split(",");
  cells[COLUMNS.findIndex((column) => column.name === name)] = cell;
  lines[5] = cells.join(",");
  return lines.join("\n");
}

function withRow(over: Partial<Row>): string {
  return fileText([{ ...rowOf(1), ...over }]);
}

const lines = (change: (lines: string[]) => void): string => {
  const all = fileText(ROWS).split("\n");
  change(all);
  return all.join("\n");
};

const REFUSED: readonly (readonly [what: string, text: string, message: RegExp])[] = [
  ["nothing", "", /f\.csv is empty/],
  ["another kind of file", "PK\x03\x04 and so on and on", /f\.csv is not a result file: it is a zip archive/],
  ["a short other file", "a,b\n1,2\n", /f\.csv is not a result file/],
  [
    "another version",
    lines((l) => l[0] = "# probe-result 2"),
    /line 1: result file of version "2", .* reads 1/,
  ],
  ["CR LF", fileText(ROWS).replaceAll("\n", "\r\n"), /line 1: lines end in CR LF/],
  ["no meta", lines((l) => l.splice(1, 1)), /line 2: a # meta line must come here/],
  ["a broken meta", lines((l) => l[1] = "# meta {"), /line 2: the # meta line is not JSON/],
  [
    "a number beyond doubles in a field of the runbook",
    lines((l) => l[1] = l[1]!.replace(/"runbook":\{/, '"runbook":{"beyond":1e999,')),
    /line 2: the # meta line field runbook field beyond must be a number below 1\.8e308/,
  ],
  [
    "a meta without env",
    lines((l) => l[1] = l[1]!.replace('"env"', '"enf"')),
    /line 2: .* field env is missing/,
  ],
  [
    "a meta with a wrong kind",
    lines((l) => l[1] = l[1]!.replace('"cpus":2', '"cpus":"2"')),
    /field cpus must be an integer/,
  ],
  [
    "a runbook's file without its hash",
    lines((l) => l[1] = l[1]!.replace("# meta {", '# meta {"runbook_file":{"name":"lab.toml"},')),
    /field runbook_file field sha256 is missing/,
  ],
  [
    "a file of types without how much of it was compared",
    lines((l) => l[1] = l[1]!.replace("# meta {", '# meta {"btf":{"name":"own.btf","sha256":"0"},')),
    /field btf field agreed_sizes is missing/,
  ],
  [
    "an override that is not a name",
    lines((l) => l[1] = l[1]!.replace("# meta {", '# meta {"overrides":["runs",1],')),
    /field overrides entry 2 must be a string/,
  ],
  [
    "a hook without its kind",
    lines((l) => l[1] = l[1]!.replace('"kind":"fentry",', "")),
    /field hooks entry 1 field kind is missing/,
  ],
  ["only a header's start", fileText(ROWS).slice(0, 60), /ends before its first row/],
  [
    "a missing column",
    lines((l) => l[2] = l[2]!.replace(",pid,", ",")),
    /line 3, column 5 \(pid\): .* found "comm"/,
  ],
  [
    "columns in another order",
    lines((l) => l[2] = l[2]!.replace("tgid,pid", "pid,tgid")),
    /line 3, column 4 \(tgid\): .* found "pid"/,
  ],
  [
    "columns that end early",
    lines((l) => l[2] = "run,correlation_id"),
    /column 3 \(status\): .* found nothing/,
  ],
  ["a row that is too short", lines((l) => l[5] = "1,2,3"), /line 6, column 2 \(correlation_id\)/],
  [
    "a row with a cell less",
    lines((l) => l[5] = l[5]!.replace(/,[^,]*$/, "")),
    new RegExp(`line 6: it has ${COLUMNS.length - 1} cells, must have ${COLUMNS.length}`),
  ],
  [
    "a row with a cell more",
    lines((l) => l[5] += ",9"),
    new RegExp(`line 6: it has more than ${COLUMNS.length} cells`),
  ],
  [
    "an empty line",
    lines((l) => l.splice(5, 0, "")),
    /line 6, column 1 \(run\): is empty, must have a value/,
  ],
  [
    "a stack line of another key",
    lines((l) => l[3] += ";x"),
    /line 4: stack key .* does not belong to its frames/,
  ],
  ["a broken stack line", lines((l) => l[3] = "# stack 12 a"), /line 4: a # stack line must have s, 16/],
  [
    "a stack that is not defined",
    lines((l) => l.splice(3, 1)),
    /line 5, column 43 \(ttwu_stack\): no # stack line/,
  ],
  [
    "an end that counts otherwise",
    lines((l) => l[8] = l[8]!.replace('"rows":3', '"rows":4')),
    /says 4 rows, .* say 3/,
  ],
  [
    "an end that counts other states",
    lines((l) => l[8] = l[8]!.replace('"timeout":1', '"timeout":0')),
    /0 timeout, .* 1/,
  ],
  ["an end without counts", lines((l) => l[8] = "# end {}"), /line 9: the # end line field rows is missing/],
  ["a row after the end", fileText(ROWS) + formatRow(rowOf(9)), /line 10: a row follows the # end line/],
  ["a second end", fileText(ROWS) + formatEnd(endOf(ROWS)), /line 10: a second # end line/],
  [
    "a second meta",
    lines((l) => l.splice(5, 0, l[1]!)),
    /line 6: a second # meta line \(the first is line 2\)/,
  ],
  ["two files in one", fileText(ROWS) + fileText(ROWS), /f\.csv: a second result file begins at line 10/],
  ["mixed env", fileText(ROWS) + fileText(ROWS, {}, "vm"), /f\.csv: mixed env: vm at line 10 after host/],
  [
    "two files, the second cut off",
    fileText(ROWS) + "# probe-result 1\n",
    /a second result file begins at line 10/,
  ],
  [
    "a quote that is never closed",
    withCell("comm", '"abc').replace(/# end.*\n/, ""),
    /line 6: a quoted cell is never/,
  ],
  ["a quote closed far below", withCell("comm", '"abc'), /line 6, column 6 \(comm\): .* a comma must follow/],
  ["a closing quote inside a cell", withCell("comm", '"ab"c'), /column 6 \(comm\): .* a comma must follow/],
  [
    "a duplicate run",
    fileText([rowOf(1), rowOf(2), rowOf(1)]),
    /line 8, column 1 \(run\): run 1 is there already, as row 1/,
  ],
  [
    "a duplicate run out of order",
    fileText([rowOf(5), rowOf(2), rowOf(2)]),
    /run 2 is there already, as row 2/,
  ],
  [
    "an ID of another row",
    withRow({ correlation_id: rowOf(2).correlation_id }),
    /line 6, column 2 .* is not the ID of this/,
  ],
  ["a complete run without ID", withRow({ correlation_id: null }), /column 2 .* is empty in a complete run/],
  ["an ID without its inputs", withRow({ pid: null }), /column 2 .* cannot be re-derived: pid is empty/],
  [
    "an offset that disagrees",
    withRow({ offset_ns: 5001 }),
    /\(offset_ns\): is 5001, but tkread_ns - edge_ns is 5000/,
  ],
  [
    "an offset that is missing",
    withRow({ offset_ns: null }),
    /\(offset_ns\): is empty, but tkread_ns - edge_ns is 5000/,
  ],
  ["an offset from nothing", withRow({ edge_ns: null }), /\(offset_ns\): is 5000, but .* is empty/],
  [
    "a ttwu_to_tkread that disagrees",
    withRow({ ttwu_to_tkread_ns: 1 }),
    /\(ttwu_to_tkread_ns\): is 1, but .* is 4000/,
  ],
  ["stages 105 days apart", withRow({ wakeup_ns: 1 }), /edge_ns and wakeup_ns are more than 104 days apart/],
];

for (const [what, text, message] of REFUSED) {
  Deno.test(`refused with its place and reason: ${what}`, () => {
    assert.throws(() => read(text), (error: unknown) => {
      assert.ok(error instanceof Failure, String(error));
      assert.equal(error.exitCode, EXIT.failed);
      assert.match(error.message, message);
      return true;
    });
  });
}

const BAD_CELLS: readonly (readonly [(typeof COLUMNS)[number]["name"], string])[] = [
  ...["NaN", "1e400", "1.5", "+1", "-0", "007", " 1", "0x10", "Infinity", "12a"].map((c) =>
    ["edge_ns", c] as const
  ),
  ["run", "0"],
  ["run", "-1"],
  ["run", ""],
  ["run", "9007199254740992"],
  ["pid", "2147483648"],
  ["rq_cpu", "2147483648"],
  ["tkreads", "9007199254740992"],
  ["edge_ns", "-1"],
  ["edge_ns", "9223372036854775808"],
  ["edge_ns", "99999999999999999999"],
  ["clock_step_ns", "-9007199254740992"],
  ["correlation_id", "9F4CF4926C7DEA72"],
  ["correlation_id", "123"],
  ["status", "done"],
  ["status", ""],
  ["waker_context", "irq"],
  ["path", "Direct"],
  ["migrated", "TRUE"],
  ["migrated", "1"],
  ["wake_flags", "88"],
  ["wake_flags", "0x"],
  ["wake_flags", "0x12345678901234567"],
  ["wake_flags", "0XFF"],
  ["ttwu_stack", "xyz"],
  ["load", ""],
  ["prev_cpu", '""'],
];

for (const [name, cell] of BAD_CELLS) {
  Deno.test(`a cell that is not of its column is refused: ${name} ${JSON.stringify(cell)}`, () => {
    const column = COLUMNS.findIndex((known) => known.name === name) + 1;
    assert.throws(() => read(withCell(name, cell)), (error: unknown) => {
      assert.ok(error instanceof Failure, String(error));
      assert.ok(error.message.startsWith(`f.csv line 6, column ${column} (${name}): `), error.message);
      return true;
    });
  });
}

Deno.test("a cell that is no UTF-8 is refused", () => {
  const bytes = new TextEncoder().encode(fileText(ROWS).replace(",target,", ",t\u0001rget,"));
  bytes[bytes.indexOf(1)] = 0xff;
  assert.throws(() => readResultFile("f.csv", [bytes]), /line 6, column 6 \(comm\): is not valid UTF-8/);
});

Deno.test("a file of one endless line is refused before it fills the memory", () => {
  const reader = new ResultReader("f.csv");
  reader.push(new TextEncoder().encode("# probe-result 1\n"));
  const megabyte = new Uint8Array(1 << 20).fill(0x61);
  let pushed = 0;
  assert.throws(() => {
    for (; pushed < 100; pushed++) reader.push(megabyte);
  }, /line 2: is longer than 4194304 bytes/);
  assert.ok(pushed < 10);
});
