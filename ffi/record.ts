/** One run's chain as the kernel saw it. */

import { CHAIN, CHAIN_SEEN } from "./layout.generated.ts";
import { decodeStruct, type StructField, type ValueOf } from "./struct.ts";

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
