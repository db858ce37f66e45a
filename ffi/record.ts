/** One run's chain as the kernel saw it, decoded by the layout that the BPF object's BTF gives. */

import { CHAIN, CHAIN_CONTEXT, CHAIN_PATH, CHAIN_SEEN, CHAIN_TKREAD } from "./layout.generated.ts";

export type Context = "task" | "softirq" | "hardirq" | "nmi";
export type Path = "self" | "runnable" | "direct" | "wakelist";

/** `null`: not observed. Times in ns of CLOCK_MONOTONIC, rq_clock_* in ns of sched_clock. */
export interface ChainRecord {
  readonly correlation_id: bigint;
  readonly run: bigint;
  readonly tgid: number;
  readonly pid: number;
  readonly comm: string;
  readonly waker_pid: number;
  readonly waker_comm: string;
  readonly waker_cpu: number;
  /** null where the kernel does not let its preempt_count be read. */
  readonly waker_context: Context | null;
  readonly path: Path | null;
  readonly flags_entry: number | null;
  /** What ttwu_queue_wakelist() was handed; null when it did not take the target, or is not hooked. */
  readonly flags_queued: number | null;
  /** When it was handed that; null likewise. */
  readonly queued_ns: bigint | null;
  /** When the target's CPU began with its wakelist. */
  readonly pending_ns: bigint | null;
  readonly flags_activate: number | null;
  readonly state_before: number;
  readonly state_after: number | null;
  readonly prev_cpu: number;
  readonly target_cpu: number | null;
  /** Destination of a sched_migrate_task inside the wakeup. */
  readonly migrate_cpu: number | null;
  readonly target_idle: boolean | null;
  readonly ttwu_ns: bigint;
  readonly activate_ns: bigint | null;
  readonly wakeup_ns: bigint | null;
  readonly ttwu_return_ns: bigint | null;
  readonly switch_ns: bigint | null;
  readonly tkread_any_ns: bigint | null;
  readonly tkread_ns: bigint | null;
  readonly tkread_task_ns: bigint | null;
  /** rq->clock of the target's CPU when the target was put on its wakelist: as old as its last update. */
  readonly rq_clock_queued_ns: bigint | null;
  readonly rq_clock_queued_flags: number | null;
  readonly rq_clock_activate_ns: bigint | null;
  readonly rq_clock_switch_ns: bigint | null;
  readonly rq_clock_flags: number | null;
  /** CPU of the rq that activated the target. */
  readonly rq_cpu: number | null;
  readonly tkread_cpu: number | null;
  /** As the kernel spells it: ktime_get_ts64, read_hpet, clock_gettime (the system call), ... */
  readonly tkread_function: string | null;
  readonly tkread_context: Context | null;
  readonly tkread_value_ns: bigint | null;
  /** Reads on any CPU between the ttwu and the target's own. */
  readonly reads: number;
  readonly clocksource_switches: number;
  /** The first of them. */
  readonly clocksource_switch_ns: bigint | null;
  readonly clocksource_from: string | null;
  readonly clocksource_to: string | null;
  /** Reads between that switch and the end of the chain. */
  readonly reads_after_switch: number | null;
  readonly self_reads: number;
  /** Instruction pointers, innermost first; empty when the kernel gave none. */
  readonly ttwu_stack: BigUint64Array;
  readonly tkread_stack: BigUint64Array;
}

/** Bytes of one record. */
export const RECORD_BYTES: number = CHAIN.size;

type FieldName = keyof typeof CHAIN.fields;

/** Names of an enum's values without their common prefix, in lower case: `PATH_DIRECT` -> `direct`. */
function wordsOf<W extends string>(values: Readonly<Record<string, number>>, prefix: string): Map<number, W> {
  return new Map(
    Object.entries(values).map(([name, value]) => [value, name.slice(prefix.length).toLowerCase() as W]),
  );
}

const CONTEXT_WORDS = wordsOf<Context>(CHAIN_CONTEXT, "CONTEXT_");
const PATH_WORDS = wordsOf<Path>(CHAIN_PATH, "PATH_");
const TKREAD_WORDS = wordsOf<string>(CHAIN_TKREAD, "TKREAD_");

/**
 * @param bytes one record, {@linkcode RECORD_BYTES} long
 * @returns null when no chain was minted (the map's initial zeroes)
 * @throws {RangeError} on any other length
 */
