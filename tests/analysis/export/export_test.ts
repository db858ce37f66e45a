import assert from "node:assert/strict";
import type { Row } from "../../../analysis/result/columns.ts";
import { foldedStacks } from "../../../analysis/export/folded.ts";
import { PerfettoTrace } from "../../../analysis/export/perfetto.ts";
import { readResultFile, type ResultFile } from "../../../analysis/result/file.ts";
import type { RowVisitor } from "../../../analysis/result/row_view.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import { generate } from "../../../bench/generate.ts";
import { fileText, read, rowOf, timeoutOf, USUAL, WAKELIST } from "../result/result_fixture.ts";

const GENERATED = [...generate({ rows: 120, seed: 5, env: "vm", timeoutEvery: 11 })].join("");

function visit(text: string, visitor: RowVisitor): ResultFile {
  return readResultFile("f.csv", [new TextEncoder().encode(text)], visitor);
}

/** Cells of the rows of a text, in the order of the file, without using the reader. */
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

Deno.test("the stacks of the wakeups and those of the reads can be folded alone", () => {
  const file = read(GENERATED);
  const linesOf = (root?: "ttwu" | "tkread") => foldedStacks(file, root).trimEnd().split("\n");
  for (const root of ["ttwu", "tkread"] as const) {
    assert.deepEqual(linesOf(root), linesOf().filter((line) => line.startsWith(`${root};`)));
    assert.ok(linesOf(root).length > 0, root);
  }
});

Deno.test("a file without stacks folds to nothing", () => {
  assert.equal(foldedStacks(read(fileText([rowOf(1, USUAL, { ttwu_stack: null })]))), "");
});

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly bind_id?: number;
  readonly flow_out?: boolean;
  readonly flow_in?: boolean;
  readonly args?: Readonly<Record<string, unknown>>;
  /** The cells as the text has them. */
  readonly ts?: string;
  readonly dur?: string;
}

function trace(text: string): { json: string; events: TraceEvent[]; otherData: Record<string, unknown> } {
  let json = "";
  const perfetto = new PerfettoTrace((piece) => json += piece);
  perfetto.finish(visit(text, (row) => perfetto.visit(row)));
  JSON.parse(json);
  const { traceEvents, otherData } = JSON.parse(json.replace(/"(ts|dur)":([-.\d]+)/g, '"$1":"$2"'));
  return { json, events: traceEvents, otherData };
}

/** Tracks by name. */
function tracksOf(events: readonly TraceEvent[]): Map<string, TraceEvent[]> {
  const names = events.filter(({ name }) => name === "thread_name");
  return new Map(names.map(({ tid, args }) => [
    String(args!.name),
    events.filter((event) => event.ph !== "M" && event.tid === tid),
  ]));
}

const ns = (text: string) => BigInt(text.replace(".", ""));

interface Slice {
  readonly name: string;
  readonly from: bigint;
  readonly to: bigint;
}

/** Slices in the order of the trace; what is written as two events must be one beside the other. */
function slicesOf(track: readonly TraceEvent[]): Slice[] {
  return track.flatMap(({ name, ph, ts, dur }, i) => {
    if (ph === "X") return [{ name, from: ns(ts!), to: ns(ts!) + ns(dur!) }];
    if (ph !== "B") return [];
    const end = track[i + 1]!;
    assert.deepEqual([end.ph, end.name], ["E", name]);
    return [{ name, from: ns(ts!), to: ns(end.ts!) }];
  });
}

Deno.test("a trace has one track of runs and one for each CPU, all named; slices follow each other", () => {
  const { events, otherData } = trace(GENERATED);
  const tracks = tracksOf(events);
  assert.deepEqual([...tracks.keys()], ["runs", "CPU 0", "CPU 1"]);
  assert.ok(events.every(({ pid, tid }) => pid === 1 && Number.isSafeInteger(tid)));
  const runs = tracks.get("runs")!.filter(({ ph }) => ph === "X");
  assert.deepEqual(runs.map(({ name }) => name), Array.from({ length: 120 }, (_, i) => `run ${i + 1}`));
  for (const [name, track] of tracks) {
    let last = 0n;
    for (const { ph, ts, dur } of track) {
      if (ph !== "B" && ph !== "E" && ph !== "X") continue;
      assert.ok(ns(ts!) >= last, `${name}: ${ts} after ${last}`);
      last = ns(ts!) + (dur === undefined ? 0n : ns(dur));
    }
    const slices = slicesOf(track);
    const ends = track.filter(({ ph }) => ph === "E" || ph === "X").length;
    assert.equal(slices.length, ends, name);
    for (const [i, event] of track.entries()) {
      // Importers add up the length of such a slice as doubles: nothing may touch its end.
      if (event.ph !== "X") continue;
      const next = track.slice(i + 1).find(({ ph }) => ph === "B" || ph === "X");
      assert.ok(next === undefined || ns(next.ts!) > ns(event.ts!) + ns(event.dur!), `${name}: ${event.ts}`);
    }
  }
  assert.equal((otherData.meta as { env: string }).env, "vm");
});

