/**
 * Turns one run's outcome into a row of the result file. What was not observed stays null; nothing is filled
 * in.
 */

import {
  type Column,
  type ColumnKind,
  type ColumnName,
  COLUMNS,
  EDGE_PARTS,
  type EdgePartName,
  type KernelContext,
  type PartName,
  PARTS,
  type Row,
  STAGES,
} from "../../analysis/result/columns.ts";
import type { FURTHER_HOST_COLUMNS, HOST_COLUMNS } from "../../analysis/result/columns/host.ts";
import { stackKey } from "../../analysis/result/stack_key.ts";
import type { ChainRecord, CpuLog } from "../../ffi/record.ts";
import type { TargetRun } from "../../ffi/target.ts";
import { orderOf } from "./order.ts";
import type { RunOutcome } from "./outcome.ts";
import { divide, divideEdge, type Observed } from "./parts.ts";
import { type NormalisedStack, normaliseStack, symboliseStack } from "./stack.ts";
import type { Symbols } from "./symbols.ts";
import { type DecodeTable, signature } from "./wake_flags.ts";

/** What all rows of a measurement share, or what is looked up for each row. */
export interface RowContext {
  readonly symbols: Symbols;
  readonly decode: DecodeTable | null;
  /** Stages with an attached hook: without it, having seen nothing means nothing. */
  readonly observed: Observed;
  /** What this machine was told about itself as a VM; absent: nothing. */
  readonly vm?: Pick<Row, "placement" | "boot">;
  /** Whether the target's timer stands for a pulse that only the host of this machine sees; absent: not. */
  readonly isForeseen?: boolean;
}

/** A stack cluster: its key and the frames the key is made from. */
export interface StackCluster {
  readonly key: string;
  readonly frames: readonly string[];
}

export interface RowWithStacks {
  readonly row: Row;
  /** The clusters that the row refers to. */
  readonly stacks: readonly StackCluster[];
  /** Where the waker ran, according to its stack; null without a stack. */
  readonly stackContext: KernelContext | null;
}

/** @param clocksource the machine's clocksource at the time of the run; null when not known */
export function buildRow(
  outcome: RunOutcome,
  context: RowContext,
  clocksource: string | null,
): RowWithStacks {
  const { record, target, losses, cell, logs } = outcome;
  const ttwuStack = readStack(record?.ttwu_stack, TTWU, context.symbols);
  const tkreadStack = readStack(record?.tkread_stack, record?.tkread_function, context.symbols);
  const ttwuCluster = clusterOf(ttwuStack);
  const tkreadCluster = clusterOf(tkreadStack);
  const due = target?.edge_ns ?? null;
  const edge = context.isForeseen === true ? null : due;
  const ttwu = record?.ttwu_ns ?? null;
  const tkread = record?.tkread_ns ?? null;
  const row: Row = {
    ...recordedCells(record),
    ...causeCells(record, logs, edge, context.observed),
    run: outcome.run,
    status: outcome.status,
    tgid: record?.tgid ?? target?.tgid ?? null,
    pid: record?.pid ?? target?.pid ?? null,
    waker_context: record?.waker_context ?? ttwuStack.context,
    interrupted: ttwuStack.interrupted,
    signature: signatureOf(record?.wake_flags ?? null, context.decode),
    migrated: migrated(record?.prev_cpu ?? null, record?.target_cpu ?? null),
    edge_ns: edge,
    offset_ns: minus(tkread, edge),
    ttwu_to_tkread_ns: minus(tkread, ttwu),
    tkread_context: record?.tkread_context ?? tkreadStack.context,
    clock_step_ns: target?.clock_step_ns ?? null,
    clocksource,
    clocksource_switches: context.observed.has("clocksource_switch")
      ? record?.clocksource_switches ?? null
      : null,
    ttwu_stack: ttwuCluster?.key ?? null,
    tkread_stack: tkreadCluster?.key ?? null,
    load: cell.load,
    lost_events: losses.ring_full,
    recursion_misses: losses.recursion_misses,
    self_reads: losses.self_reads,
    last_stage: lastStage(record),
    tkreads_after_switch: minus(record?.tkreads ?? null, record?.tkreads_before_switch ?? null),
    wake: cell.wake,
    realtime_step_ns: target?.realtime_step_ns ?? null,
    ...clockCells(target),
    ...OF_HOST,
    placement: context.vm?.placement ?? null,
    boot: context.vm?.boot ?? null,
    foreseen_ns: context.isForeseen === true ? due : null,
  };
  const stacks = [ttwuCluster, tkreadCluster].filter((cluster) => cluster !== null);
  return { row, stacks, stackContext: ttwuStack.context };
}

