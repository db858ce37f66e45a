/** The recent events of the CPUs in words, and what a trace draws of them: who ran, what was served, what happened. */

import type { TraceMark, TraceSlice } from "../../analysis/export/perfetto.ts";
import { interruptOf, type RecentEvent } from "../../ffi/recent.ts";
import { nameOfEvent } from "../row/cpu_history.ts";
import { functionName } from "../row/stack.ts";
import type { Symbols } from "../row/symbols.ts";
import type { CpuAround } from "./around.ts";

/** What the events of one run are told with. */
export class Words {
  readonly #symbols: Pick<Symbols, "symbolise">;
  /** Numbers of locks, in the order in which they are met: their addresses would tell where the kernel lies. */
  readonly #locks = new Map<bigint, number>();

  constructor(symbols: Pick<Symbols, "symbolise">) {
    this.#symbols = symbols;
  }

  lock({ arg }: RecentEvent): number {
    const number = this.#locks.get(arg) ?? this.#locks.size + 1;
    this.#locks.set(arg, number);
    return number;
  }

  /** The function of an hrtimer; null: the kernel hides its symbols. */
  timer({ arg }: RecentEvent): string | null {
    const symbol = this.#symbols.symbolise(arg);
    return symbol === null ? null : functionName(symbol);
  }
}

function taskName(pid: number, comm: string | null): string {
  return pid === 0 ? "idle" : comm === null ? `pid ${pid}` : `${comm} (${pid})`;
}

/** Of an interrupt or softirq, or of its end. */
export function servedName({ kind, arg, other, name }: RecentEvent & { readonly kind: ServedKind }): string {
  return nameOfEvent({ kind, interrupt: interruptOf({ other }), arg: Number(arg), name });
}

export type ServedKind = "interrupt" | "interrupt_end" | "softirq" | "softirq_end";

/** Kinds that last until the event `KIND_end`, one inside the other. */
const LASTING = ["idle", "timer", "interrupt", "softirq"] as const;
type LastingKind = (typeof LASTING)[number];

function lastingName(event: RecentEvent, kind: LastingKind, words: Words): string {
  if (kind === "idle") return `idle state ${event.arg}`;
  if (kind === "timer") return words.timer(event) ?? "hrtimer";
  return servedName({ ...event, kind });
}

/** The tasks of a CPU until the given time, and in them its idle states, timers and interrupts. */
export function slicesOf({ from, running, events }: CpuAround, to: bigint, words: Words): TraceSlice[] {
  const slices: TraceSlice[] = [];
  let since = from;
  let name = running === null ? null : taskName(running.pid, running.comm);
  for (const { kind, ns, arg, name: comm } of events) {
    if (kind !== "switch") continue;
    if (name !== null) slices.push({ name, from: since, to: ns });
    [since, name] = [ns, taskName(Number(arg), comm)];
  }
  if (name !== null) slices.push({ name, from: since, to });
  const open: { readonly kind: LastingKind; readonly name: string; readonly from: bigint }[] = [];
  for (const event of events) {
    const begins = LASTING.find((kind) => kind === event.kind);
    const ends = LASTING.find((kind) => `${kind}_end` === event.kind);
    if (begins !== undefined) {
      open.push({ kind: begins, name: lastingName(event, begins, words), from: event.ns });
    }
    const last = ends === undefined ? -1 : open.findLastIndex(({ kind }) => kind === ends);
    // What began before the events is not drawn: it is not known what it was.
    for (const one of last < 0 ? [] : open.splice(last)) slices.push({ ...one, to: event.ns });
  }
  return [...slices, ...open.map((one) => ({ ...one, to }))].filter((slice) => slice.to > slice.from);
}

/** What happened on a CPU at some moment. */
export function marksOf({ events }: CpuAround, words: Words): TraceMark[] {
  return events.flatMap((event) => {
    const text = markText(event, words);
    return text === null ? [] : [{ name: text, ns: event.ns }];
  });
}

function markText(event: RecentEvent, words: Words): string | null {
  const task = taskName(Number(event.arg), event.name);
  switch (event.kind) {
    case "waking":
      return `wakes ${task}`;
    case "wakeup":
      return `${task} is runnable on CPU ${event.other}`;
    case "migrate":
      return `${task} moves to CPU ${event.other}`;
    case "timekeeper":
      return "timekeeper's update";
    case "contention":
      return `waits for lock ${words.lock(event)}`;
    case "contention_end":
      return `has lock ${words.lock(event)}`;
    default:
      return null;
  }
}