export function decodeRecord(bytes: Uint8Array<ArrayBuffer>): ChainRecord | null {
  if (bytes.length !== CHAIN.size) {
    throw new RangeError(`A record must have ${CHAIN.size} bytes, got ${bytes.length}`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const u32 = (name: FieldName) => view.getUint32(CHAIN.fields[name].offset, true);
  const s32 = (name: FieldName) => view.getInt32(CHAIN.fields[name].offset, true);
  const u64 = (name: FieldName) => view.getBigUint64(CHAIN.fields[name].offset, true);
  const s64 = (name: FieldName) => view.getBigInt64(CHAIN.fields[name].offset, true);
  const text = (name: FieldName) => {
    const { offset, count } = CHAIN.fields[name];
    const field = bytes.subarray(offset, offset + count);
    const end = field.indexOf(0);
    return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
  };
  const stack = (name: FieldName, lengthName: FieldName) => {
    const { offset, count } = CHAIN.fields[name];
    const length = Math.max(0, Math.min(count, s32(lengthName) / 8));
    return new BigUint64Array(bytes.slice(offset, offset + length * 8).buffer);
  };
  const facts = bytes.subarray(CHAIN.fields.seen.offset);
  const seen = <T>(fact: keyof typeof CHAIN_SEEN, value: T) => facts[CHAIN_SEEN[fact]] === 0 ? null : value;
  if (seen("SEEN_TTWU", true) === null) return null;
  const path = seen("SEEN_WAKEUP", PATH_WORDS.get(u32("path")) ?? null);
  // ttwu_queue_wakelist() is hooked at its entry and may decline; before the wakeup the path is not known yet.
  const onWakelist = <T>(value: T | null) => path === "wakelist" || path === null ? value : null;
  return {
    correlation_id: u64("correlation_id"),
    run: u64("run"),
    tgid: u32("tgid"),
    pid: u32("pid"),
    comm: text("comm"),
    waker_pid: u32("waker_pid"),
    waker_comm: text("waker_comm"),
    waker_cpu: s32("waker_cpu"),
    waker_context: seen("SEEN_WAKER_CONTEXT", CONTEXT_WORDS.get(u32("waker_context")) ?? null),
    path,
    flags_entry: seen("SEEN_FLAGS_ENTRY", u32("flags_entry")),
    flags_queued: onWakelist(seen("SEEN_QUEUED", u32("flags_queued"))),
    queued_ns: onWakelist(seen("SEEN_QUEUED", u64("queued_ns"))),
    pending_ns: onWakelist(seen("SEEN_PENDING", u64("pending_ns"))),
    flags_activate: seen("SEEN_ACTIVATE", u32("flags_activate")),
    state_before: u32("state_before"),
    state_after: seen("SEEN_WAKEUP", u32("state_after")),
    prev_cpu: s32("prev_cpu"),
    target_cpu: seen("SEEN_WAKEUP", s32("target_cpu")),
    migrate_cpu: seen("SEEN_MIGRATE", s32("migrate_cpu")),
    target_idle: seen("SEEN_TARGET_IDLE", u32("target_idle") !== 0),
    ttwu_ns: u64("ttwu_ns"),
    activate_ns: seen("SEEN_ACTIVATE", u64("activate_ns")),
    wakeup_ns: seen("SEEN_WAKEUP", u64("wakeup_ns")),
    ttwu_return_ns: seen("SEEN_TTWU_RETURN", u64("ttwu_return_ns")),
    switch_ns: seen("SEEN_SWITCH", u64("switch_ns")),
    tkread_any_ns: seen("SEEN_TKREAD_ANY", u64("tkread_any_ns")),
    tkread_ns: seen("SEEN_TKREAD", u64("tkread_ns")),
    tkread_task_ns: seen("SEEN_TKREAD_TASK", u64("tkread_task_ns")),
    rq_clock_queued_ns: onWakelist(seen("SEEN_RQ_QUEUED", u64("rq_clock_queued_ns"))),
    rq_clock_queued_flags: onWakelist(seen("SEEN_RQ_QUEUED", u32("rq_clock_queued_flags"))),
    rq_clock_activate_ns: seen("SEEN_RQ_ACTIVATE", u64("rq_clock_activate_ns")),
    rq_clock_switch_ns: seen("SEEN_RQ_SWITCH", u64("rq_clock_switch_ns")),
    rq_clock_flags: seen("SEEN_RQ_ACTIVATE", u32("rq_clock_flags")),
    rq_cpu: seen("SEEN_ACTIVATE", s32("rq_cpu")),
    tkread_cpu: seen("SEEN_TKREAD", s32("tkread_cpu")),
    tkread_function: seen("SEEN_TKREAD", TKREAD_WORDS.get(u32("tkread_function")) ?? null),
    tkread_context: seen("SEEN_TKREAD_CONTEXT", CONTEXT_WORDS.get(u32("tkread_context")) ?? null),
    tkread_value_ns: seen("SEEN_TKREAD_VALUE", s64("tkread_value_ns")),
    reads: u32("reads"),
    clocksource_switches: u32("clocksource_switches"),
    clocksource_switch_ns: seen("SEEN_CLOCKSOURCE", u64("clocksource_switch_ns")),
    clocksource_from: seen("SEEN_CLOCKSOURCE_FROM", text("clocksource_from")),
    clocksource_to: seen("SEEN_CLOCKSOURCE", text("clocksource_to")),
    reads_after_switch: seen("SEEN_CLOCKSOURCE", u32("reads") - u32("reads_before_switch")),
    self_reads: u32("self_reads"),
    ttwu_stack: stack("ttwu_stack", "ttwu_stack_bytes"),
    tkread_stack: stack("tkread_stack", "tkread_stack_bytes"),
  };
}
