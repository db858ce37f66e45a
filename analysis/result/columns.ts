/**
 * The one table of columns of a result file, version 1. Everything derives from it: header, order, what a row
 * takes from the kernel's record, reading, checking, writing, the keys of --by, the documented table and the
 * types of all users. A later version may only add columns at the end.
 *
 * An empty cell means "not observed". It is never written as 0 and never guessed.
 */

import type { Stage } from "./meta.ts";

/**
 * How a cell is written in the file. `int` is a signed 64-bit decimal, `hex` begins with 0x, `id` is 16 hex
 * digits, `stack` is `s` and 16 hex digits: the key of a `# stack` line before the row.
 */
export type ColumnKind = "int" | "hex" | "id" | "stack" | "bool" | "enum" | "text";

/** What the number in an `int` column measures. */
export type Unit = "ns" | "CPU" | "pid" | "count";

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  /** Only for `int`; without a unit the column is a plain number. */
  readonly unit?: Unit;
  /** Only for `int`: the smallest and the largest value; default: 0 and 2^63 - 1. */
  readonly range?: readonly [least: number, largest: number];
  /** Only for `enum`: the allowed words. */
  readonly values?: readonly string[];
  /**
   * `record`: the value comes from the kernel, from the field of this name in struct chain (bpf/record.h),
   * where IF_SEEN says when it was observed. runbook/row/row.ts computes the other columns.
   */
  readonly from?: "record";
  /** A cell of this column is never empty, at any tier and with any status of the run. */
  readonly required?: true;
  /** Only hooks on functions observe it: empty at the tier tracepoint. */
  readonly functions?: true;
  /**
   * Only hooks on reads observe it: empty at the tier tracepoint when the built-in target reports its own
   * read.
   */
  readonly reads?: true;
  /** Not every wakeup has it: an empty cell does not mean that the hooks of this stage are missing. */
  readonly occasional?: Stage;
  readonly doc: string;
}

/** How a run ended. */
export const STATUSES = ["complete", "timeout", "aborted"] as const;
export type Status = (typeof STATUSES)[number];

/** The kernel context in which code runs: enum chain_context of bpf/record.h. */
const CONTEXTS = ["task", "softirq", "hardirq", "nmi"] as const;
export type KernelContext = (typeof CONTEXTS)[number];

/** How far a chain came: `none`, then the stages that every wakeup passes, in the order of time. */
export const STAGES = ["none", "ttwu", "activate", "wakeup", "switch", "tkread", "tkread_task"] as const;

/** Paths through try_to_wake_up: enum chain_path of bpf/record.h. */
const PATHS = ["self", "runnable", "direct", "wakelist"] as const;
export type Path = (typeof PATHS)[number];

/** Instants on a clock. */
const TIME = { kind: "int", unit: "ns" } as const;
/** Differences of two instants; they may be negative. */
const DURATION = {
  kind: "int",
  unit: "ns",
  range: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
} as const;
const COUNT = { kind: "int", unit: "count", range: [0, Number.MAX_SAFE_INTEGER] } as const;
const CPU = { kind: "int", unit: "CPU", range: [0, 2 ** 31 - 1] } as const;
const PID = { kind: "int", unit: "pid", range: [0, 2 ** 31 - 1] } as const;
const CONTEXT = { kind: "enum", values: CONTEXTS } as const;

