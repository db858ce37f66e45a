import assert from "node:assert/strict";
import { SlowestRuns, type SlowRun } from "../../../analysis/sample/slowest.ts";

function run(run: number, offset_ns: number | null, ttwu_to_tkread_ns: number | null): SlowRun {
  return {
    run,
    offset_ns,
    ttwu_to_tkread_ns,
    path: "direct",
    target_cpu: 1,
    waker_comm: "w",
    cause: null,
    edge_cause: null,
    other_task: null,
    interrupt: null,
    idle_state: null,
    events_lost: null,
  };
}

Deno.test("five runs are kept, the slowest first, of equal ones the earlier first", () => {
  const slowest = new SlowestRuns();
  for (const [index, ns] of [3, 9, 1, 7, 9, 2, 8, 5].entries()) slowest.add(run(index + 1, ns, -ns));
  const { by, runs } = slowest.slowest();
  assert.equal(by, "offset_ns");
  assert.deepEqual(runs.map(({ run, offset_ns }) => [run, offset_ns]), [[2, 9], [5, 9], [7, 8], [4, 7], [
    8,
    5,
  ]]);
});

Deno.test("without any offset they are ordered by ttwu_to_tkread", () => {
  const slowest = new SlowestRuns();
  for (const [index, ns] of [3, 9, 4].entries()) slowest.add(run(index + 1, null, ns));
  const { by, runs } = slowest.slowest();
  assert.deepEqual([by, runs.map(({ run }) => run)], ["ttwu_to_tkread_ns", [2, 3, 1]]);
});

Deno.test("a run is asked for only if it is one of the slowest so far; NaN never is", () => {
  const slowest = new SlowestRuns();
  assert.equal(slowest.takes(NaN, NaN), false);
  assert.equal(slowest.takes(1, NaN), true);
  for (let i = 1; i <= 5; i++) slowest.add(run(i, 10 + i, 5));
  assert.deepEqual([slowest.takes(11, 5), slowest.takes(12, 5), slowest.takes(11, 6)], [false, true, true]);
  slowest.add(run(6, NaN, NaN));
  assert.equal(slowest.slowest().runs.length, 5);
});
