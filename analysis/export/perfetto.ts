/**
 * Chains in the trace event format of Chrome, which ui.perfetto.dev and speedscope open: one track for the
 * runs, one for each CPU, and an arrow from the waker to the switch-in of the target. Times are microseconds
 * from the first edge on, written as decimal fractions, so no ns is lost. A slice of the chain has the name
 * of the stage that ends it. The end of a slice and the beginning of the next have exactly the same text,
 * because importers compare times as doubles.
 *
 * What the time of a run went into is in its arguments, in ns, and is no slices: a file has the length of each part, not
 * when it was, and most parts are several pieces.
 *
 * Thousands of runs must stay a file that a browser opens, so what most runs share, their kind and their order, stands
 * once under a short key, and a slice is two events only where another one touches its end.
 */

import { CHAIN_STAGES, type ChainStage } from "../show/chain.ts";
import { type ColumnName, EDGE_PARTS, PARTS } from "../result/columns.ts";
import type { ResultFile } from "../result/file.ts";
import type { RowView } from "../result/row_view.ts";

const PROCESS = 1;
/** Another machine's tracks. */
const OTHER_PROCESS = 2;
const RUNS = 0;
/** CPU 0 is the thread after that of the runs. */
const FIRST_CPU = 1;

/** What the slice of a run shows, if observed: its identity, its declared factors, who woke. */
const RUN_ARGS = [
  "correlation_id",
  "status",
  "wake",
  "load",
  "placement",
  "boot",
  "waker_comm",
] as const satisfies readonly ColumnName[];

/** What makes the kind of a run, if observed: few combinations of it occur. */
const KIND_ARGS = [
  "path",
  "signature",
  "waker_context",
  "tkread_function",
  "ttwu_stack",
  "tkread_stack",
] as const satisfies readonly ColumnName[];

const BETWEEN_BOOTS_NS = 1_000_000_000n;

/** Tracks other than those of the runs and of the CPUs. */
const FIRST_FURTHER = 1_000_000;

/** A stretch of time on a further track; both ends in ns of CLOCK_MONOTONIC. */
export interface TraceSlice {
  readonly name: string;
  readonly from: bigint;
  readonly to: bigint;
}

/** What says more of a cause. */
const WHICH: Readonly<Record<string, ColumnName>> = {
  tasks: "other_task",
  interrupts: "interrupt",
  idle: "idle_state",
};

/** A moment on a further track, ns of CLOCK_MONOTONIC. */
export interface TraceMark {
  readonly name: string;
  readonly ns: bigint;
}

/** The begin of a slice: its track, and when, ns of CLOCK_MONOTONIC. */
export interface TracePlace {
  readonly pid: number;
  readonly tid: number;
  readonly ns: bigint;
}

interface Point {
  readonly stage: ChainStage;
  readonly ns: bigint;
  /** The CPU on which it happened; null: not observed. */
  readonly cpu: bigint | null;
}

/** Writes a trace while the rows are read. */
export class PerfettoTrace {
  readonly #write: (text: string) => void;
  /** Where the latest slice of each track ended. */
  readonly #ends = new Map<number, bigint>();
  readonly #kinds = new Keys("k");
  readonly #orders = new Keys("o");
  readonly #further: { readonly name: string; readonly pid: number }[] = [];
  #origin: bigint | null;
  /** What is added to the times of this boot of the machine, whose clock began anew. */
  #moved = 0n;
  /** Undefined before the first row. */
  #boot: string | null | undefined;
  #events = 0;

  /**
   * @param write receives the JSON text piece by piece
   * @param origin from which times count, ns, not after any of them: Perfetto drops what is before 0; default: the first
   *   row's first stage
   */
  constructor(write: (text: string) => void, origin: bigint | null = null) {
    this.#write = write;
    this.#origin = origin;
    write('{"displayTimeUnit":"ns","traceEvents":[');
  }