type ClockName =
  | `counter${"" | "_mono_ns" | "_uncertainty_ns"}`
  | `host_${"real" | "mono" | "uncertainty"}_ns`;

/** Where the clocks stood after the run. A counter beyond 63 bits has no place in the file. */
function clockCells(target: TargetRun | null): Pick<Row, ClockName> {
  const { counter = null, host_clock = null } = target ?? {};
  const own = counter === null || counter.value < 0n ? null : counter;
  return {
    counter: own?.value ?? null,
    counter_mono_ns: own?.mono_ns ?? null,
    counter_uncertainty_ns: own?.uncertainty_ns ?? null,
    host_real_ns: host_clock?.value ?? null,
    host_mono_ns: host_clock?.mono_ns ?? null,
    host_uncertainty_ns: host_clock?.uncertainty_ns ?? null,
  };
}

type HostName =
  | Exclude<(typeof HOST_COLUMNS)[number]["name"], ClockName>
  | (typeof FURTHER_HOST_COLUMNS)[number]["name"];

/** What only a follower on the host of this machine sees, see runbook/vcpu. */
const OF_HOST: Readonly<Record<HostName, null>> = {
  vcpu: null,
  host_began_by: null,
  host_ttwu_ns: null,
  host_switch_ns: null,
  kvm_entry_ns: null,
  kvm_exits: null,
  out_of_guest_ns: null,
  kvm_exit_reason: null,
  preempted_by: null,
  preempted_ns: null,
  clock_map_uncertainty_ns: null,
  off_cpu_ns: null,
};

/** The cells that say what the time went into, and in which order. */
function causeCells(
  record: ChainRecord | null,
  logs: readonly CpuLog[],
  edge: bigint | null,
  observed: Observed,
): Pick<Row, CauseName> {
  const division = record === null ? null : divide(record, logs, observed);
  const ofEdge = record === null ? null : divideEdge(record, edge, observed);
  const { tk_ttwu_seq = null, tk_ttwu_seq_after = null } = record ?? {};
  const { tk_tkread_seq = null, tk_tkread_seq_after = null } = record ?? {};
  return {
    ...partCells(PARTS, division?.parts ?? null),
    ...partCells(EDGE_PARTS, ofEdge?.parts ?? null),
    cause: division?.cause ?? null,
    edge_cause: ofEdge?.cause ?? null,
    idle_state: division?.idleState ?? null,
    idle_ns: division?.idleNs ?? null,
    other_task: division?.otherTask ?? null,
    interrupt: division?.interrupt ?? null,
    events_lost: record === null ? null : logs.reduce((sum, { lost }) => sum + lost, 0),
    order: record === null ? null : orderOf(record),
    tk_ttwu_torn: torn(tk_ttwu_seq, tk_ttwu_seq_after),
    tk_tkread_torn: torn(tk_tkread_seq, tk_tkread_seq_after),
    tk_updates: updatesBetween(tk_ttwu_seq, tk_tkread_seq),
  };
}

type CauseName =
  | `part_${PartName | EdgePartName}_ns`
  | "cause"
  | "edge_cause"
  | "idle_state"
  | "idle_ns"
  | "other_task"
  | "interrupt"
  | "events_lost"
  | "order"
  | "tk_ttwu_torn"
  | "tk_tkread_torn"
  | "tk_updates";

