/** What a column of a result file is, and the kinds of cells that several columns share. */

/** Points of the chain and of its surroundings that hooks observe. */
export type Stage =
  | "ttwu"
  | "wakelist"
  | "activate"
  | "wakeup"
  | "ttwu_return"
  | "switch"
  | "tkread"
  | "clocksource_switch"
  | "timer"
  | "idle"
  | "lock"
  | "timekeeper"
  | "interrupt"
  | "host";

/**
 * How a cell is written in the file. `int` is a signed 64-bit decimal, `hex` begins with 0x, `id` is 16 hex
 * digits, `stack` is `s` and 16 hex digits: the key of a `# stack` line before the row.
 */
export type ColumnKind = "int" | "hex" | "id" | "stack" | "bool" | "enum" | "text";

/** What the number in an `int` column measures. */
export type Unit = "ns" | "CPU" | "pid" | "count" | "cycles";

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
export const PATHS = ["self", "runnable", "direct", "wakelist"] as const;
export type Path = (typeof PATHS)[number];

/** Instants on a clock. */
export const TIME = { kind: "int", unit: "ns" } as const;
/** Differences of two instants; they may be negative. */
export const DURATION = {
  kind: "int",
  unit: "ns",
  range: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
} as const;
export const COUNT = { kind: "int", unit: "count", range: [0, Number.MAX_SAFE_INTEGER] } as const;
export const CPU = { kind: "int", unit: "CPU", range: [0, 2 ** 31 - 1] } as const;
export const PID = { kind: "int", unit: "pid", range: [0, 2 ** 31 - 1] } as const;
export const CONTEXT = { kind: "enum", values: CONTEXTS } as const;
