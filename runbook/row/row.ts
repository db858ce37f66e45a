/** One run's outcome as the row of the result file. What nobody observed stays null; nothing is filled in. */

import type { Row, STAGES } from "../../analysis/result/columns.ts";
import { stackKey } from "../../analysis/result/stack.ts";
import type { ChainRecord } from "../../ffi/record.ts";
import type { RunOutcome } from "./outcome.ts";
import { type NormalisedStack, normaliseStack, type StackContext, symboliseStack } from "./stack.ts";
import type { Symbols } from "./symbols.ts";
import { type DecodeTable, signature } from "./wake_flags.ts";

/** What every row of a measurement shares, or what is looked up for each of them. */
export interface RowContext {
  readonly symbols: Symbols;
  readonly decode: DecodeTable | null;
  /** Whether a clocksource switch would have been seen: without its hook, none seen means nothing. */
  readonly seesClocksourceSwitches: boolean;
}

/** A stack cluster: its key and the frames the key is made from. */
export interface StackCluster {
  readonly key: string;
  readonly frames: readonly string[];
}

export interface RowWithStacks {
  readonly row: Row;
  /** The clusters that the row names. */
  readonly stacks: readonly StackCluster[];
  /** Where the waker ran, as its stack tells it; null without a stack. */
  readonly stackContext: StackContext | null;
}

/** @param clocksource the machine's clocksource at the run; null when unknown */
export function buildRow(
  outcome: RunOutcome,
  context: RowContext,
  clocksource: string | null,
): RowWithStacks {
  const { record, target, losses, cell } = outcome;
  const ttwuStack = readStack(record?.ttwu_stack, TTWU, context.symbols);
  const tkreadStack = readStack(record?.tkread_stack, record?.tkread_function, context.symbols);
  const ttwuCluster = clusterOf(ttwuStack);
  const tkreadCluster = clusterOf(tkreadStack);
  const edge = target?.edge_ns ?? null;
  const ttwu = record?.ttwu_ns ?? null;
  const tkread = record?.tkread_ns ?? null;
  const row: Row = {
    run: outcome.run,
    correlation_id: record === null ? null : idText(record.correlation_id),
    status: outcome.status,
    tgid: record?.tgid ?? target?.tgid ?? null,
    pid: record?.pid ?? target?.pid ?? null,
    comm: record?.comm ?? null,
    waker_pid: record?.waker_pid ?? null,
    waker_comm: record?.waker_comm ?? null,
    waker_cpu: record?.waker_cpu ?? null,
    waker_context: record?.waker_context ?? ttwuStack.context,
    interrupted: ttwuStack.interrupted,
    path: record?.path ?? null,
    wake_flags_entry: hex(record?.flags_entry),
    wake_flags: hex(record?.flags_activate),
    signature: signatureOf(record?.flags_activate ?? null, context.decode),
    migrated: migrated(record?.prev_cpu ?? null, record?.target_cpu ?? null),
    state_before: hex(record?.state_before),
    state_after: hex(record?.state_after),
    prev_cpu: record?.prev_cpu ?? null,
    target_cpu: record?.target_cpu ?? null,
    target_idle: record?.target_idle ?? null,
    tkread_cpu: record?.tkread_cpu ?? null,
    edge_ns: edge,
    ttwu_ns: ttwu,
    activate_ns: record?.activate_ns ?? null,
    wakeup_ns: record?.wakeup_ns ?? null,
    ttwu_return_ns: record?.ttwu_return_ns ?? null,
    switch_ns: record?.switch_ns ?? null,
    tkread_any_ns: record?.tkread_any_ns ?? null,
    tkread_ns: tkread,
    tkread_task_ns: record?.tkread_task_ns ?? null,
    offset_ns: minus(tkread, edge),
    ttwu_to_tkread_ns: minus(tkread, ttwu),
    rq_clock_activate_ns: record?.rq_clock_activate_ns ?? null,
    rq_clock_switch_ns: record?.rq_clock_switch_ns ?? null,
    rq_clock_flags: hex(record?.rq_clock_flags),
    tkread_function: record?.tkread_function ?? null,
    tkread_context: record?.tkread_context ?? tkreadStack.context,
    tkread_value_ns: tkreadValue(outcome),
    clock_step_ns: target?.clock_step_ns ?? null,
    clocksource,
    clocksource_switches: context.seesClocksourceSwitches ? record?.clocksource_switches ?? null : null,
    ttwu_stack: ttwuCluster?.key ?? null,
    tkread_stack: tkreadCluster?.key ?? null,
    load: cell.load,
    lost_events: losses.ring_full,
    recursion_misses: losses.recursion_misses,
    self_reads: losses.self_reads,
    last_stage: lastStage(record),
    wake_flags_queued: hex(record?.flags_queued),
    queued_ns: record?.queued_ns ?? null,
    pending_ns: record?.pending_ns ?? null,
    rq_clock_queued_ns: record?.rq_clock_queued_ns ?? null,
    rq_clock_queued_flags: hex(record?.rq_clock_queued_flags),
    rq_cpu: record?.rq_cpu ?? null,
    tkreads: record?.reads ?? null,
    clocksource_switch_ns: record?.clocksource_switch_ns ?? null,
    clocksource_to: record?.clocksource_to ?? null,
    tkreads_after_switch: record?.reads_after_switch ?? null,
    wake: cell.wake,
    clocksource_from: record?.clocksource_from ?? null,
    realtime_step_ns: target?.realtime_step_ns ?? null,
  };
  const stacks = [ttwuCluster, tkreadCluster].filter((cluster) => cluster !== null);
  return { row, stacks, stackContext: ttwuStack.context };
}

const NO_STACK: NormalisedStack = { frames: [], interrupted: null, context: null };

const TTWU = "try_to_wake_up";

/** The stack of a system call's tracepoint has the handler's frames, not one of the call's name. */
const SYSTEM_CALL = "clock_gettime";

/**
 * @param hooked the function in which the stack was taken. From 6.19 on a function with an exit program is left by
 * a jump into the trampoline, not by a call (ftrace's JMP mode; seen in 7.3): its own frame is then missing.
 */
function readStack(
  addresses: BigUint64Array | undefined,
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
  if (record.tkread_task_ns !== null) return "tkread_task";
  if (record.tkread_ns !== null) return "tkread";
  if (record.switch_ns !== null) return "switch";
  if (record.wakeup_ns !== null) return "wakeup";
  return record.activate_ns !== null ? "activate" : "ttwu";
}

/** The kernel mints no ID of 0: 0 means that it saw no wakeup. */
function idText(id: bigint): string | null {
  return id === 0n ? null : id.toString(16).padStart(16, "0");
}

function hex(value: number | null | undefined): string | null {
  return value === null || value === undefined ? null : `0x${(value >>> 0).toString(16)}`;
}

function signatureOf(flags: number | null, table: DecodeTable | null): string | null {
  return flags === null || table === null ? null : signature(flags, table);
}

function migrated(from: number | null, to: number | null): boolean | null {
  return from === null || to === null ? null : from !== to;
}

function minus(later: bigint | null, earlier: bigint | null): bigint | null {
  return later === null || earlier === null ? null : later - earlier;
}

/**
 * The value belongs to the read at tkread_ns. Where the marker is the clock_gettime system call, that read is the
 * target's own and the target has its value.
 */
function tkreadValue({ record, target }: RunOutcome): bigint | null {
  if (record === null) return null;
  if (record.tkread_value_ns !== null) return record.tkread_value_ns;
  return record.tkread_function === "clock_gettime" ? target?.value_ns ?? null : null;
}