function partCells<Name extends PartName | EdgePartName>(
  table: readonly { readonly name: Name }[],
  parts: Readonly<Record<Name, number | null>> | null,
): Record<`part_${Name}_ns`, number | null> {
  const cells = table.map(({ name }) => [`part_${name}_ns`, parts?.[name] ?? null]);
  return Object.fromEntries(cells) as Record<`part_${Name}_ns`, number | null>;
}

/** Odd: an update was going on; another number afterwards: one came (raw_read_seqcount(), include/linux/seqlock.h). */
function torn(before: number | null, after: number | null): boolean | null {
  return before === null || after === null ? null : before % 2 === 1 || before !== after;
}

/** Every update adds two to the sequence, of 32 bits. */
function updatesBetween(before: number | null, after: number | null): number | null {
  return before === null || after === null ? null : Math.floor(((after - before) >>> 0) / 2);
}

/** The columns that are fields of the kernel's record. */
type RecordedName = Extract<(typeof COLUMNS)[number], { readonly from: "record" }>["name"];

const RECORDED: readonly (Column & { readonly name: RecordedName })[] = COLUMNS
  .filter((column) => "from" in column);

/** @param record null: the kernel saw nothing */
function recordedCells(record: ChainRecord | null): Pick<Row, RecordedName> {
  const cells = RECORDED.map(({ name, kind, occasional }) => {
    const isTold = record !== null && (occasional !== "wakelist" || isOnWakelist(record));
    return [name, isTold ? cellOf(kind, record[name]) : null];
  });
  return Object.fromEntries(cells) as Pick<Row, RecordedName>;
}

/**
 * ttwu_queue_wakelist() is hooked at its entry and may decline, so before the wakeup the path is not known
 * yet.
 */
function isOnWakelist({ path }: ChainRecord): boolean {
  return path === "wakelist" || path === null;
}

function cellOf(kind: ColumnKind, value: ChainRecord[RecordedName]): Row[ColumnName] {
  if (value === null) return null;
  switch (kind) {
    case "id":
      return idText(BigInt(value));
    case "hex":
      return `0x${value.toString(16)}`;
    case "bool":
      return Number(value) !== 0;
    default:
      return value;
  }
}

const NO_STACK: NormalisedStack = { frames: [], interrupted: null, context: null };

const TTWU = "try_to_wake_up";

/**
 * The stack of a system call's tracepoint contains the handler's frames, but no function named like the call.
 */
const SYSTEM_CALL = "clock_gettime";

/**
 * @param hooked the function in which the stack was taken. From 6.19 on a function with an exit program jumps
 *   into the trampoline instead of calling it (ftrace's JMP mode; seen in 7.3), so its own frame is missing.
 */
function readStack(
  addresses: readonly bigint[] | undefined,
  hooked: string | null | undefined,
  symbols: Symbols,
): NormalisedStack {
  if (addresses === undefined || symbols.hidden) return NO_STACK;
  const stack = normaliseStack(symboliseStack(addresses, (address) => symbols.symbolise(address)));
  const complete = stack.frames.length === 0 || !hooked || hooked === SYSTEM_CALL ||
    stack.frames[0] === hooked;
  return complete ? stack : { ...stack, frames: [hooked, ...stack.frames] };
}

function clusterOf(stack: NormalisedStack): StackCluster | null {
  return stack.frames.length === 0 ? null : { key: stackKey(stack.frames), frames: stack.frames };
}

function lastStage(record: ChainRecord | null): (typeof STAGES)[number] {
  if (record === null) return "none";
  return STAGES.findLast((stage) => stage !== "none" && record[`${stage}_ns`] !== null) ?? "none";
}

/** The kernel never gives a run the ID 0: 0 means that it saw no wakeup. */
function idText(id: bigint): string | null {
  return id === 0n ? null : id.toString(16).padStart(16, "0");
}

function signatureOf(flags: number | null, table: DecodeTable | null): string | null {
  return flags === null || table === null ? null : signature(flags, table);
}

function migrated(from: number | null, to: number | null): boolean | null {
  return from === null || to === null ? null : from !== to;
}

function minus<N extends number | bigint>(later: N | null, earlier: N | null): N | null {
  return later === null || earlier === null ? null : (later - earlier) as N;
}
