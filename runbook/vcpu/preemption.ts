/** How long a vCPU's thread wanted to run while another task did, or was stopped, and which task that was. */

import type { PlacedEvent, Span } from "./events.ts";

/** VCPU_PREEMPTED of bpf/vcpu_record.h. */
const PREEMPTED = 0x80000000;
/** __TASK_STOPPED and __TASK_TRACED (include/linux/sched.h, 5.10 to 7.3). */
const STOPPED = 0x4 | 0x8;

/** What is told of a thread that a signal stopped: who sent it is not seen. */
const BY_SIGNAL = "stopped";

export interface Preemption {
  readonly ns: bigint;
  /** null: nobody did. */
  readonly by: string | null;
}

/** A time in which the thread waited, and until when who had the CPU. */
interface Wait extends Span {
  readonly ran: readonly { readonly by: string | null; readonly to: bigint }[];
}

/**
 * @param events in the order of time
 * @param shares which vCPU counts, and when
 */
export function preemption(
  events: readonly PlacedEvent[],
  shares: readonly (Span & { readonly vcpu: number })[],
): Preemption {
  const byTask = new Map<string, bigint>();
  let ns = 0n;
  for (const share of shares) {
    for (const wait of waitsOf(events, share.vcpu)) {
      let from = wait.from;
      for (const { by, to } of wait.ran) {
        const begin = from > share.from ? from : share.from;
        const end = to < share.to ? to : share.to;
        from = to;
        if (by === null || end <= begin) continue;
        ns += end - begin;
        byTask.set(by, (byTask.get(by) ?? 0n) + end - begin);
      }
    }
  }
  const [most] = [...byTask].toSorted(([, a], [, b]) => Number(b - a));
  return { ns, by: most?.[0] ?? null };
}

/** All waits of that vCPU's thread. */
function waitsOf(events: readonly PlacedEvent[], vcpu: number): Wait[] {
  const waits: Wait[] = [];
  let since: PlacedEvent | null = null;
  let isOnCpu = false;
  for (const event of events) {
    if (event.vcpu !== vcpu) continue;
    if (event.kind === "out") {
      isOnCpu = false;
      since = (event.state & (PREEMPTED | STOPPED)) === 0 ? null : event;
    } else if (event.kind === "waking") {
      if (!isOnCpu) since ??= event;
    } else if (event.kind === "in") {
      if (since !== null) {
        waits.push({ from: since.ns, to: event.ns, ran: ranMeanwhile(events, since, event) });
      }
      isOnCpu = true;
      since = null;
    }
  }
  // It had not ended when the log did.
  if (since?.kind === "out") {
    const by = isStopped(since) ? BY_SIGNAL : `${since.name}/${since.other}`;
    waits.push({ from: since.ns, to: FOREVER, ran: [{ by, to: FOREVER }] });
  }
  return waits;
}

/** Later than any time. */
const FOREVER = 1n << 64n;

function isStopped({ kind, state }: PlacedEvent): boolean {
  return kind === "out" && (state & STOPPED) !== 0 && (state & PREEMPTED) === 0;
}

/** Who had the CPU to which the thread came at last; null: it was idle. */
function ranMeanwhile(events: readonly PlacedEvent[], since: PlacedEvent, until: PlacedEvent): Wait["ran"] {
  if (isStopped(since)) {
    return [{ by: BY_SIGNAL, to: until.ns }];
  }
  return events
    .filter(({ ns, cpu }) => ns > since.ns && ns <= until.ns && cpu === until.cpu)
    .flatMap((event): { by: string | null; to: bigint }[] => {
      if (event.kind === "other" || event.kind === "in") {
        return [{ by: event.other === 0 ? null : `${event.name}/${event.other}`, to: event.ns }];
      }
      // Another vCPU of the same VM had it.
      return event.kind === "out" ? [{ by: `vCPU ${event.vcpu}`, to: event.ns }] : [];
    });
}
