import assert from "node:assert/strict";
import { COLUMNS, EACH_COLUMN } from "../../analysis/result/columns.ts";
import { ResultReader } from "../../analysis/result/file.ts";
import { DEFAULT_ROWS, judged, type Measured } from "../../bench/compare_bench.ts";
import { generate } from "../../bench/generate.ts";
import project from "../../deno.json" with { type: "json" };

Deno.test("the task runs every benchmark", () => {
  const files = [...Deno.readDirSync("bench")].map(({ name }) => name).filter((name) =>
    name.endsWith("_bench.ts")
  );
  assert.ok(files.length >= 4);
  for (const name of files) assert.ok(project.tasks.bench.includes(`deno run -A bench/${name}`), name);
});

Deno.test("each goal is judged in a line of its own, by the wall time and beside it by the CPU time", () => {
  assert.deepEqual(DEFAULT_ROWS, [30, 10_000, 100_000, 1_000_000]);
  const of = (seconds: number, cpu: number, bytes: number): Measured => ({ seconds, cpu, bytes });
  const pair = { name: "30 rows", probe: of(4, 5, 3.1e9), other: of(20, 20, 3e9) };
  assert.deepEqual(judged(pair, "pandas", { time: 0.2, memory: 1 }), [
    "  goal: 30 rows at most 0.2 times the time of pandas: met with 0.20 (by CPU time 0.25: MISSED)",
    "  goal: 30 rows at most 1 times the memory of pandas: MISSED with 1.03",
  ]);
  assert.deepEqual(judged({ ...pair, probe: of(4.1, 4, 1) }, "one", { time: 0.2 }), [
    "  goal: 30 rows at most 0.2 times the time of one: MISSED with 0.20 (by CPU time 0.20: met)",
  ]);
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

Deno.test("a generated file has values in all columns but those that some wakeups lack", () => {
  const text = [...generate({ rows: 200, seed: 1, env: "host" })].join("");
  const reader = new ResultReader("generated.csv");
  reader.push(new TextEncoder().encode(text));
  assert.equal(reader.finish().rows, 200);
  const rows = text.split("\n").filter((line) => /^\d/.test(line)).map((line) => line.split(","));
  const empty: string[] = COLUMNS.filter((_, index) => rows.every((row) => row[index] === ""))
    .map(({ name }) => name);
  for (const { name, occasional } of EACH_COLUMN) {
    if (empty.includes(name)) assert.notEqual(occasional, undefined, name);
  }
  // 390 MB for a million rows: as large as real ones.
  assert.ok(text.length / 200 > 390);
});
