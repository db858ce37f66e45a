import assert from "node:assert/strict";
import type { HookFact, Meta } from "../../../analysis/result/meta.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import { buildRow } from "../../../runbook/row/row.ts";
import { type SeriesSummary, summaryJson, summaryText } from "../../../runbook/files/summary.ts";
import { Symbols } from "../../../runbook/row/symbols.ts";
import { Tally } from "../../../runbook/files/tally.ts";
import { CHAIN, TARGET, TRACEPOINT_CHAIN } from "../row/chain_fixture.ts";

const REASON = "this kernel offers no function tracing";
const HOOKS: readonly HookFact[] = [
  { stage: "ttwu", hook: "try_to_wake_up", kind: "fentry", attached: false, reason: REASON },
  { stage: "activate", hook: "ttwu_do_activate", kind: "fentry", attached: false, reason: REASON },
  { stage: "tkread", hook: "read_hpet", kind: "fentry", attached: false, reason: "gone" },
  { stage: "wakeup", hook: "sched_wakeup", kind: "tp_btf", attached: true },
];

const META: Meta = {
  probe: "0.1.0",
  env: "host",
  host: "h",
  kernel: "6.18.44",
  arch: "x86_64",
  cpu: "c",
  cpus: 2,
  virtualization: "kvm",
  boot_id: "b",
  clocksource: { current: "tsc", available: ["tsc"] },
  tier: "tracepoint",
  hooks: HOOKS,
  decode: "6.12+",
  runbook: { runs: 4 },
  runbook_sha256: "",
  started: "2026-01-02T03:04:05.678Z",
  edge_uncertainty_ns: 95,
  clock_step_counter: "tsc",
};

const FRAMES = ["try_to_wake_up", "hrtimer_wakeup", "__hrtimer_run_queues", "hrtimer_interrupt"];
const KEY = stackKey(FRAMES);

function summaryOf(statuses: readonly ("complete" | "timeout")[]): SeriesSummary {
  const tally = new Tally();
  for (const [index, status] of statuses.entries()) {
    const losses = { ring_full: 0, self_reads: 1, recursion_misses: 0 };
    const context = {
      symbols: Symbols.parse(new Uint8Array()),
      decode: null,
      observed: new Set<never>(),
    };
    const record = { ...TRACEPOINT_CHAIN, tkread_ns: CHAIN.ttwu_ns + 10_000n * BigInt(index + 1) };
    const cell = { wake: "timer", load: "idle", stack: true };
    const outcome = { run: index + 1, cell, status, record, logs: [], target: TARGET, losses };
    const { row } = buildRow(outcome, context, "tsc");
    tally.add({ ...row, ttwu_stack: KEY }, [{ key: KEY, frames: FRAMES }]);
  }
  return { path: "host.csv", meta: META, tally, notices: ["the kernel hides its symbols"] };
}

Deno.test("the summary says where, how, how many, how long, what was lost and what was not seen", () => {
  const text = summaryText(summaryOf(["complete", "complete", "complete", "timeout"]));
  const lines = text.split("\n");
  assert.equal(lines[0], "host.csv");
  assert.match(text, /^ {2}tier {9}tracepoint \(/m);
  assert.match(
    text,
    /^ {2}not observed waker_context, interrupted, wake_flags_entry, wake_flags,\n {15}signature, /m,
  );
  assert.match(text, /^ {2}runs {9}3 of 4 complete, 1 timed out$/m);
  assert.match(
    text,
    /^ {2}complete runs {8}n {7}min {3}median {6}P95 {6}P99 {6}max {6}IQR\n {2}offset {15}3 {2}60\.00 us 70\.00 us {3}n < 59 {2}n < 299 80\.00 us 10\.00 us\n {2}ttwu_to_tkread {7}3 {2}10\.00 us 20\.00 us /m,
  );
  assert.match(text, /^ {2}edges {8}known to 95 ns$/m);
  assert.match(text, new RegExp(`^ {4}${KEY} {2}3 runs \\(100 %\\) {2}try_to_wake_up;`, "m"));
  assert.match(text, /^ {2}lost {9}0 events; 0 recursion misses; 4 own reads filtered out$/m);
  assert.match(text, /^ {2}notice {7}the kernel hides its symbols$/m);
});

Deno.test("the result comes before what was not observed; the slowest runs are named, the slowest first", () => {
  const text = summaryText(summaryOf(["complete", "complete", "complete", "timeout"]));
  const [slowest, unseen] = [text.indexOf("slowest runs by offset"), text.indexOf("not observed")];
  assert.ok(text.indexOf("complete runs") < slowest && slowest < unseen);
  const rows = text.slice(slowest).split("\n").slice(2, 5).map((line) => line.trim().split(/ {2,}/));
  const { path, target_cpu, waker_comm } = TRACEPOINT_CHAIN;
  assert.deepEqual(
    rows,
    [["3", "80.00 us", "30.00 us"], ["2", "70.00 us", "20.00 us"], [
      "1",
      "60.00 us",
      "10.00 us",
    ]].map(([run, ...times]) => [run, "edge_unexplained", ...times, path, String(target_cpu), waker_comm]),
  );
});

Deno.test("hooks that are missing for one reason share its line", () => {
  const lines = summaryText(summaryOf(["complete"])).split("\n");
  const first = lines.indexOf("  not attached 3 of 4 hooks");
  assert.deepEqual(lines.slice(first + 1, first + 3), [
    `    try_to_wake_up, ttwu_do_activate: ${REASON}`,
    "    read_hpet: gone",
  ]);
});

Deno.test("lists and long lines end before the eightieth column", () => {
  const notices = ["a notice that goes on and on, ".repeat(5).trimEnd()];
  for (const line of summaryText({ ...summaryOf(["complete"]), notices }).split("\n")) {
    assert.ok(line.length <= 80, line);
  }
});

Deno.test("without a complete run nothing is made up", () => {
  const text = summaryText(summaryOf(["timeout"]));
  assert.match(text, /^ {2}runs {9}0 of 4 complete, 1 timed out$/m);
  assert.match(text, /^ {2}offset {15}0( +-){6}$/m);
  assert.doesNotMatch(text, /slowest|edges/);
  assert.match(text, /^ {2}stacks {7}0 clusters$/m);
});

Deno.test("--json holds the same facts as one object on one line", () => {
  const text = summaryJson(summaryOf(["complete", "complete", "complete", "timeout"]));
  assert.equal(text.indexOf("\n"), text.length - 1);
  const json = JSON.parse(text);
  assert.deepEqual([json.version, json.kind, json.file], [1, "run", "host.csv"]);
  assert.equal(json.tier, "tracepoint");
  assert.deepEqual(json.runs, { declared: 4, complete: 3, timeout: 1, aborted: 0 });
  assert.deepEqual(json.offset, {
    n: 3,
    median_ns: 70_000,
    iqr_ns: 10_000,
    mad_ns: 10_000,
    min_ns: 60_000,
    p95_ns: null,
    p99_ns: null,
    max_ns: 80_000,
  });
  assert.deepEqual(json.slowest.runs.map(({ run }: { run: number }) => run), [3, 2, 1]);
  assert.deepEqual(json.clusters, [{ ttwu_stack: KEY, runs: 3, frames: FRAMES }]);
  assert.ok(json.never_observed.includes("wake_flags"));
  assert.deepEqual(json.not_attached.map(({ hook }: HookFact) => hook), [
    "try_to_wake_up",
    "ttwu_do_activate",
    "read_hpet",
  ]);
});
