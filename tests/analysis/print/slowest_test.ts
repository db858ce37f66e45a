import assert from "node:assert/strict";
import { slowestTable } from "../../../analysis/print/show/result.ts";
import { slowestLines } from "../../../analysis/print/show/result_text.ts";
import { distributionOf } from "../../../analysis/sample/description.ts";
import type { SlowRun } from "../../../analysis/sample/slowest.ts";

const RUN: SlowRun = {
  run: 1,
  offset_ns: 5_000_000,
  ttwu_to_tkread_ns: 4_000_000,
  path: "wakelist",
  target_cpu: 1,
  waker_comm: "a name of 15 ch",
  cause: null,
  edge_cause: null,
  other_task: "kworker/u16:12-",
  interrupt: "timer",
  idle_state: 2,
  events_lost: 0,
};

function linesOf(runs: readonly SlowRun[]): string[] {
  const none = distributionOf(new Float64Array());
  return slowestLines(
    slowestTable({ offset: none, ttwu_to_tkread: none, slowest: { by: "offset_ns", runs } }),
  );
}

Deno.test("a slow run's cause stands with the task, the interrupt or the state that it was", () => {
  const causes = ["tasks", "interrupts", "idle", "steal"].map((cause) => ({ ...RUN, cause }));
  const lines = linesOf([
    ...causes,
    { ...RUN, cause: "idle", idle_state: null },
    { ...RUN, cause: "tasks", other_task: "bash", events_lost: 2 },
    RUN,
  ]);
  assert.match(lines[1]!, /^ {2}run {4}cause /);
  const shown = lines.slice(2).map((line) => line.slice(9, 27).trimEnd());
  assert.deepEqual(shown, [
    "tasks kworker/u16~",
    "interrupts timer",
    "idle state 2",
    "steal",
    "idle",
    "tasks? bash",
    "-",
  ]);
  for (const line of lines) assert.ok(line.length <= 80, line);
});

Deno.test("without any cause there is no column for it", () => {
  assert.doesNotMatch(linesOf([RUN]).join("\n"), /cause/);
});

Deno.test("a run most of whose offset had passed before its wakeup has the largest part of that time as cause", () => {
  const late = { ...RUN, ttwu_to_tkread_ns: 2_000_000, cause: "tasks" };
  const lines = linesOf([{ ...late, edge_cause: "edge_timer" }, late]);
  assert.deepEqual(lines.slice(2).map((line) => line.slice(9, 27).trimEnd()), ["edge_timer", "before ttwu"]);
});
