import assert from "node:assert/strict";
import { declareRunbook } from "../../../runbook/protocol/runbook.ts";
import { conditionsOf, warmUp } from "../../../runbook/run/conditions.ts";
import { runLoop } from "../../../runbook/run/loop.ts";
import { PaperParts } from "./loop_fixture.ts";
import { paperKernel } from "./series_fixture.ts";

const WAITING = { allowed: true, say: () => {} };
const NEVER = new AbortController().signal;

Deno.test("each run has the cell of the design, and its load on the kernel's side", () => {
  const started: number[] = [];
  const kernel = paperKernel(new PaperParts(() => "returns"), {
    startBusyThreads: (threads) => {
      started.push(threads);
      return { [Symbol.dispose]: () => void started.push(-threads) };
    },
  });
  const runbook = declareRunbook({ runs: 4, wake: "timer,pipe", load: "idle,cpu:3" });
  const conditions = conditionsOf(kernel, runbook, WAITING, NEVER);
  const cells = [1, 2, 3, 4].map((run) => conditions.cellOf(run));
  assert.equal(new Set(cells.map(({ wake, load }) => `${wake} ${load}`)).size, 4);
  {
    using _load = conditions.startLoad("cpu:3");
  }
  {
    using _load = conditions.startLoad("idle");
  }
  assert.deepEqual(started, [3, -3]);
});

Deno.test("the record of a task that reads when it likes is awaited for most of the period, the built-in one's is not", () => {
  const parts = new PaperParts(() => "returns");
  const runbook = declareRunbook({ period_ns: 50_000_001 });
  const own = conditionsOf(paperKernel(parts), runbook, WAITING, NEVER);
  assert.equal(own.recordWindowNs, undefined);
  const task = { pid: 7, comm: "other", start_ticks: 100 };
  const other = conditionsOf(paperKernel(parts, { task }), runbook, WAITING, NEVER);
  assert.equal(other.recordWindowNs, 40_000_000n);
});

Deno.test("edges outside the runbook's hours are none of the series'", async () => {
  const parts = new PaperParts(() => "returns");
  const said: string[] = [];
  const waiting = { allowed: true, say: (message: string) => void said.push(message) };
  const runbook = declareRunbook({ runs: 1, hours: "05-06" });
  await runLoop({
    ...conditionsOf(paperKernel(parts), runbook, waiting, NEVER),
    runs: 1,
    onOutcome: () => {},
  });
  assert.deepEqual(parts.edges, [5n * 3600n * 1_000_000_000n]);
  assert.match(said.join(), /waiting until 1970-01-01 05:00 UTC/);
});

Deno.test("runs that warm up are numbered after the last one, and leave nothing", async () => {
  const parts = new PaperParts(() => "returns");
  const runbook = declareRunbook({ runs: 30, warm_up_runs: 2 });
  await warmUp(conditionsOf(paperKernel(parts), runbook, WAITING, NEVER), runbook);
  assert.deepEqual(parts.calls, ["open", "run 31", "close", "open", "run 32", "close"]);
});

Deno.test("a target that no pulse can wake is woken by its timer, and by other threads as declared", () => {
  const parts = new PaperParts(() => "returns");
  const { trigger } = paperKernel(parts);
  const cells = (isForeseen: boolean, wake: string) => {
    const kernel = paperKernel(parts, { trigger: { ...trigger, ...isForeseen ? { isForeseen } : {} } });
    const runbook = declareRunbook({ runs: 2, trigger: "pps", wake });
    return [1, 2].map((run) => conditionsOf(kernel, runbook, WAITING, NEVER).cellOf(run).wake);
  };
  assert.deepEqual(cells(true, "pps"), ["timer", "timer"]);
  assert.deepEqual(cells(false, "pps"), ["pps", "pps"]);
  assert.deepEqual(cells(true, "pps,pipe").toSorted(), ["pipe", "timer"]);
});
