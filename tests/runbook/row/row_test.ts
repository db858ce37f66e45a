import assert from "node:assert/strict";
import { COLUMNS, EACH_COLUMN } from "../../../analysis/result/columns.ts";
import { correlationId } from "../../../analysis/result/correlation.ts";
import { formatRow } from "../../../analysis/result/write.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import type { ChainRecord } from "../../../ffi/record.ts";
import type { RunOutcome } from "../../../runbook/row/outcome.ts";
import { buildRow } from "../../../runbook/row/row.ts";
import { Symbols } from "../../../runbook/row/symbols.ts";
import { decodeTableFor } from "../../../runbook/row/wake_flags.ts";
import { CHAIN, TARGET, TRACEPOINT_CHAIN } from "./chain_fixture.ts";

const SYMBOLS = Symbols.parse(new TextEncoder().encode(
  "ffffffff81001000 t try_to_wake_up\nffffffff81002000 t hrtimer_wakeup\n" +
    "ffffffff81003000 T asm_sysvec_apic_timer_interrupt\nffffffff81004000 t default_idle\n",
));
const CONTEXT = {
  symbols: SYMBOLS,
  decode: decodeTableFor("6.12.117"),
  observed: new Set(["clocksource_switch"] as const),
};
const OUTCOME: RunOutcome = {
  run: 1,
  cell: { wake: "timer", load: "idle", stack: true },
  status: "complete",
  record: CHAIN,
  logs: [],
  target: TARGET,
  losses: { ring_full: 0, self_reads: 3, recursion_misses: 1 },
};

Deno.test("a complete run fills every column of its row", () => {
  const record = {
    ...CHAIN,
    ttwu_stack: [0xffffffff81001000n, 0xffffffff81003010n, 0xffffffff81004010n],
    tkread_stack: [0xffffffff81002010n],
  };
  const { row } = buildRow({ ...OUTCOME, record }, CONTEXT, "tsc");
  const usual = EACH_COLUMN.filter((column) => !column.occasional).map(({ name }) => name);
  assert.deepEqual(usual.filter((name) => row[name] === null), []);
  assert.equal(formatRow(row).split(",").length, COLUMNS.length);
});

Deno.test("what a VM was told of itself is in its rows, and nothing is guessed", () => {
  const { placement, boot } =
    buildRow(OUTCOME, { ...CONTEXT, vm: { placement: "half", boot: "3" } }, "tsc").row;
  assert.deepEqual([placement, boot], ["half", "3"]);
  const { row } = buildRow(OUTCOME, CONTEXT, "tsc");
  assert.deepEqual([row.placement, row.boot], [null, null]);
});

Deno.test("a VM's timer that stands for a foreseen pulse is no edge: the pulse is not seen there", () => {
  const { row } = buildRow(OUTCOME, { ...CONTEXT, isForeseen: true }, "tsc");
  assert.equal(row.foreseen_ns, TARGET.edge_ns);
  const ofEdge = COLUMNS.filter(({ name }) => /^(edge_|offset_|part_edge_)/.test(name));
  assert.deepEqual(ofEdge.filter(({ name }) => row[name] !== null), []);
  assert.equal(row.ttwu_to_tkread_ns, 50_000n);
  assert.equal(buildRow(OUTCOME, CONTEXT, "tsc").row.foreseen_ns, null);
});

Deno.test("the derived columns follow from the observed ones", () => {
  const { row, stacks } = buildRow(OUTCOME, CONTEXT, "tsc");
  assert.equal(row.offset_ns, 100_000n);
  assert.equal(row.ttwu_to_tkread_ns, 50_000n);
  assert.equal(row.migrated, false);
  assert.equal(row.wake_flags, "0x88");
  assert.equal(row.signature, "none");
  assert.equal(row.state_before, "0x2001");
  assert.equal(row.correlation_id, "21a457ff9f243be3");
  const frames = ["try_to_wake_up", "hrtimer_wakeup"];
  assert.deepEqual(stacks, [{ key: stackKey(frames), frames }]);
  assert.equal(row.ttwu_stack, stackKey(frames));
  assert.equal(row.tkread_stack, null);
});

Deno.test("a function whose own frame a trampoline jumped over is still the innermost of its stack", () => {
  const caller = [0xffffffff81002010n];
  const record = { ...CHAIN, ttwu_stack: caller, tkread_stack: caller };
  const { stacks } = buildRow({ ...OUTCOME, record }, CONTEXT, "tsc");
  assert.deepEqual(stacks.map(({ frames }) => frames), [
    ["try_to_wake_up", "hrtimer_wakeup"],
    ["ktime_get_ts64", "hrtimer_wakeup"],
  ]);
});

Deno.test("an ID with leading zeros keeps its 16 digits, so that it can be re-derived as text", () => {
  const { row } = buildRow({ ...OUTCOME, record: { ...CHAIN, correlation_id: 0xabcn } }, CONTEXT, "tsc");
  assert.equal(row.correlation_id, "0000000000000abc");
  assert.equal(row.correlation_id?.length, correlationId(1, 1, 1, 1n).length);
});

Deno.test("at the tracepoint tier what it cannot see stays empty", () => {
  const context = { ...CONTEXT, observed: new Set<never>() };
  const { row } = buildRow({ ...OUTCOME, record: TRACEPOINT_CHAIN }, context, "tsc");
  const unseen = EACH_COLUMN.filter(({ functions, reads }) => functions || reads).map(({ name }) => name);
  assert.deepEqual(unseen.filter((name) => row[name] !== null), []);
  assert.deepEqual([row.tkread_value_ns, row.tkread_ns], [TARGET.value_ns, TARGET.value_ns]);
  assert.equal(row.offset_ns, 110_700n);
});