  /** @returns where the run's wakeup begins, if a slice of its track begins there */
  visit(row: RowView): TracePlace | null {
    const points = pointsOf(row);
    const [first, last] = [points[0], points.at(-1)];
    if (first === undefined || last === undefined) return null;
    this.#origin ??= first.ns;
    const boot = row.text("boot");
    if (this.#boot !== undefined && this.#boot !== boot) this.#laterBoot(first.ns);
    this.#boot = boot;
    this.#write("\n");
    const run = row.number("run");
    const kind = this.#kindOf(row, first.ns);
    if (this.#follows(`run ${run}`, RUNS, first, last)) {
      const args = { ...textsOf(row, RUN_ARGS), kind, ...this.#orderOf(row), ...causeOf(row) };
      // Runs do not touch each other, so each needs only one event.
      this.#event({ ph: "X", name: `run ${run}`, tid: RUNS, args }, first.ns, last.ns - first.ns);
    }
    const begin = this.#slices(run, points);
    const switched = row.integer("clocksource_switch_ns");
    if (switched !== null) {
      const to = `${row.text("clocksource_from") ?? "?"} -> ${row.text("clocksource_to") ?? "?"}`;
      this.#instant(`clocksource ${to}`, RUNS, switched, { run });
    }
    return begin;
  }

  /** ns of CLOCK_MONOTONIC; nothing may be before it. null: no row has had a stage yet. */
  get origin(): bigint | null {
    return this.#origin;
  }

  /** An arrow through the begins of slices, in the order of time. */
  flow(name: string, id: number, places: readonly TracePlace[]): void {
    for (const [index, { pid, tid, ns }] of places.entries()) {
      const ph = index === 0 ? "s" : index === places.length - 1 ? "f" : "t";
      this.#event({ ph, bp: "e", cat: "flow", name, id, pid, tid }, ns);
    }
  }

  /**
   * A further track, where the origin is known: given, or of a row with an edge or a wakeup.
   *
   * @param slices inside one another or apart; what reaches beyond the slice around it is cut there
   * @param machine whose track it is: that of the rows, or the other one
   * @returns its pid and tid
   */
  track(
    name: string,
    slices: readonly TraceSlice[],
    marks: readonly TraceMark[],
    machine: "own" | "other" = "own",
  ): Omit<TracePlace, "ns"> {
    const pid = machine === "own" ? PROCESS : OTHER_PROCESS;
    const tid = FIRST_FURTHER + this.#further.push({ name, pid }) - 1;
    const open: TraceSlice[] = [];
    const endUntil = (ns: bigint | null) => {
      for (let last = open.at(-1); last !== undefined && (ns === null || last.to <= ns); last = open.at(-1)) {
        this.#event({ ph: "E", name: last.name, pid, tid }, last.to);
        open.pop();
      }
    };
    for (const slice of slices.toSorted((a, b) => Number(a.from - b.from) || Number(b.to - a.to))) {
      endUntil(slice.from);
      const around = open.at(-1);
      this.#event({ ph: "B", name: slice.name, pid, tid }, slice.from);
      open.push(around !== undefined && around.to < slice.to ? { ...slice, to: around.to } : slice);
    }
    endUntil(null);
    for (const { name, ns } of marks) this.#event({ ph: "i", s: "t", name, pid, tid }, ns);
    this.#ends.set(tid, 0n);
    return { pid, tid };
  }

  /**
   * @param file the file whose rows were visited
   * @param other what the other machine's tracks are, if there are some: a name, and what stands beside `meta`
   */
  finish(file: ResultFile, other: { readonly name: string; readonly says: object } | null = null): void {
    this.#name("process_name", RUNS, `${file.meta.env} on ${file.meta.host}`);
    if (other !== null) this.#name("process_name", RUNS, other.name, OTHER_PROCESS);
    for (const track of [...this.#ends.keys()].sort((a, b) => a - b)) {
      const { name, pid } = this.#further[track - FIRST_FURTHER] ?? { name: nameOf(track), pid: PROCESS };
      this.#name("thread_name", track, name, pid);
      this.#event({
        ph: "M",
        name: "thread_sort_index",
        pid,
        tid: track,
        args: { sort_index: track },
      });
    }
    const stacks = Object.fromEntries([...file.stacks].map(([key, frames]) => [key, frames.join(";")]));
    const otherData = {
      origin_ns: this.#origin === null ? null : String(this.#origin),
      clock: "CLOCK_MONOTONIC",
      meta: file.meta,
      ...other?.says ?? {},
      end: file.end,
      stacks,
      kinds: Object.fromEntries(this.#kinds.entries().map(([key, json]) => [key, JSON.parse(json)])),
      orders: Object.fromEntries(this.#orders.entries()),
    };
    this.#write(`\n],"otherData":${JSON.stringify(otherData)}}\n`);
  }

  /** The kind of a run by a short key. The first run of a kind is preceded by an instant that spells it out. */
  #kindOf(row: RowView, ns: bigint): string {
    const args = textsOf(row, KIND_ARGS);
    const { key, isNew } = this.#kinds.of(JSON.stringify(args));
    if (isNew) this.#instant(key, RUNS, ns, args);
    return key;
  }

  /** The order of locks, clocks and stages by a short key: it is long, and most runs share it. */
  #orderOf(row: RowView): { readonly order?: string } {
    const text = row.text("order");
    return text === null ? {} : { order: this.#orders.of(text).key };
  }

  #name(what: "process_name" | "thread_name", track: number, name: string, pid = PROCESS): void {
    this.#event({ ph: "M", name: what, pid, tid: track, args: { name } });
  }

  /**
   * Whether a slice may be written: the slices of a track must follow each other. Points in the wrong order
   * (an integrity error) become an instant with both times.
   */
  #follows(name: string, track: number, from: Point, to: Point): boolean {
    const end = this.#ends.get(track) ?? from.ns;
    const follows = from.ns <= to.ns && end <= from.ns;
    this.#ends.set(track, follows ? to.ns : end);
    if (!follows) this.#instant(name, track, from.ns, { from_ns: String(from.ns), to_ns: String(to.ns) });
    return follows;
  }

