/** What each CPU did lately, read from the rings that the programs write round and round (bpf/recent.h). */

import type { BpfObject } from "../../ffi/bpf_object.ts";
import {
  decodeRecentCount,
  RECENT_EVENT_BYTES,
  type RecentCount,
  type RecentRing,
  ringOf,
} from "../../ffi/recent.ts";
import { CPU_LOG_BYTES } from "../../ffi/record.ts";

/** Two events a wakeup, two a switch there and back, some an interrupt: 100 ms of a busy CPU. */
const MOST_A_CPU = 8192;
/** With more CPUs each keeps fewer, so that the rings never take more than 20 MB. */
const MOST_IN_ALL = 1 << 19;

/** How many events each CPU's ring has: a power of two. */
export function recentEventsFor(possibleCpus: number): number {
  const share = MOST_IN_ALL / possibleCpus;
  return Math.min(MOST_A_CPU, 2 ** Math.floor(Math.log2(share)));
}

export class RecentRings {
  readonly #object: BpfObject;
  readonly #cpus: number;
  readonly #length: number;
  /** Of each CPU what had been lost when its ring was read last. */
  readonly #lost = new Map<number, bigint>();

  constructor(object: BpfObject, possibleCpus: number) {
    this.#object = object;
    this.#cpus = possibleCpus;
    this.#length = recentEventsFor(possibleCpus);
  }

  /** @param window the present one: what was noted in an earlier one has gaps after it */
  read(window: bigint): RecentRing[] {
    const counts = this.#counts(window);
    // A CPU that has noted nothing has not been idle since then, but before: when the others began, it was watched too.
    const began = counts.map(({ recent_since_ns }) => recent_since_ns).reduce(
      (a, b) => a < b ? a : b,
      1n << 63n,
    );
    return counts.map(({ cpu, recent, recent_attempts }) => {
      const bytes = this.#object.lookupMany(
        "recent_events",
        cpu * this.#length,
        this.#length,
        RECENT_EVENT_BYTES,
      );
      // Those that came while the others were copied may have been half written.
      const after = this.#countOf(cpu).recent;
      const ring = ringOf(bytes, { before: recent, after });
      const lost = recent_attempts - recent;
      const told = this.#lost.get(cpu) ?? 0n;
      this.#lost.set(cpu, lost);
      const sinceNs = ring.isWhole ? began : ring.count > 0 ? ring.nsOf(0) : 1n << 63n;
      return { cpu, sinceNs, lost: Number(lost >= told ? lost - told : lost), ...ring };
    });
  }

  #counts(window: bigint): (RecentCount & { readonly cpu: number })[] {
    return Array.from({ length: this.#cpus }, (_, cpu) => ({ cpu, ...this.#countOf(cpu) }))
      .filter(({ recent, recent_window }) => recent > 0n && recent_window === window);
  }

  #countOf(cpu: number): RecentCount {
    return decodeRecentCount(this.#object.lookup("cpu_logs", cpu, CPU_LOG_BYTES));
  }
}
