import assert from "node:assert/strict";
import type { Row } from "../../../analysis/result/columns.ts";
import type { RunOutcome } from "../../../runbook/row/outcome.ts";
import { decodeTableFor } from "../../../runbook/row/wake_flags.ts";
import { observedBy, OutcomeSink, type OutcomeSinkParts } from "../../../runbook/run/outcomes.ts";
import { CHAIN, TARGET } from "../row/chain_fixture.ts";
import { HOOKS, SYMBOLS } from "./series_fixture.ts";

const OUTCOME: RunOutcome = {
  run: 7,
  cell: { wake: "timer", load: "idle", stack: true },
  status: "complete",
  record: { ...CHAIN, ttwu_stack: [0xffffffff81001000n, 0xffffffff81002010n] },
  logs: [],
  target: TARGET,
  losses: { ring_full: 0, self_reads: 3, recursion_misses: 1 },
};

/** A sink whose parts record what they were given. */
function sinkOf(over: Partial<OutcomeSinkParts> = {}) {
  const calls: string[] = [];
  const rows: Row[] = [];
  const sink = new OutcomeSink({
    context: {
      symbols: SYMBOLS,
      decode: decodeTableFor("6.12.117"),
      observed: new Set(["clocksource_switch"] as const),
    },
    currentClocksource: () => "hpet",
    file: {
      writeRow(row, stacks) {
        rows.push(row);
        calls.push(`row of ${row.run} with ${stacks.map(({ frames }) => frames.join(";")).join()}`);
      },
    },
    tally: { add: (row, stacks) => void calls.push(`tally ${row.run} ${stacks.length}`) },
    crossCheck: {
      add: (run, record, context) => void calls.push(`check ${run} ${record === null} ${context}`),
    },
    notices: { named: (run, comm) => void calls.push(`named ${run} ${comm}`) },
    progress: { ran: ({ run }, missed) => void calls.push(`progress ${run} ${missed}`) },
    trigger: { edges: () => ({ missed: 4, absent: 0 }) },
    slow: { ran: ({ run }, { row }) => Promise.resolve(void calls.push(`slow ${run} ${row.run === run}`)) },
    meter: {
      ran: ({ run }) => {
        calls.push(`meter ${run}`);
        return Promise.resolve();
      },
    },
    ...over,
  });
  return { sink, calls, rows };
}

Deno.test("a run is written, counted, checked, shown, and then paired with one without probes", async () => {
  const { sink, calls, rows } = sinkOf();
  await sink.take(OUTCOME);
  assert.deepEqual(calls, [
    "row of 7 with try_to_wake_up;hrtimer_wakeup",
    "tally 7 1",
    "check 7 false task",
    `named 7 ${CHAIN.comm}`,
    "progress 7 4",
    "slow 7 true",
    "meter 7",
  ]);
  assert.deepEqual([rows[0]?.clocksource, rows[0]?.offset_ns], ["hpet", 100_000n]);
});

Deno.test("a row that the disk does not take ends it there: nothing is counted or shown", async () => {
  const { sink, calls } = sinkOf({
    file: {
      writeRow() {
        throw new Error("No space left on device");
      },
    },
  });
  await assert.rejects(sink.take(OUTCOME), /No space left/);
  assert.deepEqual(calls, []);
});

Deno.test("a run that Ctrl-C ended has no pair, and a trigger without counts missed none", async () => {
  const { sink, calls } = sinkOf({ trigger: { edges: () => null } });
  await sink.take({ ...OUTCOME, status: "aborted", record: null });
  assert.deepEqual(calls, [
    "row of 7 with ",
    "tally 7 0",
    "check 7 true null",
    "progress 7 0",
    "slow 7 true",
  ]);
});

Deno.test("a switch of the clocksource is seen only where its hook is attached", () => {
  assert.deepEqual(observedBy(HOOKS), new Set(HOOKS.map(({ stage }) => stage)));
  assert.deepEqual(observedBy(HOOKS.map((hook) => ({ ...hook, attached: false }))), new Set());
});