export const COLUMNS = [
  {
    name: "run",
    kind: "int",
    range: [1, Number.MAX_SAFE_INTEGER],
    required: true,
    doc: "number of the run, from 1",
  },
  {
    name: "correlation_id",
    kind: "id",
    from: "record",
    doc: "hash of (tgid, pid, run, ttwu_ns), minted in the kernel",
  },
  {
    name: "status",
    kind: "enum",
    values: STATUSES,
    required: true,
    doc: "complete: read in task context seen; timeout: window closed first; aborted: interrupted",
  },
  { name: "tgid", ...PID, from: "record", doc: "thread group (process) of the target" },
  { name: "pid", ...PID, from: "record", doc: "kernel pid (thread id) of the target" },
  { name: "comm", kind: "text", from: "record", doc: "name of the target task" },
  { name: "waker_pid", ...PID, from: "record", doc: "pid current when the wakeup began (0: idle task)" },
  { name: "waker_comm", kind: "text", from: "record", doc: "name of that task" },
  { name: "waker_cpu", ...CPU, from: "record", doc: "CPU on which the wakeup began" },
  { name: "waker_context", ...CONTEXT, from: "record", doc: "context of the waker" },
  {
    name: "interrupted",
    kind: "text",
    occasional: "ttwu",
    doc: "what the waking interrupt interrupted: function, or user; empty when the waker was no interrupt",
  },
  { name: "path", kind: "enum", from: "record", values: PATHS, doc: "way through try_to_wake_up" },
  {
    name: "wake_flags_entry",
    kind: "hex",
    from: "record",
    functions: true,
    doc: "wake_flags argument of try_to_wake_up",
  },
  {
    name: "wake_flags",
    kind: "hex",
    from: "record",
    functions: true,
    doc: "effective wake_flags, as ttwu_do_activate got them",
  },
  {
    name: "signature",
    kind: "text",
    functions: true,
    doc: "effective wake flags by name, bookkeeping bits left out; none when no named bit is set",
  },
  { name: "migrated", kind: "bool", doc: "target_cpu differs from prev_cpu" },
  { name: "state_before", kind: "hex", from: "record", doc: "task state when the wakeup began" },
  { name: "state_after", kind: "hex", from: "record", doc: "task state at sched_wakeup" },
  { name: "prev_cpu", ...CPU, from: "record", doc: "CPU of the target before the wakeup" },
  { name: "target_cpu", ...CPU, from: "record", doc: "CPU chosen by the wakeup" },
  {
    name: "target_idle",
    kind: "bool",
    from: "record",
    doc: "the target CPU ran its idle task at the wakeup",
  },
  { name: "tkread_cpu", ...CPU, from: "record", doc: "CPU of the first timekeeping read" },
  { name: "edge_ns", ...TIME, doc: "the trigger's edge, where it tells" },
  {
    name: "ttwu_ns",
    ...TIME,
    from: "record",
    doc: "entry of try_to_wake_up (tracepoint tier: sched_waking)",
  },
  { name: "activate_ns", ...TIME, from: "record", functions: true, doc: "ttwu_do_activate" },
  { name: "wakeup_ns", ...TIME, from: "record", doc: "sched_wakeup" },
  {
    name: "ttwu_return_ns",
    ...TIME,
    from: "record",
    functions: true,
    doc: "return of try_to_wake_up; unordered on the wakelist path",
  },
  { name: "switch_ns", ...TIME, from: "record", doc: "sched_switch to the target" },
  {
    name: "tkread_any_ns",
    ...TIME,
    from: "record",
    reads: true,
    doc: "first read on the target's CPU after the ttwu, whoever is current",
  },
  {
    name: "tkread_ns",
    ...TIME,
    from: "record",
    doc: "first read while the target is current, in any context",
  },
  {
    name: "tkread_task_ns",
    ...TIME,
    from: "record",
    doc: "first read by the target itself, in task context",
  },
  { name: "offset_ns", ...DURATION, doc: "tkread_ns - edge_ns" },
  { name: "ttwu_to_tkread_ns", ...DURATION, doc: "tkread_ns - ttwu_ns" },
  {
    name: "rq_clock_activate_ns",
    ...TIME,
    from: "record",
    functions: true,
    doc: "rq->clock at ttwu_do_activate (sched_clock domain)",
  },
  {
    name: "rq_clock_switch_ns",
    ...TIME,
    from: "record",
    functions: true,
    doc: "rq->clock at sched_switch (sched_clock domain)",
  },
  {
    name: "rq_clock_flags",
    kind: "hex",
    from: "record",
    functions: true,
    doc: "rq->clock_update_flags at ttwu_do_activate",
  },
  { name: "tkread_function", kind: "text", from: "record", doc: "kernel function of the read at tkread_ns" },
  { name: "tkread_context", ...CONTEXT, from: "record", doc: "context of that read" },
  { name: "tkread_value_ns", ...TIME, from: "record", doc: "the value that read returned" },
  {
    name: "clock_step_ns",
    ...DURATION,
    doc: "elapsed kernel clock minus elapsed independent counter from arming to the read",
  },
  { name: "clocksource", kind: "text", doc: "current clocksource at the run" },
  {
    name: "clocksource_switches",
    ...COUNT,
    from: "record",
    functions: true,
    doc: "clocksource switches seen inside the window",
  },
  { name: "ttwu_stack", kind: "stack", doc: "stack cluster of the wakeup: key of a # stack line" },
  {
    name: "tkread_stack",
    kind: "stack",
    reads: true,
    doc: "stack cluster of the read: key of a # stack line",
  },
  {
    name: "load",
    kind: "text",
    required: true,
    doc: "load that was declared for the run; idle: none was made",
  },
  { name: "lost_events", ...COUNT, doc: "records and map updates lost in this run" },
  { name: "recursion_misses", ...COUNT, doc: "program invocations the kernel skipped in this run" },
  { name: "self_reads", ...COUNT, doc: "clock reads of our own probes, filtered out in this run" },
  {
    name: "last_stage",
    kind: "enum",
    values: STAGES,
    required: true,
    doc: "last stage of the chain that was seen; where an incomplete chain stopped",
  },
  {
    name: "wake_flags_queued",
    kind: "hex",
    from: "record",
    functions: true,
    occasional: "wakelist",
    doc: "wake_flags that ttwu_queue_wakelist was handed; WF_SYNC and WF_TTWU are lost after it",
  },
  {
    name: "queued_ns",
    ...TIME,
    from: "record",
    functions: true,
    occasional: "wakelist",
    doc: "ttwu_queue_wakelist (wakelist path only)",
  },
  {
    name: "pending_ns",
    ...TIME,
    from: "record",
    functions: true,
    occasional: "wakelist",
    doc: "sched_ttwu_pending on the target's CPU (wakelist path only)",
  },
  {
    name: "rq_clock_queued_ns",
    ...TIME,
    from: "record",
    functions: true,
    occasional: "wakelist",
    doc:
      "rq->clock of the target's CPU at ttwu_queue_wakelist (sched_clock domain), as old as its last update",
  },
  {
    name: "rq_clock_queued_flags",
    kind: "hex",
    from: "record",
    functions: true,
    occasional: "wakelist",
    doc: "rq->clock_update_flags at ttwu_queue_wakelist",
  },
  { name: "rq_cpu", ...CPU, from: "record", functions: true, doc: "CPU of the rq at ttwu_do_activate" },
  {
    name: "tkreads",
    ...COUNT,
    from: "record",
    reads: true,
    doc: "timekeeping reads on all CPUs from the ttwu to the target's own read",
  },
  {
    name: "clocksource_switch_ns",
    ...TIME,
    from: "record",
    functions: true,
    occasional: "clocksource_switch",
    doc: "first clocksource switch inside the window",
  },
  {
    name: "clocksource_to",
    kind: "text",
    from: "record",
    functions: true,
    occasional: "clocksource_switch",
    doc: "clocksource that this switch changed to",
  },
  {
    name: "tkreads_after_switch",
    ...COUNT,
    functions: true,
    occasional: "clocksource_switch",
    doc: "timekeeping reads from this switch to the target's own",
  },
  {
    name: "wake",
    kind: "text",
    required: true,
    doc: "how the run's target was woken; own: by whatever wakes it",
  },
  {
    name: "clocksource_from",
    kind: "text",
    from: "record",
    functions: true,
    occasional: "clocksource_switch",
    doc: "clocksource before the switch at clocksource_switch_ns",
  },
  {
    name: "realtime_step_ns",
    ...DURATION,
    doc:
      "CLOCK_REALTIME minus CLOCK_MONOTONIC after the read, less the same at arming: a step of CLOCK_REALTIME",
  },
] as const satisfies readonly Column[];

export type ColumnName = (typeof COLUMNS)[number]["name"];

/** COLUMNS again, each with the general type of a column. */
export const EACH_COLUMN: readonly (Column & { readonly name: ColumnName })[] = COLUMNS;

/** Position of each column in a row, from 0. */
export const COLUMN_AT = Object.fromEntries(COLUMNS.map(({ name }, index) => [name, index])) as Readonly<
  Record<ColumnName, number>
>;

type CellOf<C extends Column> = C["kind"] extends "int" ? number | bigint | null
  : C["kind"] extends "bool" ? boolean | null
  : C extends { values: readonly (infer V)[] } ? V | null
  : string | null;

/** One run as it goes into the file; `null` means "not observed". Every column must be given. */
export type Row = { readonly [C in (typeof COLUMNS)[number] as C["name"]]: CellOf<C> };
