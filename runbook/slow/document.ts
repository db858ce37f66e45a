/** What is kept of a slow run: the events of its CPUs from the wakeup to the read, its row, and what they say. */

import { PerfettoTrace, type TraceSlice } from "../../analysis/export/perfetto.ts";
import { answerJson } from "../../analysis/print/json.ts";
import { type ColumnName, COLUMNS } from "../../analysis/result/columns.ts";
import { readResultFile } from "../../analysis/result/file.ts";
import type { Meta } from "../../analysis/result/meta.ts";
import { formatHeader, formatRow, formatStackLine } from "../../analysis/result/write.ts";
import type { ChainRecord, CpuEvent, CpuLog } from "../../ffi/record.ts";
import { CpuHistory, nameOfEvent } from "../row/cpu_history.ts";
import type { RowWithStacks } from "../row/row.ts";
import type { SlowLimit, Slowness } from "./limit.ts";

export interface SlowRun extends Pick<RowWithStacks, "row" | "stacks"> {
  /** Path of the result file that has the row. */
  readonly file: string;
  readonly meta: Meta;
  readonly limit: SlowLimit;
  readonly slowness: Slowness;
  readonly record: ChainRecord;
  readonly logs: readonly CpuLog[];
}

/** Times count from the wakeup, at which the CPUs begin to be logged. */
export function slowJson({ file, meta, limit, slowness, record, logs, row, stacks }: SlowRun): string {
  const cell = (name: ColumnName) => row[name] === null ? null : String(row[name]);
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
    origin_ns: String(record.ttwu_ns),
    from_ns: 0,
    to_ns: lengthOf(record),
    cpus: logs.map(({ cpu, lost, events }) => ({
      cpu,
      events_lost: lost,
      events: events.map((event) => eventJson(event, record.ttwu_ns)),
    })),
    row: Object.fromEntries(COLUMNS.map(({ name }) => [name, cell(name)])),
    stacks: Object.fromEntries(stacks.map(({ key, frames }) => [key, frames])),
  });
}

/** The run as `probe export` shows it, with the tasks and interrupts of each of its CPUs. */
export function slowTrace({ file, meta, record, logs, row, stacks }: SlowRun): string {
  let json = "";
  const trace = new PerfettoTrace((piece) => json += piece);
  const defined = stacks.map(({ key, frames }) => formatStackLine(key, frames)).join("");
  const text = `${formatHeader(meta)}${defined}${formatRow(row)}`;
  const read = readResultFile(file, [new TextEncoder().encode(text)], (view) => trace.visit(view));
  for (const log of logs) {
    const history = new CpuHistory(log, record.ttwu_ns);
    const window = { from: 0, to: lengthOf(record) };
    const slices = (spans: readonly { from: number; to: number; name: string }[]): TraceSlice[] =>
      spans.map(({ from, to, name }) => ({
        name,
        from: record.ttwu_ns + BigInt(from),
        to: record.ttwu_ns + BigInt(to),
      }));
    const tasks = history.occupants(window)
      .map(({ from, to, pid, comm }) => ({ from, to, name: pid === 0 ? "idle" : `${comm} (${pid})` }));
    const interruptions = history.interruptions(window);
    if (tasks.length > 0) trace.track(`CPU ${log.cpu} tasks`, slices(tasks));
    if (interruptions.length > 0) trace.track(`CPU ${log.cpu} interrupts`, slices(interruptions));
  }
  trace.finish(read);
  return json;
}

/** From the wakeup to the read, ns. */
function lengthOf({ ttwu_ns, tkread_ns }: ChainRecord): number {
  return tkread_ns === null ? 0 : Number(tkread_ns - ttwu_ns);
}

function eventJson(event: CpuEvent, origin: bigint): object {
  const { ns, since_ns, kind, arg, name } = event;
  const at = { at_ns: Number(ns - origin), kind };
  if (kind === "switch") return { ...at, pid: arg, comm: name };
  if (kind === "idle") {
    return since_ns === 0n ? at : { ...at, idle_state: arg, idle_ns: Number(ns - since_ns) };
  }
  return { ...at, name: nameOfEvent(event) };
}
