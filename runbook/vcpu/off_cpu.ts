/** How long a vCPU's thread had no CPU. */

import type { PlacedEvent, Span } from "./events.ts";

/**
 * A thread that neither came nor went around the run had a CPU all the time: the VM's own instants were taken on it.
 *
 * @param events in the order of time
 * @param shares which vCPU counts, and when
 * @returns ns
 */
export function offCpuNs(
  events: readonly PlacedEvent[],
  shares: readonly (Span & { readonly vcpu: number })[],
): bigint {
  return shares.reduce((sum, { vcpu, from, to }) => {
    const switches = events.filter(({ kind, vcpu: of }) => of === vcpu && (kind === "in" || kind === "out"));
    // Until its first switch the thread was where that switch found it.
    let isOff = switches[0]?.kind === "in";
    let since = from;
    let off = 0n;
    for (const { kind, ns } of switches) {
      const at = ns < from ? from : ns > to ? to : ns;
      if (isOff) off += at - since;
      isOff = kind === "out";
      since = at;
    }
    return sum + off + (isOff ? to - since : 0n);
  }, 0n);
}