Deno.test("a trace keeps every ns of the chain, and tells of each run what tells it from others", () => {
  const { json, events, otherData } = trace(GENERATED);
  const origin = BigInt(otherData.origin_ns as string);
  const slices = [...tracksOf(events)].flatMap(([, track]) => slicesOf(track));
  const kinds = otherData.kinds as Record<string, Record<string, string>>;
  for (const row of cellsOf(GENERATED)) {
    const { args, ts, dur } = events.find(({ name }) => name === `run ${row.run}`)!;
    const told: Record<string, unknown> = { ...args, ...kinds[String(args!.kind)] };
    for (
      const name of [
        "correlation_id",
        "wake",
        "load",
        "waker_comm",
        "signature",
        "path",
        "waker_context",
        "tkread_function",
        "ttwu_stack",
        "tkread_stack",
      ]
    ) {
      assert.equal(told[name] ?? "", row[name], name);
    }
    assert.equal(args!.status ?? "complete", row.status);
    const last = row.tkread_ns === "" ? row.switch_ns! : row.tkread_ns!;
    assert.deepEqual([ns(ts!) + origin, ns(ts!) + ns(dur!) + origin], [BigInt(row.edge_ns!), BigInt(last)]);
    const stages = ["ttwu", "queued", "pending", "activate", "wakeup", "switch", "tkread"]
      .flatMap((name) => row[`${name}_ns`] === "" ? [] : [{ name, ns: BigInt(row[`${name}_ns`]!) - origin }]);
    for (const [i, to] of stages.entries()) {
      const from = stages[i - 1];
      if (from === undefined) continue;
      const found = slices.filter((slice) =>
        slice.name === to.name && slice.from === from.ns && slice.to === to.ns
      );
      assert.equal(found.length, 1, `${row.run}: ${to.name}`);
    }
  }
  for (const [, fraction] of json.matchAll(/"(?:ts|dur)":-?\d+(\.\d+)?[,}]/g)) {
    assert.match(fraction!, /^\.\d{3}$/);
  }
});

Deno.test("the links of a wakelist wakeup are on the CPUs that worked, with an arrow from waker to target", () => {
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
  const placed = [...tracksOf(events)].filter(([cpu]) => cpu !== "runs").flatMap(([cpu, track]) =>
    track.filter(({ ph }) => ph !== "E").map(({ ph, name, ts, dur, bind_id, flow_out, flow_in }) => [
      ...[cpu, ph, name, ts, dur ?? ""],
      ...bind_id === undefined ? [] : [bind_id, flow_out ?? false, flow_in ?? false],
    ])
  );
  assert.deepEqual(placed, [
    ["CPU 0", "X", "queued", "1.000", "1.000", 1, true, false],
    ["CPU 3", "B", "pending", "2.000", ""],
    ["CPU 3", "B", "activate", "2.500", ""],
    ["CPU 3", "B", "wakeup", "2.800", ""],
    ["CPU 3", "B", "switch", "3.000", ""],
    ["CPU 3", "X", "tkread", "4.000", "2.000", 1, false, true],
  ]);
});

Deno.test("an arrow to a target that did not read arrives where it was switched in; on one CPU there is none", () => {
  const apart = { waker_cpu: 0, target_cpu: 3 } as const;
  const arrows = (row: Row) =>
    trace(fileText([row])).events.flatMap(({ name, bind_id, flow_out, flow_in }) =>
      bind_id === undefined ? [] : [[name, flow_out ?? false, flow_in ?? false]]
    );
  assert.deepEqual(arrows({ ...timeoutOf(1), ...apart }), [["activate", true, false], [
    "switch",
    false,
    true,
  ]]);
  assert.deepEqual(arrows(rowOf(1, USUAL, { waker_cpu: 3, target_cpu: 3, tkread_cpu: 3 })), []);
});

Deno.test("the first run of each kind follows an instant that spells the kind out", () => {
  const { events, otherData } = trace(GENERATED);
  const kinds = otherData.kinds as Record<string, Record<string, string>>;
  const instants = events.filter(({ ph }) => ph === "i");
  assert.deepEqual(Object.fromEntries(instants.map(({ name, args }) => [name, args])), kinds);
  assert.ok(instants.length >= 2);
  for (const { name, tid, ts } of instants) {
    const first = events.find(({ args }) => args?.kind === name)!;
    assert.deepEqual([tid, ts], [first.tid, first.ts], name);
  }
});

Deno.test("stages in the wrong order are instants that say so", () => {
  const { events } = trace(fileText([rowOf(1, { ttwu: 1000, wakeup: 9000, switched: 4000, tkread: 9500 })]));
  const instants = events.filter(({ ph, tid }) => ph === "i" && tid !== 0).map((
    { name, args },
  ) => [name, args]);
  const edge = BigInt(rowOf(1).edge_ns!);
  assert.deepEqual(instants, [
    ["switch", { from_ns: String(edge + 9000n), to_ns: String(edge + 4000n) }],
    ["tkread", { from_ns: String(edge + 4000n), to_ns: String(edge + 9500n) }],
  ]);
});

