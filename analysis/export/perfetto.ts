/**
 * Chains in the trace event format of Chrome, which ui.perfetto.dev opens: one track for each run and one for each
 * CPU. Times are microseconds from the first edge on, written as decimal fractions, so that every ns is kept;
 * absolute times are in the arguments as text, since a JSON number would round them.
 */

import { CHAIN_STAGES, type ChainStage } from "../show/chain.ts";
import type { ColumnName } from "../result/columns.ts";
import type { ResultFile } from "../result/file.ts";
import type { RowView } from "../result/row_view.ts";

const RUNS = 1;
const CPUS = 2;
/** A viewer may take a thread's number for its own: CPUs get numbers that no run has. */
const FIRST_CPU_THREAD = 1_000_000_000;

/** What the slice of a run tells of it, beside its stacks. */
const RUN_ARGS = [
  "correlation_id",
  "status",
  "path",
  "signature",
  "wake_flags",
  "migrated",
  "waker_comm",
  "waker_context",
  "comm",
  "tkread_function",
  "tkread_context",
  "clocksource",
  "ttwu_stack",
  "tkread_stack",
] as const satisfies readonly ColumnName[];

interface Point {
  readonly stage: ChainStage;
  readonly ns: bigint;
  /** Where it happened; null: not observed. */
  readonly cpu: bigint | null;
}

/** Writes a trace while the rows are read. */
export class PerfettoTrace {
  readonly #write: (text: string) => void;
  readonly #cpus = new Set<string>();
  #origin: bigint | null = null;
  #events = 0;

  /** @param write takes the JSON text piece by piece */
  constructor(write: (text: string) => void) {
    this.#write = write;
    write('{"displayTimeUnit":"ns","traceEvents":[');
    this.#track("process_name", RUNS, 0, "runs");
    this.#track("process_name", CPUS, 0, "CPUs");
  }

  visit(row: RowView): void {
    const points = pointsOf(row);
    const first = points[0];
    if (first === undefined) return;
    this.#origin ??= first.ns;
    const run = row.number("run");
    this.#track("thread_name", RUNS, run, `run ${run}`);
    const last = points.at(-1)!;
    const args = Object.fromEntries(RUN_ARGS.map((name) => [name, row.text(name)]));
    this.#slice(`run ${run}`, "run", RUNS, run, first, last, args);
    const id = { run, correlation_id: row.text("correlation_id") };
    for (const [i, to] of points.entries()) {
      const from = points[i - 1];
      if (from === undefined) continue;
      const name = `${from.stage} -> ${to.stage}`;
      this.#slice(name, "chain", RUNS, run, from, to, id);
      if (to.cpu === null) continue;
      const thread = FIRST_CPU_THREAD + Number(to.cpu);
      if (!this.#cpus.has(String(to.cpu))) {
        this.#cpus.add(String(to.cpu));
        this.#track("thread_name", CPUS, thread, `CPU ${to.cpu}`);
      }
      this.#slice(name, "chain", CPUS, thread, from, to, id);
    }
    const switched = row.integer("clocksource_switch_ns");
    if (switched !== null) {
      const name = `clocksource ${row.text("clocksource_from") ?? "?"} -> ${
        row.text("clocksource_to") ?? "?"
      }`;
      this.#event({ name, cat: "clocksource", ph: "i", s: "t", pid: RUNS, tid: run }, switched, null, id);
    }
  }

  /** @param file the one whose rows were visited */
  finish(file: ResultFile): void {
    const stacks = Object.fromEntries([...file.stacks].map(([key, frames]) => [key, frames.join(";")]));
    const otherData = {
      origin_ns: this.#origin === null ? null : String(this.#origin),
      clock: "CLOCK_MONOTONIC",
      meta: file.meta,
      end: file.end,
      stacks,
    };
    this.#write(`\n],"otherData":${JSON.stringify(otherData)}}\n`);
  }

  #track(what: "process_name" | "thread_name", pid: number, tid: number, name: string): void {
    this.#append(JSON.stringify({ name: what, ph: "M", pid, tid, args: { name } }));
  }

  /** From one point to another; points in the wrong order (an integrity error) have no length and say so. */
  #slice(name: string, cat: string, pid: number, tid: number, from: Point, to: Point, args: object): void {
    const backwards = to.ns < from.ns;
    this.#event(
      { name, cat, ph: backwards ? "i" : "X", ...backwards ? { s: "t" } : {}, pid, tid },
      from.ns,
      backwards ? null : to.ns,
      {
        ...args,
        from_ns: String(from.ns),
        to_ns: String(to.ns),
        ...backwards ? { negative_ns: String(to.ns - from.ns) } : {},
      },
    );
  }

  #event(event: object, start: bigint, end: bigint | null, args: object): void {
    const times = `"ts":${microseconds(start - this.#origin!)}${
      end === null ? "" : `,"dur":${microseconds(end - start)}`
    }`;
    this.#append(`${JSON.stringify(event).slice(0, -1)},${times},"args":${JSON.stringify(args)}}`);
  }

  #append(json: string): void {
    this.#write(`${this.#events++ === 0 ? "" : ","}\n${json}`);
  }
}

/** The stages that were observed, in the order of the chain. */
function pointsOf(row: RowView): Point[] {
  const waker = row.integer("waker_cpu");
  const target = row.integer("target_cpu");
  // On the wakelist path it is the target's CPU that activates it, on the others the waker's.
  const activating = row.text("path") === "wakelist" ? target : waker;
  const cpuOf: Readonly<Record<ChainStage, bigint | null>> = {
    edge: null,
    ttwu: waker,
    queued: waker,
    pending: target,
    activate: activating,
    wakeup: activating,
    switch: target,
    tkread: row.integer("tkread_cpu"),
  };
  return CHAIN_STAGES.flatMap((stage) => {
    const ns = row.integer(`${stage}_ns`);
    return ns === null ? [] : [{ stage, ns, cpu: cpuOf[stage] }];
  });
}

/** Exact: a decimal fraction with the ns behind the point. */
function microseconds(ns: bigint): string {
  const sign = ns < 0n ? "-" : "";
  const digits = String(ns < 0n ? -ns : ns).padStart(4, "0");
  return `${sign}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}