  /** Lays a boot of the machine a second behind the one before, on the same tracks. */
  #laterBoot(ns: bigint): void {
    const last = [...this.#ends.values()].reduce((latest, end) => end > latest ? end : latest, 0n);
    this.#moved += last + BETWEEN_BOOTS_NS - ns;
    for (const track of this.#ends.keys()) this.#ends.set(track, ns);
  }

  #instant(name: string, track: number, ns: bigint, args: object): void {
    this.#event({ ph: "i", s: "t", name, tid: track, args }, ns);
  }

  /** The slices of a run on the tracks of the CPUs, with an arrow from the waker's to the target's. */
  #slices(run: number, points: readonly Point[]): TracePlace | null {
    const slices = points.flatMap((to, i) => {
      const from = points[i - 1];
      // Until try_to_wake_up() begins, no CPU works for the run.
      if (from === undefined || from.stage === "edge" || to.cpu === null) return [];
      return [{ from, to, tid: FIRST_CPU + Number(to.cpu) }];
    }).filter(({ from, to, tid }) => this.#follows(to.stage, tid, from, to));
    const waker = slices.find(({ from }) => from.stage === "ttwu");
    const switched = slices.find(({ to }) => to.stage === "switch");
    const target = slices.find(({ from, tid }) => from.stage === "switch" && tid === switched?.tid) ??
      switched;
    const isOther = waker !== undefined && target !== undefined && waker.tid !== target.tid;
    for (const [i, slice] of slices.entries()) {
      const { from, to, tid } = slice;
      const event = { name: to.stage, tid };
      const flow = isOther && slice === waker
        ? { bind_id: run, flow_out: true }
        : isOther && slice === target
        ? { bind_id: run, flow_in: true }
        : {};
      if (slices.slice(i + 1).some((later) => later.tid === tid)) {
        this.#event({ ph: "B", ...event, ...flow }, from.ns);
        // Some importers pair events by name.
        this.#event({ ph: "E", ...event }, to.ns);
      } else {
        // No slice of this run touches its end.
        this.#event({ ph: "X", ...event, ...flow }, from.ns, to.ns - from.ns);
      }
    }
    return waker === undefined ? null : { pid: PROCESS, tid: waker.tid, ns: waker.from.ns };
  }

