import assert from "node:assert/strict";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { COLUMNS, type Row } from "../../../analysis/result/columns.ts";
import { foldedStacks } from "../../../analysis/export/folded.ts";
import { ParquetRows } from "../../../analysis/export/parquet.ts";
import { PerfettoTrace } from "../../../analysis/export/perfetto.ts";
import { readResultFile, type ResultFile } from "../../../analysis/result/file.ts";
import type { RowVisitor } from "../../../analysis/result/row_view.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import { generate } from "../../../bench/generate.ts";
import { endOf, fileText, read, rowOf, timeoutOf, USUAL, WAKELIST } from "../result/result_fixture.ts";

const GENERATED = [...generate({ rows: 120, seed: 5, env: "vm", timeoutEvery: 11 })].join("");

function visit(text: string, visitor: RowVisitor): ResultFile {
  return readResultFile("f.csv", [new TextEncoder().encode(text)], visitor);
}

/** Cells of the rows of a text, in the order of the file, without anything of the reader. */
function cellsOf(text: string): Record<string, string>[] {
  const lines = text.trimEnd().split("\n").filter((line) => !line.startsWith("#"));
  const names = lines[0]!.split(",");
  return lines.slice(1).map((line) => {
    const cells = line.split(",");
    return Object.fromEntries(names.map((name, i) => [name, cells[i]!]));
  });
}

Deno.test("folded stacks, counted again from the rows, have every stack once and outermost first", () => {
  const stacks = new Map(
    GENERATED.split("\n").flatMap((line) => {
      const [, key, frames] = /^# stack (\w+) (.*)$/.exec(line) ?? [];
      return key === undefined ? [] : [[key, frames!]];
    }),
  );
  const counts = new Map<string, number>();
  for (const row of cellsOf(GENERATED)) {
    for (const root of ["ttwu", "tkread"]) {
      const key = row[`${root}_stack`]!;
      if (key === "") continue;
      const line = [root, ...stacks.get(key)!.split(";").reverse()].join(";");
      counts.set(line, (counts.get(line) ?? 0) + 1);
    }
  }
  const lines = foldedStacks(read(GENERATED)).trimEnd().split("\n");
  const found = new Map(lines.map((line) => {
    const [, stack, count] = /^(\S+) (\d+)$/.exec(line)!;
    return [stack!, Number(count)];
  }));
  assert.equal(found.size, lines.length);
  assert.ok(counts.size >= 3);
  assert.deepEqual([...found].sort(), [...counts].sort());
});

Deno.test("a file without stacks folds to nothing", () => {
  assert.equal(foldedStacks(read(fileText([rowOf(1, USUAL, { ttwu_stack: null })]))), "");
});

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: number;
  readonly dur?: number;
  readonly args: Readonly<Record<string, unknown>>;
}

function trace(text: string): { json: string; events: TraceEvent[]; otherData: Record<string, unknown> } {
  let json = "";
  const perfetto = new PerfettoTrace((piece) => json += piece);
  perfetto.finish(visit(text, (row) => perfetto.visit(row)));
  const { traceEvents, otherData } = JSON.parse(json);
  return { json, events: traceEvents, otherData };
}

/** Slices of one track lie in each other or apart, as viewers demand. */
function assertNested(slices: readonly TraceEvent[]): void {
  const ordered = slices.map(({ ts, dur }) =>
    [Math.round(ts! * 1000), Math.round((ts! + dur!) * 1000)] as const
  )
    .sort((x, y) => x[0] - y[0] || y[1] - x[1]);
  const open: number[] = [];
  for (const [start, end] of ordered) {
    while (open.length > 0 && open.at(-1)! <= start) open.pop();
    assert.ok(open.length === 0 || end <= open.at(-1)!, `${start} to ${end} sticks out of ${open.at(-1)}`);
    open.push(end);
  }
}

Deno.test("a trace has one track a run and one a CPU, all named, whose slices nest", () => {
  const { events, otherData } = trace(GENERATED);
  for (const event of events) {
    assert.ok(["M", "X", "i"].includes(event.ph), JSON.stringify(event));
    assert.ok(Number.isSafeInteger(event.pid) && Number.isSafeInteger(event.tid));
    if (event.ph !== "M") {
      assert.ok(event.ts! >= 0 && (event.ph === "i" || event.dur! >= 0), JSON.stringify(event));
    }
  }
  const tracks = Map.groupBy(events.filter(({ ph }) => ph === "X"), ({ pid, tid }) => `${pid} ${tid}`);
  const names = new Map(
    events.filter(({ name }) => name === "thread_name").map((
      { pid, tid, args },
    ) => [`${pid} ${tid}`, args.name]),
  );
  assert.deepEqual([...tracks.keys()].sort(), [...names.keys()].sort());
  const expected = [...Array.from({ length: 120 }, (_, i) => `run ${i + 1}`), "CPU 0", "CPU 1"];
  assert.deepEqual([...names.values()].sort(), expected.sort());
  for (const slices of tracks.values()) assertNested(slices);
  assert.equal((otherData.meta as { env: string }).env, "vm");
});

