import assert from "node:assert/strict";
import type { Row } from "../../../analysis/result/columns.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import type { RunOutcome } from "../../../runbook/row/outcome.ts";
import { buildRow } from "../../../runbook/row/row.ts";
import { Symbols } from "../../../runbook/row/symbols.ts";
import type { HookFact } from "../../../analysis/result/meta.ts";
import { HOOKS } from "../../../runbook/probes/hooks.ts";
import { Tally } from "../../../runbook/files/tally.ts";
import { CHAIN, TARGET } from "../row/chain_fixture.ts";

/** Hooks of every column that is not in each wakeup. */
const ATTACHED: HookFact[] = [...new Set(HOOKS.map(({ stage }) => stage))].map((stage) => ({
  stage,
  hook: stage,
  kind: "fentry",
  attached: true,
}));

const NO_LOSSES = { ring_full: 0, self_reads: 0, recursion_misses: 0 };
const CONTEXT = {
  symbols: Symbols.parse(new Uint8Array()),
  decode: null,
  observed: new Set(["clocksource_switch"] as const),
};

function rowOf(changes: Partial<Row> = {}): Row {
  const outcome: RunOutcome = {
    run: 1,
    cell: { wake: "timer", load: "idle", stack: true },
    status: "complete",
    record: CHAIN,
    logs: [],
    target: TARGET,
    losses: NO_LOSSES,
  };
  return { ...buildRow(outcome, CONTEXT, "tsc").row, ...changes };
}

function cluster(...frames: string[]) {
  return { key: stackKey(frames), frames };
}

Deno.test("median and interquartile range are those of the complete runs alone", () => {
  const tally = new Tally();
  for (const offset of [30n, 10n, 20n, 50n, 40n]) tally.add(rowOf({ offset_ns: offset }), []);
  tally.add(rowOf({ offset_ns: 9_000n, status: "timeout" }), []);
  const { n, median_ns, iqr_ns, min_ns, max_ns } = tally.offset();
  assert.deepEqual([n, median_ns, iqr_ns, min_ns, max_ns], [5, 30, 20, 10, 50]);
  assert.equal(tally.slowest().runs[0]!.offset_ns, 50);
});

Deno.test("without a complete run there is no median", () => {
  const tally = new Tally();
  tally.add(rowOf({ status: "timeout" }), []);
  const { n, median_ns, max_ns } = tally.offset();
  assert.deepEqual([n, median_ns, max_ns, tally.slowest().runs], [0, null, null, []]);
  assert.deepEqual(tally.neverObserved(ATTACHED), []);
});

Deno.test("clusters and signatures are counted, the largest first", () => {
  const [a, b] = [cluster("try_to_wake_up", "a"), cluster("try_to_wake_up", "b")];
  const tally = new Tally();
  for (const [stack, signature] of [[a, "none"], [b, "WF_SYNC"], [b, "none"], [b, "none"]] as const) {
    tally.add(rowOf({ ttwu_stack: stack.key, signature }), [stack]);
  }
  assert.deepEqual(tally.clusters(), [
    { ttwu_stack: b.key, runs: 3, frames: b.frames },
    { ttwu_stack: a.key, runs: 1, frames: a.frames },
  ]);
  assert.deepEqual(tally.signatures(), [{ signature: "none", runs: 3 }, { signature: "WF_SYNC", runs: 1 }]);
});

Deno.test("statuses and losses are summed for the end line", () => {
  const tally = new Tally();
  tally.add(rowOf({ self_reads: 3, lost_events: 1 }), []);
  tally.add(rowOf({ status: "timeout", recursion_misses: 2 }), []);
  tally.add(rowOf({ status: "aborted", self_reads: 4 }), []);
  assert.deepEqual(tally.end(), {
    rows: 3,
    complete: 1,
    timeout: 1,
    aborted: 1,
    lost_events: 1,
    recursion_misses: 2,
    self_reads: 7,
    losses: [
      { run: 1, what: "ring_full", stage: "tkread_task" },
      { run: 1, what: "timeout", stage: "tkread_task" },
      { run: 1, what: "aborted", stage: "tkread_task" },
    ],
  });
});

Deno.test("a column is never observed when no complete run has it; what nothing interrupted is no such column", () => {
  const tally = new Tally();
  const tracepoint = { wake_flags: null, activate_ns: null, interrupted: null, signature: "none" };
  tally.add(rowOf({ ...tracepoint, ttwu_stack: "0".repeat(16), tkread_stack: "0".repeat(16) }), []);
  assert.deepEqual(tally.neverObserved(ATTACHED), ["wake_flags", "activate_ns"]);
  tally.add(rowOf({ activate_ns: 5n }), []);
  assert.deepEqual(tally.neverObserved(ATTACHED), []);
});

Deno.test("an occasional column is never observed where the hooks of its stage are missing", () => {
  const tally = new Tally();
  const stacks = { ttwu_stack: "0".repeat(16), tkread_stack: "0".repeat(16) };
  tally.add(rowOf({ wake_flags_queued: null, interrupted: null, signature: "none", ...stacks }), []);
  const withoutWakelist = ATTACHED.filter(({ stage }) => stage !== "wakelist");
  assert.deepEqual(tally.neverObserved(withoutWakelist), [
    "wake_flags_queued",
    "queued_ns",
    "pending_ns",
    "rq_clock_queued_ns",
    "rq_clock_queued_flags",
  ]);
});

Deno.test("each loss is noted with its run and the last stage seen, the first hundred of them", () => {
  const tally = new Tally();
  tally.add(rowOf({ run: 1, status: "complete", lost_events: 0 }), []);
  tally.add(rowOf({ run: 2, status: "complete", lost_events: 1, last_stage: "tkread_task" }), []);
  tally.add(rowOf({ run: 3, status: "timeout", lost_events: 0, last_stage: "wakeup" }), []);
  assert.deepEqual(tally.end().losses, [
    { run: 2, what: "ring_full", stage: "tkread_task" },
    { run: 3, what: "timeout", stage: "wakeup" },
  ]);
  for (let run = 4; run < 300; run++) tally.add(rowOf({ run, status: "timeout" }), []);
  assert.equal(tally.end().losses?.length, 100);
  assert.equal(new Tally().end().losses, undefined);
});

Deno.test("recursion misses that the kernel does not count are not said to be none", () => {
  const tally = new Tally();
  tally.add(rowOf({ recursion_misses: null }), []);
  tally.setRecursionMisses([{ program: "read_hpet_entry", recursion_misses: null }]);
  assert.equal(tally.end().recursion_misses, null);
  assert.equal(tally.end().recursion_misses_of, undefined);
});

Deno.test("recursion misses are named by program, and only those that there were", () => {
  const tally = new Tally();
  tally.setRecursionMisses([
    { program: "read_hpet_entry", recursion_misses: 3 },
    { program: "sched_waking", recursion_misses: 0 },
  ]);
  assert.deepEqual(tally.end().recursion_misses_of, { read_hpet_entry: 3 });
  assert.equal(new Tally().end().recursion_misses_of, undefined);
});
