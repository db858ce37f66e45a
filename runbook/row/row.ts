/**
 * Turns one run's outcome into a row of the result file. What was not observed stays null; nothing is filled
 * in.
 */

import {
  type Column,
  type ColumnKind,
  type ColumnName,
  COLUMNS,
  type KernelContext,
  type Row,
  STAGES,
} from "../../analysis/result/columns.ts";
import { stackKey } from "../../analysis/result/stack_key.ts";
import type { ChainRecord } from "../../ffi/record.ts";
import type { RunOutcome } from "./outcome.ts";
import { type NormalisedStack, normaliseStack, symboliseStack } from "./stack.ts";
import type { Symbols } from "./symbols.ts";
import { type DecodeTable, signature } from "./wake_flags.ts";

/** What all rows of a measurement share, or what is looked up for each row. */
export interface RowContext {
  readonly symbols: Symbols;
  readonly decode: DecodeTable | null;
  /** Whether a clocksource switch would have been seen: without its hook, having seen none means nothing. */
  readonly seesClocksourceSwitches: boolean;
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
  const { record, target, losses, cell } = outcome;
  const ttwuStack = readStack(record?.ttwu_stack, TTWU, context.symbols);
  const tkreadStack = readStack(record?.tkread_stack, record?.tkread_function, context.symbols);
  const ttwuCluster = clusterOf(ttwuStack);
  const tkreadCluster = clusterOf(tkreadStack);
  const edge = target?.edge_ns ?? null;
  const ttwu = record?.ttwu_ns ?? null;
  const tkread = record?.tkread_ns ?? null;
  const row: Row = {
    ...recordedCells(record),
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
    clocksource_switches: context.seesClocksourceSwitches ? record?.clocksource_switches ?? null : null,
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
  };
  const stacks = [ttwuCluster, tkreadCluster].filter((cluster) => cluster !== null);
  return { row, stacks, stackContext: ttwuStack.context };
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
