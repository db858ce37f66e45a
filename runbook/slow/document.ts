/** What is kept of a slow run: the events of all CPUs around it, its row, and what they say. */

import { PerfettoTrace } from "../../analysis/export/perfetto.ts";
import { answerJson } from "../../analysis/print/json.ts";
import { type ColumnName, COLUMNS } from "../../analysis/result/columns.ts";
import { readResultFile } from "../../analysis/result/file.ts";
import type { Meta } from "../../analysis/result/meta.ts";
import { formatHeader, formatRow, formatStackLine } from "../../analysis/result/write.ts";
import type { RecentEvent } from "../../ffi/recent.ts";
import type { ChainRecord } from "../../ffi/record.ts";
import type { RowWithStacks } from "../row/row.ts";
import type { Symbols } from "../row/symbols.ts";
import type { Around } from "./around.ts";
import type { SlowLimit, Slowness } from "./limit.ts";
import { marksOf, servedName, slicesOf, Words } from "./tracks.ts";

export interface SlowRun extends Pick<RowWithStacks, "row" | "stacks"> {
  /** Path of the result file that has the row. */
  readonly file: string;
  readonly meta: Meta;
  readonly limit: SlowLimit;
  readonly slowness: Slowness;
  readonly record: ChainRecord;
  readonly around: Around;
  readonly symbols: Pick<Symbols, "symbolise">;
}

/** Times count from the wakeup. */
export function slowJson(
  { file, meta, limit, slowness, record, around, row, stacks, symbols }: SlowRun,
): string {
  const cell = (name: ColumnName) => row[name] === null ? null : String(row[name]);
  const after = (ns: bigint) => Number(ns - record.ttwu_ns);
  const words = new Words(symbols);
  return answerJson("slow", {
    file,
    env: meta.env,
    kernel: meta.kernel,
    tier: meta.tier,
    run: Number(row.run),
    limit: limit.text,
    limit_ns: Math.round(slowness.limitNs),
    of: slowness.of,
    ns: slowness.ns,
    cause: row.cause,
    edge_cause: row.edge_cause,
    origin_ns: String(record.ttwu_ns),
    from_ns: after(around.from),
    to_ns: after(around.to),
    cpus: around.cpus.map(({ cpu, from, running, lost, events }) => ({
      cpu,
      from_ns: after(from),
      running,
      events_lost: lost,
      events: events.map((event) => ({ at_ns: after(event.ns), kind: event.kind, ...factsOf(event, words) })),
    })),
    row: Object.fromEntries(COLUMNS.map(({ name }) => [name, cell(name)])),
    stacks: Object.fromEntries(stacks.map(({ key, frames }) => [key, frames])),
  });
}

/** The run as `probe export` shows it, with what each CPU did around it. */
export function slowTrace({ file, meta, around, row, stacks, symbols }: SlowRun): string {
  let json = "";
  const trace = new PerfettoTrace((piece) => json += piece, around.from);
  const defined = stacks.map(({ key, frames }) => formatStackLine(key, frames)).join("");
  const text = `${formatHeader(meta)}${defined}${formatRow(row)}`;
  const read = readResultFile(file, [new TextEncoder().encode(text)], (view) => trace.visit(view));
  const words = new Words(symbols);
  for (const cpu of around.cpus) {
    trace.track(`CPU ${cpu.cpu} events`, slicesOf(cpu, around.to, words), marksOf(cpu, words));
  }
  trace.finish(read);
  return json;
}

/** What an event says beside its time and kind. */
function factsOf(event: RecentEvent, words: Words): object {
  const { kind, arg, other, name } = event;
  const task = { pid: Number(arg), comm: name };
  switch (kind) {
    case "switch":
      return { ...task, from_pid: other };
    case "waking":
      return task;
    case "wakeup":
    case "migrate":
      return { ...task, cpu: other };
    case "idle":
      return { idle_state: Number(arg) };
    case "timer": {
      const timer = words.timer(event);
      return timer === null ? {} : { function: timer };
    }
    case "contention":
    case "contention_end":
      return { lock: words.lock(event) };
    case "interrupt":
    case "interrupt_end":
    case "softirq":
    case "softirq_end":
      return { name: servedName({ ...event, kind }) };
    default:
      return {};
  }
}
