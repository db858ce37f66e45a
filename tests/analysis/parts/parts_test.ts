import assert from "node:assert/strict";
import { partsOf } from "../../../analysis/parts/shares.ts";
import { tellPartShifts } from "../../../analysis/print/parts/shifts.ts";
import { partShifts } from "../../../analysis/parts/shifts.ts";
import { pooled } from "../../../analysis/pool/pool.ts";
import type { Row } from "../../../analysis/result/columns.ts";
import { arrived, shared } from "../../../analysis/result/shared.ts";
import { subset } from "../../../analysis/result/subset.ts";
import { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { fileText, read, rowOf, timeoutOf } from "../result/result_fixture.ts";

const NO_PARTS = {
  part_pi_lock_ns: null,
  part_rq_lock_ns: null,
  part_waker_ns: null,
  part_wakelist_ns: null,
  part_idle_ns: null,
  part_tasks_ns: null,
  part_interrupts_ns: null,
  part_steal_ns: null,
  part_target_ns: null,
  part_probes_ns: null,
  part_unexplained_ns: null,
} as const;

/** A run whose parts add up: 1000 ns from the edge to the wakeup, then idle, target and what is unexplained. */
function divided(run: number, idle: number, target: number, unexplained = 0, over: Partial<Row> = {}): Row {
  const tkread = 1000 + idle + target + unexplained;
  return rowOf(run, { ttwu: 1000, wakeup: 1000, switched: 1000, tkread }, {
    ...NO_PARTS,
    part_idle_ns: idle,
    part_target_ns: target,
    part_unexplained_ns: unexplained,
    part_edge_slack_ns: 100,
    part_edge_timer_ns: 0,
    part_edge_waker_ns: 900,
    part_edge_unexplained_ns: 0,
    cause: idle > target ? "idle" : "target",
    edge_cause: "edge_waker",
    order: "wakeup<switch<tkread",
    events_lost: 0,
    ...over,
  });
}

function fileOf(rows: readonly Row[], name = "a.csv") {
  return read(fileText(rows), undefined, name);
}

const OLDER = {
  ...NO_PARTS,
  part_edge_slack_ns: null,
  part_edge_timer_ns: null,
  part_edge_waker_ns: null,
  part_edge_unexplained_ns: null,
  cause: null,
  edge_cause: null,
  order: null,
  events_lost: null,
} as const;

/** Runs of a program that did not divide them. */
function older(n: number): Row[] {
  return Array.from({ length: n }, (_, i) => rowOf(i + 1, undefined, OLDER));
}

/** Runs with random parts. */
function random(n: number, seed: number, idle: number): Row[] {
  const numbers = Xoshiro128.seeded(seed);
  const up = (most: number) => 1 + Math.floor(most * numbers.uniform());
  return Array.from({ length: n }, (_, i) => divided(i + 1, up(idle), up(3000), up(50)));
}

Deno.test("the parts of each duration have means, and shares of mean and spread, that make the whole", () => {
  const { durations } = partsOf(fileOf(random(80, 1, 5000)));
  assert.deepEqual(durations.map(({ name, runs }) => [name, runs]), [["ttwu_to_tkread", 80], ["offset", 80]]);
  for (const { mean_ns, parts } of durations) {
    const sum = (of: "mean_ns" | "share" | "share_of_spread") =>
      parts.reduce((total, part) => total + part[of]!, 0);
    assert.ok(Math.abs(sum("mean_ns") - mean_ns!) < 1e-9 * mean_ns!);
    assert.ok(Math.abs(sum("share") - 1) < 1e-9);
    assert.ok(Math.abs(sum("share_of_spread") - 1) < 1e-9);
  }
  const [inner, outer] = durations;
  assert.deepEqual(inner!.parts.map(({ name }) => name), ["idle", "target", "unexplained"]);
  const last = outer!.parts.at(-1)!;
  assert.deepEqual([last.name, last.mean_ns], ["ttwu_to_tkread", inner!.mean_ns]);
  assert.ok(inner!.parts[0]!.share_of_spread! > inner!.parts[1]!.share_of_spread!);
});

Deno.test("where all runs have lost events, no mean is told, but how many they are", () => {
  const rows = Array.from({ length: 9 }, (_, i) => divided(i + 1, 100, 200, 0, { events_lost: 1 }));
  const { durations } = partsOf(fileOf(rows));
  assert.deepEqual(durations[0], {
    name: "ttwu_to_tkread",
    runs: 0,
    left_out: { events_lost: 9, undivided: 0 },
    mean_ns: null,
    parts: [],
  });
  const { known, durations: none } = partShifts(
    [fileOf(rows), fileOf(random(9, 1, 50), "b.csv")],
    0.05,
    () => false,
  );
  assert.deepEqual([known, none], [[false, true], []]);
});

Deno.test("percentiles of parts need as many runs as those of durations", () => {
  const p95 = (n: number) => partsOf(fileOf(random(n, 3, 5000))).durations[0]!.parts[0]!.p95_ns;
  assert.equal(p95(58), null);
  assert.ok(p95(59)! > 0);
});

Deno.test("runs with lost events, without parts, with parts that do not add up and without a read are left out", () => {
  const rows = [
    ...random(10, 2, 1000),
    divided(11, 9_000_000, 1, 0, { events_lost: 3 }),
    divided(12, 9_000_000, 1, 0, { ...NO_PARTS, cause: null }),
    divided(13, 9_000_000, 1, 0, { part_idle_ns: 7 }),
    timeoutOf(14),
  ];
  const { durations, causes, edge_causes } = partsOf(fileOf(rows));
  const [{ runs, left_out, mean_ns }] = durations as [typeof durations[number]];
  assert.deepEqual([runs, left_out], [10, { events_lost: 1, undivided: 2 }]);
  assert.ok(mean_ns! < 5000);
  assert.deepEqual(causes.reduce((sum, { runs }) => sum + runs, 0), 13);
  assert.ok(causes.some(({ value, runs }) => value === null && runs === 1));
  assert.deepEqual(edge_causes, [{ value: "edge_waker", runs: 13 }]);
});

Deno.test("a file of an older program has no parts, and no comparison with one has", () => {
  const file = fileOf(older(8));
  const { durations, causes, edge_causes, orders } = partsOf(file);
  assert.deepEqual([durations, causes, edge_causes, orders], [[], [], [], []]);
  const shifts = partShifts([file, fileOf(random(8, 1, 100), "b.csv")], 0.05, () => false);
  assert.deepEqual(shifts, { split: null, known: [false, true], durations: [], causes: [], edge_causes: [] });
});

Deno.test("a file that ends before edge_cause has the causes that it has", () => {
  const file = fileOf(random(8, 1, 100).map((row) => ({ ...row, edge_cause: null })));
  const { causes, edge_causes } = partsOf(file);
  assert.deepEqual([causes.length > 0, edge_causes], [true, []]);
});

Deno.test("differences of the parts' means add up to that of the whole, and the injected part makes it", () => {
  const [a, b] = [fileOf(random(60, 5, 1000)), fileOf(random(60, 6, 9000), "b.csv")];
  for (const isDependent of [false, true]) {
    const { durations, causes, edge_causes } = partShifts([a, b], 0.05, () => isDependent);
    assert.equal(durations.length, 2);
    for (const { shift_ns, mean_ns, parts } of durations) {
      const sum = parts.reduce((total, part) => total + part.shift_ns, 0);
      assert.ok(Math.abs(sum - shift_ns) < 1e-6, `${sum} ${shift_ns}`);
      assert.ok(Math.abs(mean_ns[1] - mean_ns[0] - shift_ns) < 1e-6);
      assert.ok(Math.abs(parts.reduce((total, part) => total + part.share!, 0) - 1) < 1e-9);
      for (const { shift_ci_ns, shift_ns } of parts.filter(({ shift_ci_ns }) => shift_ci_ns !== null)) {
        assert.ok(shift_ci_ns![0] < shift_ns && shift_ns < shift_ci_ns![1]);
      }
    }
    const [idle, target] = durations[0]!.parts;
    assert.ok(idle!.shift_ci_ns![0] > 3000 && idle!.share! > 0.8, JSON.stringify(idle));
    assert.ok(target!.shift_ci_ns![0] < 0 && target!.shift_ci_ns![1] > 0);
    assert.deepEqual(causes.map(({ value, runs: [inA, inB] }) => [value, inA + inB > 0]), [
      ["target", true],
      ["idle", true],
    ]);
    assert.deepEqual(edge_causes, [{ value: "edge_waker", runs: [60, 60] }]);
    assert.ok(causes[1]!.runs[0] < 20 && causes[1]!.runs[1] > 30, JSON.stringify(causes));
  }
});

Deno.test("a part that one run carries has a marked interval, and a note says whose run it is", () => {
  const spike = random(60, 6, 1000).map((row, i) => i === 7 ? divided(8, 9_000_000, 100) : row);
  const shifts = partShifts([fileOf(random(60, 5, 1000)), fileOf(spike, "b.csv")], 0.05, () => false);
  const carried = shifts.durations[0]!.parts.map(({ name, carried_by }) => [name, carried_by]);
  assert.deepEqual(carried, [["idle", [null, 1]], ["target", [null, null]], ["unexplained", [null, null]]]);
  const { tables, notes } = tellPartShifts(shifts, { letters: ["A", "B"], alpha: 0.05 });
  const intervals = tables[0]!.rows.map(({ cells }) => cells.interval[0]!.text.endsWith("?"));
  assert.deepEqual(intervals, [true, false, false, false]);
  assert.ok(
    notes.some(({ text }) =>
      text === "?: carried by so few runs that the interval may be too narrow: leaving idle (1 run of B)."
    ),
  );
  const plainly = partShifts(
    [fileOf(random(60, 5, 1000)), fileOf(random(60, 6, 1000), "b.csv")],
    0.05,
    () => false,
  );
  const said = tellPartShifts(plainly, { letters: ["A", "B"], alpha: 0.05 }).notes.map(({ text }) => text);
  assert.ok(said.length > 0 && said.every((text) => !text.startsWith("?")), said.join());
});

Deno.test("a part that one side cannot observe has no mean there, and the differences add up all the same", () => {
  const rows = random(20, 7, 1000);
  // There the time of the target is part of what is unexplained.
  const blind = random(20, 8, 1000).map((row) => ({
    ...row,
    part_target_ns: null,
    part_unexplained_ns: Number(row.part_target_ns) + Number(row.part_unexplained_ns),
  }));
  const { durations: [inner] } = partShifts([fileOf(rows), fileOf(blind, "b.csv")], 0.05, () => false);
  const target = inner!.parts.find(({ name }) => name === "target")!;
  assert.equal(target.mean_ns[1], null);
  assert.equal(target.share_of_spread[1], null);
  const sum = inner!.parts.reduce((total, part) => total + part.shift_ns, 0);
  assert.ok(Math.abs(sum - inner!.shift_ns) < 1e-6);
});

Deno.test("below 6 runs a side parts have no interval", () => {
  const { durations } = partShifts(
    [fileOf(random(5, 1, 100)), fileOf(random(50, 2, 100), "b.csv")],
    0.05,
    () => false,
  );
  assert.ok(durations.length > 0);
  for (const { parts } of durations) assert.ok(parts.every(({ shift_ci_ns }) => shift_ci_ns === null));
});

Deno.test("parts follow their rows into a selection, another thread and a pool", () => {
  const rows = random(12, 9, 1000);
  const means = (file: ReturnType<typeof fileOf>) =>
    partsOf(file).durations.map(({ runs, mean_ns }) => [runs, mean_ns]);
  const kept = Uint8Array.from(rows, (_, i) => i % 3 === 0 ? 1 : 0);
  assert.deepEqual(
    means(subset(fileOf(rows), kept, "x")),
    means(fileOf(rows.filter((_, i) => kept[i] === 1))),
  );
  assert.deepEqual(means(arrived(structuredClone(shared(fileOf(rows))))), means(fileOf(rows)));
  const together = pooled([fileOf(older(4), "older.csv"), fileOf(rows)], ["older", "newer"]);
  assert.equal(together.partTimes.get("idle")!.length, 16);
  assert.deepEqual(means(together), means(fileOf(rows)));
  assert.equal(partsOf(together).durations[0]!.left_out.undivided, 4);
});