Deno.test("a trace keeps every ns of the chain, and the run's ID, flags, signature and path", () => {
  const { json, events } = trace(GENERATED);
  const rows = cellsOf(GENERATED);
  const origin = BigInt(rows[0]!.edge_ns!);
  for (const row of rows) {
    const chain = events.filter(({ pid, tid, ph }) => pid === 1 && String(tid) === row.run && ph === "X");
    const whole = chain.find(({ name }) => name === `run ${row.run}`)!;
    for (const name of ["correlation_id", "signature", "path", "wake_flags"]) {
      assert.equal(whole.args[name], row[name]);
    }
    const last = row.tkread_ns === "" ? row.switch_ns! : row.tkread_ns!;
    assert.deepEqual([whole.args.from_ns, whole.args.to_ns], [row.edge_ns, last]);
    for (const { ts, dur, args } of chain) {
      assert.equal(BigInt(Math.round(ts! * 1000)) + origin, BigInt(args.from_ns as string));
      assert.equal(
        BigInt(Math.round(dur! * 1000)),
        BigInt(args.to_ns as string) - BigInt(args.from_ns as string),
      );
    }
  }
  // As text: no rounding through a double, whatever the reader does with it.
  for (const [, fraction] of json.matchAll(/"(?:ts|dur)":-?\d+(\.\d+)?[,}]/g)) {
    assert.match(fraction!, /^\.\d{3}$/);
  }
});

Deno.test("the links of a wakelist wakeup are on the CPUs that worked", () => {
  const edge = BigInt(rowOf(1).edge_ns!);
  const row = rowOf(1, { ttwu: 1000, wakeup: 3000, switched: 4000, tkread: 6000 }, {
    path: "wakelist",
    ttwu_stack: stackKey(WAKELIST),
    waker_cpu: 0,
    target_cpu: 3,
    tkread_cpu: 3,
    queued_ns: edge + 2000n,
    pending_ns: edge + 2500n,
    activate_ns: edge + 2800n,
  });
  const { events } = trace(fileText([row]));
  const cpu = new Map(
    events.filter(({ name, pid }) => name === "thread_name" && pid === 2).map((
      { tid, args },
    ) => [tid, args.name]),
  );
  const placed = events.filter(({ pid, ph }) => pid === 2 && ph === "X").map((
    { name, tid },
  ) => [name, cpu.get(tid)]);
  assert.deepEqual(placed, [
    ["edge -> ttwu", "CPU 0"],
    ["ttwu -> queued", "CPU 0"],
    ["queued -> pending", "CPU 3"],
    ["pending -> activate", "CPU 3"],
    ["activate -> wakeup", "CPU 3"],
    ["wakeup -> switch", "CPU 3"],
    ["switch -> tkread", "CPU 3"],
  ]);
});

Deno.test("stages in the wrong order are an instant that says so, never a negative slice", () => {
  const { events } = trace(fileText([rowOf(1, { ttwu: 1000, wakeup: 9000, switched: 4000, tkread: 9500 })]));
  const negative = events.filter(({ args }) => args.negative_ns !== undefined);
  assert.ok(negative.length > 0);
  for (const event of negative) {
    assert.deepEqual([event.name, event.ph, event.args.negative_ns], ["wakeup -> switch", "i", "-5000"]);
  }
});

function parquet(text: string): ArrayBuffer {
  const pieces: Uint8Array[] = [];
  const rows = new ParquetRows((bytes) => pieces.push(bytes.slice()));
  rows.finish(visit(text, (row) => rows.visit(row)));
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole.buffer;
}

const MIXED: readonly Row[] = [
  rowOf(1),
  timeoutOf(2),
  rowOf(3, USUAL, { comm: 'a "b", c', waker_comm: "", clock_step_ns: -77, migrated: true }),
];

Deno.test("Parquet read back has every cell with its type, and null where nothing was observed", async () => {
  const found = await parquetReadObjects({ file: parquet(fileText(MIXED)) });
  const expected = MIXED.map((row) =>
    Object.fromEntries(COLUMNS.map(({ name, kind }) => {
      const value = row[name];
      return [name, value !== null && kind === "int" ? BigInt(value as bigint) : value];
    }))
  );
  assert.deepEqual(found.map((row) => ({ ...row })), expected);
});

Deno.test("Parquet has the version, meta, end and stacks as key-value metadata", () => {
  const { key_value_metadata, num_rows } = parquetMetadata(parquet(fileText(MIXED)));
  const facts = Object.fromEntries(key_value_metadata!.map(({ key, value }) => [key, JSON.parse(value!)]));
  assert.equal(num_rows, 3n);
  assert.equal(facts["probe-result"], 1);
  assert.equal(facts.meta.env, "host");
  assert.deepEqual(facts.end, endOf(MIXED));
  assert.deepEqual(facts.stacks[stackKey(WAKELIST)], WAKELIST);
});

Deno.test("Parquet of more rows than a row group has them all, in order; of none it is a file without rows", async () => {
  const many = parquet([...generate({ rows: 70_000, seed: 1, env: "host" })].join(""));
  assert.equal(parquetMetadata(many).row_groups.length, 2);
  const runs = await parquetReadObjects({ file: many, columns: ["run"] });
  assert.ok(runs.length === 70_000 && runs.every(({ run }, i) => run === BigInt(i + 1)));
  assert.deepEqual(await parquetReadObjects({ file: parquet(fileText([])) }), []);
});
