/** What the programs of bpf/vcpu.bpf.c saw, kept as bytes: a turn of the VM has far more events than its runs need. */

import { VCPU_EVENT, VCPU_EVENT_KIND } from "../../ffi/vcpu_layout.generated.ts";
import { type Decoded, decodeStruct } from "../../ffi/struct.ts";

/** One event; times in ns of the host's CLOCK_MONOTONIC. What each kind fills is in bpf/vcpu_record.h. */
export type VcpuEvent = Decoded<typeof VCPU_EVENT>;

/** An event whose times are the VM's. */
export interface PlacedEvent extends VcpuEvent {
  /** Of the thread; null: not one of the VM's, or of none. */
  readonly vcpu: number | null;
}

/** Half-open, ns. */
export interface Span {
  readonly from: bigint;
  readonly to: bigint;
}

export const EVENT_BYTES: number = VCPU_EVENT.size;

/** Of one turn: with 80 bytes each they take 80 MiB. */
const MOST_EVENTS: number = 1 << 20;

/**
 * The ring keeps the order in which events began; those of several CPUs may be out of order by the time of a
 * program that was interrupted.
 */
const DISORDER_NS = 10_000_000n;

const SCHEDULING: ReadonlySet<number> = new Set([
  VCPU_EVENT_KIND.EVENT_WAKING,
  VCPU_EVENT_KIND.EVENT_IN,
  VCPU_EVENT_KIND.EVENT_OUT,
]);

const FIRST_EVENTS = 1 << 10;

export class EventLog {
  readonly #most: number;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(FIRST_EVENTS * EVENT_BYTES);
  #count = 0;
  #lost = 0;

  constructor(most: number = MOST_EVENTS) {
    this.#most = most;
  }

  get length(): number {
    return this.#count;
  }

  /** Events that found no place: what follows the last kept one. */
  get lost(): number {
    return this.#lost;
  }

  /** Until when all events are kept; null: to the end. */
  get completeUntilNs(): bigint | null {
    return this.#lost === 0 ? null : this.#nsAt(this.#count - 1);
  }

  /** @param bytes whole events, as the ring gives them; copied */
  add(bytes: Uint8Array): void {
    const events = bytes.length / EVENT_BYTES;
    const kept = Math.min(events, this.#most - this.#count);
    this.#lost += events - kept;
    this.#reserve(this.#count + kept);
    this.#bytes.set(bytes.subarray(0, kept * EVENT_BYTES), this.#count * EVENT_BYTES);
    this.#count += kept;
  }

  /** Forgets all events. */
  clear(): void {
    this.#count = this.#lost = 0;
  }

  /** The events from `fromNs` to `toNs`, in the order of time. */
  between(fromNs: bigint, toNs: bigint): VcpuEvent[] {
    const events: VcpuEvent[] = [];
    for (let at = this.#firstFrom(fromNs - DISORDER_NS); at < this.#count; at++) {
      const ns = this.#nsAt(at);
      if (ns > toNs + DISORDER_NS) break;
      if (ns >= fromNs && ns <= toNs) events.push(this.#eventAt(at));
    }
    return events.sort((a, b) => Number(a.ns - b.ns));
  }

  /**
   * What the scheduler did last with each of these threads before `ns`, in the order of time: a thread may have been
   * off its CPU for long.
   */
  schedulingBefore(ns: bigint, tids: Iterable<number>): VcpuEvent[] {
    const sought = new Set(tids);
    const found: VcpuEvent[] = [];
    const view = new DataView(this.#bytes.buffer);
    const { kind, tid } = VCPU_EVENT.fields;
    for (let at = this.#firstFrom(ns + DISORDER_NS) - 1; at >= 0 && sought.size > 0; at--) {
      const thread = view.getUint32(at * EVENT_BYTES + tid.offset, true);
      if (!sought.has(thread) || !SCHEDULING.has(view.getUint32(at * EVENT_BYTES + kind.offset, true))) {
        continue;
      }
      if (this.#nsAt(at) >= ns) continue;
      sought.delete(thread);
      found.push(this.#eventAt(at));
    }
    return found.sort((a, b) => Number(a.ns - b.ns));
  }

  #eventAt(at: number): VcpuEvent {
    return decodeStruct(VCPU_EVENT, this.#bytes.subarray(at * EVENT_BYTES, (at + 1) * EVENT_BYTES));
  }

  #nsAt(at: number): bigint {
    const offset = at * EVENT_BYTES + VCPU_EVENT.fields.ns.offset;
    return new DataView(this.#bytes.buffer).getBigUint64(offset, true);
  }

  /** The first event that is not older; with events out of order, one near it. */
  #firstFrom(ns: bigint): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#nsAt(middle) < ns) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #reserve(events: number): void {
    let capacity = this.#bytes.length / EVENT_BYTES;
    if (events <= capacity) return;
    while (capacity < events) capacity *= 2;
    const larger = new Uint8Array(Math.min(capacity, Math.max(events, this.#most)) * EVENT_BYTES);
    larger.set(this.#bytes.subarray(0, this.#count * EVENT_BYTES));
    this.#bytes = larger;
  }
}