Deno.test("a read whose value the kernel did not see never borrows the target's value", () => {
  const record = { ...CHAIN, tkread_value_ns: null };
  assert.equal(buildRow({ ...OUTCOME, record }, CONTEXT, "tsc").row.tkread_value_ns, null);
});

Deno.test("where the kernel cannot tell the waker's context, its stack does", () => {
  const interrupted = [0xffffffff81001000n, 0xffffffff81003010n, 0xffffffff81004010n];
  const record = { ...TRACEPOINT_CHAIN, ttwu_stack: interrupted };
  const { row } = buildRow({ ...OUTCOME, record }, CONTEXT, "tsc");
  assert.equal(row.waker_context, "hardirq");
  assert.equal(row.interrupted, "default_idle");
});

Deno.test("what the kernel says about the context outweighs the stack", () => {
  const { row } = buildRow({ ...OUTCOME, record: { ...CHAIN, waker_context: "softirq" } }, CONTEXT, "tsc");
  assert.equal(row.waker_context, "softirq");
});

Deno.test("a wakeup that moved the target is migrated; without both CPUs it is not known", () => {
  const moved = buildRow({ ...OUTCOME, record: { ...CHAIN, target_cpu: 0 } }, CONTEXT, "tsc");
  assert.equal(moved.row.migrated, true);
  const unknown = buildRow({ ...OUTCOME, record: { ...CHAIN, target_cpu: null } }, CONTEXT, "tsc");
  assert.equal(unknown.row.migrated, null);
});

Deno.test("what ttwu_queue_wakelist() was handed is told on the wakelist path, and while the path is not known", () => {
  const queued = (path: ChainRecord["path"]) =>
    buildRow(
      { ...OUTCOME, record: { ...CHAIN, path, queued_ns: 7n, wake_flags_queued: 0x20 } },
      CONTEXT,
      "tsc",
    ).row;
  for (const path of ["wakelist", null] as const) {
    assert.deepEqual([queued(path).queued_ns, queued(path).wake_flags_queued], [7n, "0x20"], String(path));
  }
  assert.deepEqual([queued("direct").queued_ns, queued("direct").wake_flags_queued], [null, null]);
});

Deno.test("reads after a clocksource switch are those that did not come before it", () => {
  const record = { ...CHAIN, tkreads: 9, tkreads_before_switch: 4 };
  assert.equal(buildRow({ ...OUTCOME, record }, CONTEXT, "tsc").row.tkreads_after_switch, 5);
  assert.equal(buildRow(OUTCOME, CONTEXT, "tsc").row.tkreads_after_switch, null);
});

Deno.test("the last stage is the latest that was seen", () => {
  const stage = (over: Partial<ChainRecord>) =>
    buildRow({ ...OUTCOME, record: { ...CHAIN, ...over } }, CONTEXT, "tsc").row.last_stage;
  assert.equal(stage({}), "tkread_task");
  assert.equal(stage({ tkread_task_ns: null }), "tkread");
  assert.equal(stage({ tkread_task_ns: null, tkread_ns: null, switch_ns: null }), "wakeup");
  const early = { tkread_task_ns: null, tkread_ns: null, switch_ns: null, wakeup_ns: null };
  assert.equal(stage({ ...early, activate_ns: null }), "ttwu");
});

Deno.test("a timeout keeps the stages it has and derives nothing from those it lacks", () => {
  const record = { ...CHAIN, tkread_ns: null, tkread_task_ns: null, tkread_value_ns: null };
  const { row } = buildRow({ ...OUTCOME, status: "timeout", record }, CONTEXT, "tsc");
  assert.equal(row.switch_ns, CHAIN.switch_ns);
  assert.equal(row.offset_ns, null);
  assert.equal(row.ttwu_to_tkread_ns, null);
});

Deno.test("an aborted run whose target still slept has no edge and so no offset", () => {
  const { row } = buildRow({ ...OUTCOME, status: "aborted", target: null }, CONTEXT, "tsc");
  assert.equal(row.edge_ns, null);
  assert.equal(row.offset_ns, null);
  assert.equal(row.clock_step_ns, null);
  assert.equal(row.ttwu_to_tkread_ns, 50_000n);
});

Deno.test("a run that nobody saw is a row all the same", () => {
  const { row, stacks } = buildRow(
    { ...OUTCOME, status: "timeout", record: null, target: null },
    CONTEXT,
    null,
  );
  assert.deepEqual(stacks, []);
  const filled = COLUMNS.map(({ name }) => name).filter((name) => row[name] !== null);
  assert.deepEqual(filled, [
    "run",
    "status",
    "load",
    "lost_events",
    "recursion_misses",
    "self_reads",
    "last_stage",
    "wake",
  ]);
  assert.equal(row.last_stage, "none");
  formatRow(row);
});

Deno.test("hidden symbols give empty stack columns, not zeros", () => {
  const hidden = Symbols.parse(new TextEncoder().encode("0000000000000000 t try_to_wake_up\n"));
  const { row, stacks } = buildRow(OUTCOME, { ...CONTEXT, symbols: hidden }, "tsc");
  assert.deepEqual(stacks, []);
  assert.equal(row.ttwu_stack, null);
  assert.equal(row.interrupted, null);
});

Deno.test("a kernel without a table of wake flags gives raw flags and no signature", () => {
  const { row } = buildRow(OUTCOME, { ...CONTEXT, decode: null }, "tsc");
  assert.equal(row.wake_flags, "0x88");
  assert.equal(row.signature, null);
});