Deno.test("a run has its parts, its cause and its order in its arguments; with lost events it has how many", () => {
  const parts = {
    part_pi_lock_ns: null,
    part_waker_ns: 1000,
    part_wakelist_ns: 0,
    part_idle_ns: 0,
    part_tasks_ns: 2500,
    part_steal_ns: null,
    part_target_ns: 500,
    part_probes_ns: 0,
    part_unexplained_ns: 0,
    part_edge_waker_ns: null,
    part_edge_unexplained_ns: 1000,
    cause: "tasks",
    other_task: "hog",
    interrupt: "timer",
    order: "wakeup<switch<tkread",
    events_lost: 0,
  } as const;
  const { events, otherData } = trace(fileText([
    rowOf(1, USUAL, parts),
    rowOf(2, USUAL, { ...parts, order: "switch<wakeup<tkread" }),
    rowOf(3, USUAL, { ...parts, events_lost: 7 }),
  ]));
  const [first, second, third] = events.filter(({ ph, tid }) => ph === "X" && tid === 0).map(({ args }) =>
    args!
  );
  assert.deepEqual(first!.parts_ns, { edge_unexplained: 1000, waker: 1000, tasks: 2500, target: 500 });
  assert.deepEqual([first!.cause, first!.other_task, first!.interrupt], ["tasks", "hog", undefined]);
  assert.deepEqual([first!.order, second!.order, third!.order], ["o1", "o2", "o1"]);
  assert.deepEqual(otherData.orders, { o1: "wakeup<switch<tkread", o2: "switch<wakeup<tkread" });
  assert.deepEqual([third!.events_lost, third!.cause, third!.parts_ns], ["7", undefined, undefined]);
});

Deno.test("a trace of 10,000 runs of the full tier, with the parts of their time, has less than 10 MB", () => {
  const text = [...generate({ rows: 10_000, seed: 5, env: "vm", parts: true })].join("");
  const { json, events } = trace(text);
  assert.ok(json.length < 10e6, `${json.length} bytes`);
  const told = events.filter(({ ph, tid }) => ph === "X" && tid === 0).map(({ args }) => args!);
  const rows = cellsOf(text);
  assert.equal(told.length, rows.length);
  for (const [i, row] of rows.entries()) {
    const parts = told[i]!.parts_ns as Record<string, number>;
    const sums = [row.edge_ns!, row.ttwu_ns!, row.tkread_ns!].map(BigInt);
    const total = Object.values(parts).reduce((sum, part) => sum + part, 0);
    assert.equal(BigInt(total), sums[2]! - sums[0]!, row.run);
    assert.deepEqual([told[i]!.cause, told[i]!.kind, told[i]!.order].map((value) => typeof value), [
      "string",
      "string",
      "string",
    ]);
  }
});

Deno.test("slices of a further track that overlap are cut where the one around them ends", () => {
  let json = "";
  const perfetto = new PerfettoTrace((piece) => json += piece);
  const file = visit(fileText([rowOf(1)]), (row) => perfetto.visit(row));
  const edge = BigInt(rowOf(1).edge_ns!);
  const at = (ns: number) => edge + BigInt(ns);
  perfetto.track("t", [
    { name: "inner", from: at(2000), to: at(9000) },
    { name: "next", from: at(5000), to: at(6000) },
    { name: "outer", from: at(1000), to: at(5000) },
  ], []);
  perfetto.finish(file);
  const { traceEvents } = JSON.parse(json);
  const { tid } = traceEvents.find(({ args }: { args?: { name?: string } }) => args?.name === "t");
  const slices = traceEvents.filter((event: TraceEvent) => event.tid === tid && event.ph !== "M");
  assert.deepEqual(slices.map(({ ph, name, ts }: TraceEvent) => `${ph} ${name} ${ts}`), [
    "B outer 1",
    "B inner 2",
    "E inner 5",
    "E outer 5",
    "B next 5",
    "E next 6",
  ]);
});

Deno.test("a trace counts from the origin that it is given, which may be before the first row", () => {
  let json = "";
  const edge = BigInt(rowOf(1).edge_ns!);
  const perfetto = new PerfettoTrace((piece) => json += piece, edge - 7000n);
  perfetto.track("t", [], [{ name: "mark", ns: edge - 6000n }]);
  perfetto.finish(visit(fileText([rowOf(1)]), (row) => perfetto.visit(row)));
  const { traceEvents, otherData } = JSON.parse(json);
  const timesOf = (name: string) =>
    traceEvents.filter((event: TraceEvent) => event.name === name).map(({ ts }: TraceEvent) => ts);
  assert.deepEqual([timesOf("mark"), timesOf("run 1")], [[1], [7]]);
  assert.equal(otherData.origin_ns, String(edge - 7000n));
});
