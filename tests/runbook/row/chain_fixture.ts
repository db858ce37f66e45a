/**
 * A chain and a target's account as a full-tier 6.12 kernel gives them, for tests that change one fact at a
 * time.
 */

import { EACH_COLUMN } from "../../../analysis/result/columns.ts";
import type { ChainRecord } from "../../../ffi/record.ts";
import type { TargetRun } from "../../../ffi/target.ts";
import { seenRecord } from "../../ffi/record_fixture.ts";

/** The fields of the columns of such a kind, as not observed. */
function unseen(kind: "functions" | "occasional"): Partial<ChainRecord> {
  const columns = EACH_COLUMN.filter((column) => column[kind] && column.from === "record");
  return Object.fromEntries(columns.map(({ name }) => [name, null]));
}

export const CHAIN: ChainRecord = {
  ...seenRecord(),
  ...unseen("occasional"),
  correlation_id: 0x21a457ff9f243be3n,
  run: 1n,
  tgid: 100,
  pid: 101,
  comm: "probe-target",
  waker_pid: 0,
  waker_comm: "swapper/1",
  waker_cpu: 1,
  waker_context: "hardirq",
  path: "direct",
  wake_flags_entry: 0,
  wake_flags: 0x88,
  state_before: 0x2001,
  state_after: 0,
  prev_cpu: 1,
  target_cpu: 1,
  migrate_cpu: null,
  target_idle: 1,
  waking_steal_ns: 0n,
  queued_steal_ns: 0n,
  activate_steal_ns: 0n,
  wakeup_steal_ns: 0n,
  switch_steal_ns: 0n,
  tkread_steal_ns: 0n,
  ttwu_probe_ns: 0,
  waking_probe_ns: 0,
  queued_probe_ns: 0,
  pending_probe_ns: 0,
  activate_probe_ns: 0,
  wakeup_probe_ns: 0,
  switch_probe_ns: 0,
  ttwu_ns: 1_000_050_000n,
  waking_ns: 1_000_055_000n,
  activate_cpu: 1,
  activate_ns: 1_000_060_000n,
  wakeup_ns: 1_000_070_000n,
  ttwu_return_ns: 1_000_080_000n,
  switch_ns: 1_000_090_000n,
  tkread_any_ns: 1_000_085_000n,
  tkread_ns: 1_000_100_000n,
  tkread_task_ns: 1_000_110_000n,
  rq_clock_activate_ns: 77_000n,
  rq_clock_switch_ns: 78_000n,
  rq_clock_flags: 6,
  tkread_cpu: 1,
  tkread_function: "ktime_get_ts64",
  tkread_context: "task",
  tkread_value_ns: 1_000_100_500n,
  rq_cpu: 1,
  tkreads: 2,
  tkreads_before_switch: null,
  clocksource_switches: 0,
  ttwu_stack: [0xffffffff81001000n, 0xffffffff81002010n],
  tkread_stack: [],
};

/** The same wakeup on a kernel with tracepoints only; the built-in target tells what it read. */
export const TRACEPOINT_CHAIN: ChainRecord = {
  ...CHAIN,
  ...unseen("functions"),
  waking_ns: CHAIN.ttwu_ns,
  waker_context: null,
  clocksource_switches: 0,
  tkread_function: "clock_gettime",
  tkread_any_ns: null,
  tkreads: null,
  tkread_ns: 1_000_110_700n,
  tkread_task_ns: 1_000_110_700n,
  tkread_value_ns: 1_000_110_700n,
};

export const TARGET: TargetRun & { readonly edge_ns: bigint } = {
  tgid: 100,
  pid: 101,
  edge_ns: 1_000_000_000n,
  edge_uncertainty_ns: 40,
  value_ns: 1_000_110_700n,
  clock_step_ns: -2n,
  clock_step_uncertainty_ns: 80,
  realtime_step_ns: 3n,
  counter: { value: 5_000_000n, mono_ns: 1_000_120_000n, uncertainty_ns: 30 },
  host_clock: null,
  sequence: null,
};
