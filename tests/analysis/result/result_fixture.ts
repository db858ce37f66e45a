/** Handmade result files: one valid row to vary, and the lines around it. */

import type { Row } from "../../../analysis/result/columns.ts";
import { correlationId } from "../../../analysis/result/correlation.ts";
import type { End, Meta } from "../../../analysis/result/meta.ts";
import { readResultFile, type ResultFile } from "../../../analysis/result/file.ts";
import { formatEnd, formatHeader, formatRow, formatStackLine } from "../../../analysis/result/write.ts";
import { stackKey } from "../../../analysis/result/stack_key.ts";
import { generatedMeta, PLAIN_ROW } from "../../../bench/generate.ts";

export const DIRECT = ["hrtimer_wakeup", "__hrtimer_run_queues"];
export const WAKELIST = ["sched_ttwu_pending", "flush_smp_call_function_queue"];

const TGID = 100;
const PID = 101;

/** Durations of a run in ns, counted from its edge. */
export interface Stages {
  readonly ttwu: number;
  readonly wakeup: number;
  readonly switched: number;
  readonly tkread: number;
}

export const USUAL: Stages = { ttwu: 1000, wakeup: 2000, switched: 4000, tkread: 5000 };

/** A complete run; `over` overrides what follows from the stages. */
export function rowOf(run: number, stages: Stages = USUAL, over: Partial<Row> = {}): Row {
  const edge = 9_100_000_000_000_000n + BigInt(run) * 1_000_000_000n;
  const at = (ns: number) => edge + BigInt(ns);
  return {
    ...PLAIN_ROW,
    run,
    correlation_id: correlationId(TGID, PID, run, at(stages.ttwu)),
    status: "complete",
    tgid: TGID,
    pid: PID,
    comm: "target",
    waker_pid: 0,
    waker_comm: "swapper/0",
    waker_cpu: 0,
    waker_context: "hardirq",
    interrupted: "default_idle",
    path: "direct",
    wake_flags_entry: "0x0",
    wake_flags: "0x88",
    signature: "none",
    migrated: false,
    state_before: "0x1",
    state_after: "0x0",
    prev_cpu: 0,
    target_cpu: 0,
    target_idle: true,
    tkread_cpu: 0,
    edge_ns: edge,
    ttwu_ns: at(stages.ttwu),
    activate_ns: at(stages.ttwu),
    wakeup_ns: at(stages.wakeup),
    ttwu_return_ns: at(stages.wakeup),
    switch_ns: at(stages.switched),
    tkread_any_ns: at(stages.ttwu),
    tkread_ns: at(stages.tkread),
    tkread_task_ns: at(stages.tkread),
    offset_ns: stages.tkread,
    ttwu_to_tkread_ns: stages.tkread - stages.ttwu,
    rq_clock_activate_ns: 77,
    rq_clock_switch_ns: 88,
    rq_clock_flags: "0x4",
    tkread_function: "ktime_get_ts64",
    tkread_context: "task",
    tkread_value_ns: at(stages.tkread),
    clock_step_ns: -3,
    clocksource: "tsc",
    clocksource_switches: 0,
    ttwu_stack: stackKey(DIRECT),
    tkread_stack: null,
    load: "idle",
    lost_events: 0,
    recursion_misses: 0,
    self_reads: 2,
    last_stage: "tkread_task",
    rq_cpu: 1,
    tkreads: 5,
    wake: "timer",
    realtime_step_ns: 0,
    ...over,
  };
}

/** A run that ended before the read. */
export function timeoutOf(run: number): Row {
  return rowOf(run, USUAL, {
    status: "timeout",
    last_stage: "switch",
    tkread_cpu: null,
    tkread_ns: null,
    tkread_task_ns: null,
    offset_ns: null,
    ttwu_to_tkread_ns: null,
    tkread_function: null,
    tkread_context: null,
    tkread_value_ns: null,
  });
}

export function endOf(rows: readonly Row[]): End {
  const count = (status: string) => rows.filter((row) => row.status === status).length;
  return {
    rows: rows.length,
    complete: count("complete"),
    timeout: count("timeout"),
    aborted: count("aborted"),
    lost_events: 0,
    recursion_misses: 0,
    self_reads: 2 * rows.length,
  };
}

/** Version, meta, columns and the two stacks: lines 1 to 5. */
export function headerText(meta: Partial<Meta> = {}, env = "host"): string {
  return formatHeader({ ...generatedMeta(env), ...meta }) +
    formatStackLine(stackKey(DIRECT), DIRECT) + formatStackLine(stackKey(WAKELIST), WAKELIST);
}

export function fileText(rows: readonly Row[], meta: Partial<Meta> = {}, env = "host"): string {
  return headerText(meta, env) + rows.map(formatRow).join("") + formatEnd(endOf(rows));
}

/** @param chunkBytes how many bytes the reader gets at a time */
export function read(text: string, chunkBytes = 1 << 16, name = "f.csv"): ResultFile {
  const bytes = new TextEncoder().encode(text);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) chunks.push(bytes.subarray(at, at + chunkBytes));
  return readResultFile(name, chunks);
}
