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

Deno.test("each number of rows has its goals in seconds, in pandas' time and in memory", () => {
  const measured = (seconds: number, bytes: number) => ({ seconds, cpu: seconds, bytes });
  const pandas = measured(20, 3e9);
  assert.deepEqual(DEFAULT_ROWS, [30, 100_000, 1_000_000]);
  const cases: [rows: number, probe: Measured, pandas: Measured, judged: string][] = [
    [
      30,
      measured(0.2, 1e8),
      pandas,
      "at most 0.2 s: met, at most half of pandas' time: met, no more memory: met",
    ],
    [
      30,
      measured(0.21, 1e8),
      measured(0.4, 9e7),
      "at most 0.2 s: MISSED, at most half of pandas' time: MISSED, no more memory: MISSED",
    ],
    [100_000, measured(16, 3e9), pandas, "at most 0.8 of pandas' time: met, no more memory: met"],
    [100_000, measured(16.1, 3.1e9), pandas, "at most 0.8 of pandas' time: MISSED, no more memory: MISSED"],
    [1_000_000, measured(10, 1.1e9), pandas, "at most half of pandas' time: met, less than 1.2 GB: met"],
    [
      1_000_000,
      measured(10.1, 1.2e9),
      pandas,
      "at most half of pandas' time: MISSED, less than 1.2 GB: MISSED",
    ],
    [500, measured(1, 1), pandas, ""],
  ];
  for (const [rows, probe, other, judged] of cases) assert.equal(goals(rows, probe, other), judged);
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
