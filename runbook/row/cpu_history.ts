/** What the log of one CPU says about a stretch of time: who ran, which interrupts were served, when it left idle. */

import type { CpuEvent, CpuLog } from "../../ffi/record.ts";
import type { Span } from "./timeline.ts";

/** include/linux/interrupt.h, the same from 5.10 to 7.3. */
const SOFTIRQS = [
  "hi",
  "timer",
  "net_tx",
  "net_rx",
  "block",
  "irq_poll",
  "tasklet",
  "sched",
  "hrtimer",
  "rcu",
] as const;

/** Somebody on the CPU during a span. */
export interface Occupant extends Span {
  /** 0: the idle task. */
  readonly pid: number;
  readonly comm: string;
}

/** An interrupt or softirq. Those inside another one stand for themselves too. */
export interface Interruption extends Span {
  readonly name: string;
}

export class CpuHistory {
  readonly #events: readonly (CpuEvent & { readonly at: number })[];

  /** @param origin the time from which spans count, ns */
  constructor(log: CpuLog | undefined, origin: bigint) {
    this.#events = (log?.events ?? []).map((event) => ({ ...event, at: Number(event.ns - origin) }));
  }

  /**
   * Who ran until each sched_switch within the span, in order. After the last of them the log does not say.
   */
  occupants({ from, to }: Span): Occupant[] {
    let since = from;
    return this.#events.filter(({ kind, at }) => kind === "switch" && at > from && at <= to).map((event) => {
      const occupant = { from: since, to: event.at, pid: event.arg, comm: event.name };
      since = event.at;
      return occupant;
    });
  }

  /** Interrupts, from where they began, at the earliest at `from`; those that are still served end at `to`. */
  interruptions({ from, to }: Span): Interruption[] {
    const found: Interruption[] = [];
    const open: { readonly kind: string; readonly name: string; readonly at: number }[] = [];
    for (const event of this.#events) {
      const name = nameOfEvent(event);
      if (event.kind === "interrupt" || event.kind === "softirq") {
        open.push({ kind: event.kind, name, at: event.at });
      } else if (event.kind === "interrupt_end" || event.kind === "softirq_end") {
        const begun = open.findLastIndex((one) => `${one.kind}_end` === event.kind && one.name === name);
        const [one] = begun < 0 ? [] : open.splice(begun);
        found.push({ from: one?.at ?? -Infinity, to: event.at, name });
      }
    }
    for (const { at, name } of open) found.push({ from: at, to: Infinity, name });
    return found.map((one) => ({ ...one, from: Math.max(one.from, from), to: Math.min(one.to, to) }))
      .filter((one) => one.to > one.from);
  }

  /** The first leaving of idle at or after `from`. */
  leavesIdle(from: number): (CpuEvent & { readonly at: number }) | null {
    return this.#events.find(({ kind, at }) => kind === "idle" && at >= from) ?? null;
  }

  /** When the CPU first did anything within the span; null: the log does not say. */
  firstSign({ from, to }: Span): number | null {
    return this.#events.find(({ at, kind }) => at >= from && at < to && kind !== "switch")?.at ?? null;
  }
}

/** Of an interrupt or softirq, or of its end. */
export function nameOfEvent(
  { kind, interrupt, arg, name }: Pick<CpuEvent, "kind" | "interrupt" | "arg" | "name">,
): string {
  if (kind === "softirq" || kind === "softirq_end") return `softirq ${SOFTIRQS[arg] ?? arg}`;
  return interrupt === "handler" ? name : interrupt ?? "";
}
