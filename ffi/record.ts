/** One run's chain as the kernel saw it. */

import { CHAIN, CHAIN_SEEN, CPU_EVENT, CPU_LOG } from "./layout.generated.ts";
import { type Decoded, decodeStruct, type StructField, type ValueOf } from "./struct.ts";

type Fields = typeof CHAIN.fields;

/**
 * The fields of struct chain under their names in bpf/record.h, which says what they mean. `null`: not
 * observed. Times in ns of CLOCK_MONOTONIC, rq_clock_* in ns of sched_clock. Stacks hold only what the kernel
 * filled.
 */
export type ChainRecord = {
  readonly [Name in Exclude<keyof Fields, "seen">]: Fields[Name] extends { readonly seen: string }
    ? ValueOf<Fields[Name]> | null
    : ValueOf<Fields[Name]>;
};

/** Bytes of one record. */
export const RECORD_BYTES: number = CHAIN.size;

const FIELDS: Readonly<Record<string, StructField & { readonly seen?: keyof typeof CHAIN_SEEN }>> =
  CHAIN.fields;

/**
 * @param bytes one record, {@linkcode RECORD_BYTES} long
 * @returns null when no chain was minted (the map's initial zeroes)
 * @throws {RangeError} on any other length
 */
export function decodeRecord(bytes: Uint8Array<ArrayBuffer>): ChainRecord | null {
  const { seen, ...chain } = decodeStruct(CHAIN, bytes);
  const isSeen = (fact: keyof typeof CHAIN_SEEN) => seen[CHAIN_SEEN[fact]] !== 0;
  if (!isSeen("SEEN_TTWU")) return null;
  const facts = Object.entries({
    ...chain,
    ttwu_stack: filled(chain.ttwu_stack, chain.ttwu_stack_bytes),
    tkread_stack: filled(chain.tkread_stack, chain.tkread_stack_bytes),
  }).map(([name, value]) => {
    const fact = FIELDS[name]?.seen;
    return [name, fact === undefined || isSeen(fact) ? value : null];
  });
  return Object.fromEntries(facts) as ChainRecord;
}

/** @param bytes as bpf_get_stack() returned it; negative: an error, so no stack */
function filled(stack: readonly bigint[], bytes: number): readonly bigint[] {
  return stack.slice(0, Math.max(0, bytes) / BigUint64Array.BYTES_PER_ELEMENT);
}

/**
 * One event of a CPU's log, under the names of struct cpu_event in bpf/record.h. Times in ns of CLOCK_MONOTONIC.
 */
export type CpuEvent = Decoded<typeof CPU_EVENT>;

/** What happened on one CPU while a chain was open. */
export interface CpuLog {
  readonly cpu: number;
  /** In the order in which they came. */
  readonly events: readonly CpuEvent[];
  /** Events that found no place. */
  readonly lost: number;
}

/** Bytes of one CPU's log. */
export const CPU_LOG_BYTES: number = CPU_LOG.size;

/**
 * @param bytes one struct cpu_log, {@linkcode CPU_LOG_BYTES} long
 * @param chain the log's chain: of an earlier one nothing is left to say
 * @throws {RangeError} on any other length
 */
export function decodeCpuLog(
  bytes: Uint8Array<ArrayBuffer>,
  cpu: number,
  chain: Pick<ChainRecord, "correlation_id">,
): CpuLog {
  const { correlation_id, count, appended } = decodeStruct(CPU_LOG, bytes);
  if (correlation_id !== chain.correlation_id) return { cpu, events: [], lost: 0 };
  const events = Array.from({ length: count }, (_, i) => {
    const at = i * CPU_EVENT.size;
    return decodeStruct(CPU_EVENT, bytes.slice(at, at + CPU_EVENT.size));
  });
  return { cpu, events, lost: appended - count };
}
