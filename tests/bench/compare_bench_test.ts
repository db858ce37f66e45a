import assert from "node:assert/strict";
import { COLUMNS } from "../../analysis/result/columns.ts";
import { ResultReader } from "../../analysis/result/file.ts";
import { DEFAULT_ROWS, goals, type Measured } from "../../bench/compare_bench.ts";
import { generate } from "../../bench/generate.ts";
import project from "../../deno.json" with { type: "json" };

/** Columns of a run during which the clocksource was switched: this file has none. */
const SWITCH_COLUMNS = [
  "clocksource_switch_ns",
  "clocksource_to",
  "clocksource_from",
  "tkreads_after_switch",
];

Deno.test("the task runs every benchmark", () => {
  const files = [...Deno.readDirSync("bench")].map(({ name }) => name).filter((name) =>
    name.endsWith("_bench.ts")
  );
  assert.ok(files.length >= 4);
  for (const name of files) assert.ok(project.tasks.bench.includes(`deno run -A bench/${name}`), name);
});

Deno.test("each number of rows has its goals in pandas' time and memory", () => {
  const measured = (seconds: number, bytes: number) => ({ seconds, cpu: seconds, bytes });
  const pandas = measured(20, 3e9);
  assert.deepEqual(DEFAULT_ROWS, [30, 10_000, 100_000, 1_000_000]);
  const cases: [rows: number, probe: Measured, pandas: Measured, judged: string][] = [
    [30, measured(4, 3e9), pandas, "at most 0.2 of pandas' time: met, at most 1 of its memory: met"],
    [30, measured(4.1, 4e9), pandas, "at most 0.2 of pandas' time: MISSED, at most 1 of its memory: MISSED"],
    [10_000, measured(10, 3e9), pandas, "at most 0.5 of pandas' time: met, at most 1 of its memory: met"],
    [
      100_000,
      measured(8.1, 3e9),
      pandas,
      "at most 0.4 of pandas' time: MISSED, at most 1 of its memory: met",
    ],
    [
      1_000_000,
      measured(5, 6.1e8),
      pandas,
      "at most 0.25 of pandas' time: met, at most 0.2 of its memory: MISSED",
    ],
    [500, measured(1, 1), pandas, ""],
  ];
  for (const [rows, probe, other, judged] of cases) assert.equal(goals(rows, probe, other), judged);
});

Deno.test("with names of wakers a file has long tails, three signatures, and names of which few are frequent", () => {
  const text = [...generate({ rows: 2000, seed: 1, env: "host", wakers: 300 })].join("");
  const reader = new ResultReader("varied.csv");
  reader.push(new TextEncoder().encode(text));
  const file = reader.finish();
  assert.equal(file.integrityErrors, 0);
  const distinct = (name: "signature" | "waker_comm") =>
    file.texts[name].values.filter((value) => value !== null).length;
  assert.equal(distinct("signature"), 3);
  assert.ok(distinct("waker_comm") > 200, String(distinct("waker_comm")));
  const sorted = file.durations.ttwu_to_tkread_ns.toSorted();
  assert.ok(sorted.at(-1)! > 5 * sorted[1000]!, `${sorted.at(-1)} ${sorted[1000]}`);
});

Deno.test("a generated file has values in all columns but those of a clocksource switch", () => {
  const text = [...generate({ rows: 200, seed: 1, env: "host" })].join("");
  const reader = new ResultReader("generated.csv");
  reader.push(new TextEncoder().encode(text));
  assert.equal(reader.finish().rows, 200);
  const rows = text.split("\n").filter((line) => /^\d/.test(line)).map((line) => line.split(","));
  const empty = COLUMNS.filter((_, index) => rows.every((row) => row[index] === "")).map(({ name }) => name);
  assert.deepEqual(empty.toSorted(), SWITCH_COLUMNS.toSorted());
  // 390 MB for a million rows: as large as real ones.
  assert.ok(text.length / 200 > 390);
});
