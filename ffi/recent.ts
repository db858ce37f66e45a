/** What each CPU did lately: the events of struct recent_event, and the ring of one CPU as it was copied. */

import { CPU_INTERRUPT, CPU_LOG, RECENT_EVENT } from "./layout.generated.ts";
import type { CpuEvent } from "./record.ts";
import { type Decoded, decodeStruct, wordOf } from "./struct.ts";

/** How far a CPU has come with its recent events, as struct cpu_log of bpf/record.h has it. */
export type RecentCount = Pick<
  Decoded<typeof CPU_LOG>,
  "recent" | "recent_attempts" | "recent_since_ns" | "recent_window"
>;

/** @param bytes one struct cpu_log, {@linkcode CPU_LOG_BYTES} long */
export function decodeRecentCount(bytes: Uint8Array<ArrayBuffer>): RecentCount {
  return decodeStruct(CPU_LOG, bytes);
}

/** One recent event of a CPU, under the names of struct recent_event in bpf/record.h. */
export type RecentEvent = Decoded<typeof RECENT_EVENT>;

/** Which interrupt `other` of a recent event is; null: none that this program knows. */
export function interruptOf({ other }: Pick<RecentEvent, "other">): CpuEvent["interrupt"] {
  return wordOf(CPU_INTERRUPT, other);
}

/** Bytes of one recent event. */
export const RECENT_EVENT_BYTES: number = RECENT_EVENT.size;

/** @param bytes some struct recent_event, one after the other, of which the one at the index is decoded */
function decodeRecentEvent(bytes: Uint8Array<ArrayBuffer>, index: number): RecentEvent {
  return decodeStruct(RECENT_EVENT, bytes.slice(index * RECENT_EVENT.size, (index + 1) * RECENT_EVENT.size));
}

/** The time of the one at the index, ns of CLOCK_MONOTONIC, without decoding the rest of it. */
function recentNs(bytes: Uint8Array<ArrayBuffer>, index: number): bigint {
  const at = index * RECENT_EVENT.size + RECENT_EVENT.fields.ns.offset;
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at, true);
}

/** One CPU's ring as it was read; indices from the oldest event on. */
export interface RecentRing {
  readonly cpu: number;
  /** From then on the ring has every event of this CPU, ns of CLOCK_MONOTONIC. */
  readonly sinceNs: bigint;
  /** Events that took no place of their own, since the ring was read before. */
  readonly lost: number;
  readonly count: number;
  nsOf(index: number): bigint;
  eventOf(index: number): RecentEvent;
}

/**
 * The events of a ring that were complete while it was copied.
 *
 * @param bytes the copy, all places of it
 * @param noted how many events had been noted before the copy, and after it; both count from the ring's beginning
 */
export function ringOf(
  bytes: Uint8Array<ArrayBuffer>,
  noted: { readonly before: bigint; readonly after: bigint },
): Pick<RecentRing, "count" | "nsOf" | "eventOf"> & { readonly isWhole: boolean } {
  const length = BigInt(bytes.length / RECENT_EVENT_BYTES);
  // The place of the next one may be written already.
  const isWhole = noted.after < length;
  const first = isWhole ? 0n : noted.after + 1n - length;
  const place = (index: number) => Number((first + BigInt(index)) % length);
  return {
    isWhole,
    count: Number(noted.before > first ? noted.before - first : 0n),
    nsOf: (index) => recentNs(bytes, place(index)),
    eventOf: (index) => decodeRecentEvent(bytes, place(index)),
  };
}