  /**
   * @param ns absent: the event has no time
   * @param duration of a slice written as one event, ns
   */
  #event(event: object, ns?: bigint, duration?: bigint): void {
    const start = ns === undefined ? "" : `,"ts":${microseconds(ns - this.#origin! + this.#moved)}`;
    const length = duration === undefined ? "" : `,"dur":${microseconds(duration)}`;
    const json = JSON.stringify({ pid: PROCESS, ...event }).slice(0, -1);
    this.#write(`${this.#events++ === 0 ? "" : ","}${json}${start}${length}}`);
  }
}

function nameOf(track: number): string {
  return track === RUNS ? "runs" : `CPU ${track - FIRST_CPU}`;
}

/** Short keys of texts, in the order of their first use. */
class Keys {
  readonly #letter: string;
  readonly #keys = new Map<string, string>();

  constructor(letter: string) {
    this.#letter = letter;
  }

  of(text: string): { readonly key: string; readonly isNew: boolean } {
    const known = this.#keys.get(text);
    if (known !== undefined) return { key: known, isNew: false };
    const key = `${this.#letter}${this.#keys.size + 1}`;
    this.#keys.set(text, key);
    return { key, isNew: true };
  }

  /** The text of each key. */
  entries(): (readonly [key: string, text: string])[] {
    return [...this.#keys].map(([text, key]) => [key, text]);
  }
}

function textsOf(row: RowView, names: readonly ColumnName[]): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => {
    const text = row.text(name);
    // Most runs are complete.
    return text === null || name === "status" && text === "complete" ? [] : [[name, text]];
  }));
}

/** What the time of a run went into. */
function causeOf(row: RowView): Record<string, string | Record<string, number>> {
  const lost = row.number("events_lost");
  // With lost events the parts are incomplete, and the largest may be another.
  if (lost > 0) return { events_lost: String(lost) };
  const [cause, edgeCause] = [row.text("cause"), row.text("edge_cause")];
  const which = WHICH[cause ?? ""];
  const told = which === undefined ? null : row.text(which);
  const parts = partsOf(row);
  return {
    ...cause === null ? {} : { cause },
    ...edgeCause === null ? {} : { edge_cause: edgeCause },
    ...which === undefined || told === null ? {} : { [which]: told },
    ...parts === null ? {} : { parts_ns: parts },
  };
}

/** The parts that took time, those before the wakeup first; null when none was observed. */
function partsOf(row: RowView): Record<string, number> | null {
  const all = [...EDGE_PARTS, ...PARTS].map(({ name }) => [name, row.number(`part_${name}_ns`)] as const);
  if (all.every(([, ns]) => Number.isNaN(ns))) return null;
  return Object.fromEntries(all.filter(([, ns]) => ns !== 0 && !Number.isNaN(ns)));
}

/** The stages that were observed, in the order of the chain. */
function pointsOf(row: RowView): Point[] {
  const waker = row.integer("waker_cpu");
  const target = row.integer("target_cpu");
  // On the wakelist path the target's CPU activates the target, on the other paths the waker's CPU does.
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

/** Exact: a decimal fraction whose digits are the ns. */
function microseconds(ns: bigint): string {
  const sign = ns < 0n ? "-" : "";
  const digits = String(ns < 0n ? -ns : ns).padStart(4, "0");
  return `${sign}${digits.slice(0, -3)}.${digits.slice(-3)}`;
}
