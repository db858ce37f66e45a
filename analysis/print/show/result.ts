/** What a series has measured, before anything else that is known of it: both durations, and the slowest runs. */

import { type Distribution, percentileNeeds } from "../../sample/description.ts";
import { passedBeforeWakeup } from "../../result/durations.ts";
import type { Slowest, SlowRun } from "../../sample/slowest.ts";
import { placeAndSpread } from "../measured.ts";
import type { Cell, Table } from "../model.ts";
import { duration, exact, joined, plain, say } from "../said.ts";

export type DistributionColumn = "n" | "min" | "median" | "p95" | "p99" | "max" | "iqr" | "mad";
export type SlowestColumn = "offset" | "ttwu" | "path" | "cpu" | "waker" | "cause";

export interface MeasuredSeries {
  readonly offset: Distribution;
  readonly ttwu_to_tkread: Distribution;
  readonly slowest: Slowest;
}

export function distributionTable(series: MeasuredSeries): Table<DistributionColumn> {
  const [median, iqr, mad] = placeAndSpread("row");
  return {
    caption: "complete runs",
    head: "complete runs",
    lines: [],
    columns: [
      { id: "n", name: "n", per: "row" },
      { id: "min", name: "min", per: "row" },
      median!,
      { id: "p95", name: "P95", per: "row" },
      { id: "p99", name: "P99", per: "row" },
      { id: "max", name: "max", per: "row" },
      iqr!,
      mad!,
    ],
    rows: (["offset", "ttwu_to_tkread"] as const).map((name) => ({
      head: plain(name),
      cells: cells(series[name]),
      bins: [],
    })),
    range: null,
    empty: "no duration",
  };
}

function cells(of: Distribution): Record<DistributionColumn, readonly Cell[]> {
  return {
    n: [exact(of.n)],
    min: [duration(of.min_ns)],
    median: [duration(of.median_ns)],
    p95: [percentile(of.n, of.p95_ns, 0.95)],
    p99: [percentile(of.n, of.p99_ns, 0.99)],
    max: [duration(of.max_ns)],
    iqr: [duration(of.iqr_ns)],
    mad: [duration(of.mad_ns)],
  };
}

/** In place of a percentile that cannot be told: what it needs. */
function percentile(n: number, ns: number | null, p: number): Cell {
  return ns === null && n > 0 ? plain(`n < ${percentileNeeds(p)}`) : duration(ns);
}

export function slowestTable({ slowest: { by, runs } }: MeasuredSeries): Table<SlowestColumn> {
  return {
    caption: `slowest runs by ${by.replace(/_ns$/, "")}`,
    head: "run",
    lines: [],
    columns: [
      { id: "offset", name: "offset", per: "row" },
      { id: "ttwu", name: "ttwu_to_tkread", per: "row" },
      { id: "path", name: "path", per: "row" },
      { id: "cpu", name: "CPU", per: "row" },
      { id: "waker", name: "waker", per: "row" },
      { id: "cause", name: "cause", per: "row" },
    ],
    rows: runs.map((run) => ({
      head: exact(run.run),
      cells: {
        offset: [duration(run.offset_ns)],
        ttwu: [duration(run.ttwu_to_tkread_ns)],
        path: [text(run.path)],
        cpu: [run.target_cpu === null ? null : exact(run.target_cpu)],
        waker: [text(run.waker_comm)],
        cause: [
          by === "offset_ns"
            ? hostCause(run) ?? (passedBeforeWakeup(run) ? beforeWakeup(run) : causeOf(run))
            : causeOf(run),
        ],
      },
      bins: [],
    })),
    range: null,
    empty: "no complete run",
  };
}

/** What took most of the time before the wakeup began; a file of an older program does not say. */
function beforeWakeup({ edge_cause }: SlowRun): Cell {
  return plain(edge_cause ?? "before ttwu");
}

/** What the host of a VM did, where that or its hypervisor took the largest of the three parts; null otherwise. */
function hostCause({ host }: Pick<SlowRun, "host">): Cell {
  if (host === undefined) return null;
  const { host_ns, hypervisor_ns, guest_ns, kvm_exit_reason } = host;
  if (guest_ns >= Math.max(host_ns, hypervisor_ns)) return null;
  if (hypervisor_ns > host_ns) {
    return plain(`hypervisor${kvm_exit_reason === null ? "" : `: exits, most for ${kvm_exit_reason}`}`);
  }
  return plain(`host: ${hostDid(host)}`);
}

/** What most of the time was in which the vCPU's thread had no CPU. */
export function hostDid(
  { host_ns, preempted_by: by, preempted_ns: ns }: NonNullable<SlowRun["host"]>,
): string {
  if (by === null || 2 * (ns ?? 0) < host_ns) return "vCPU woken late";
  return by === "stopped" ? "vCPU stopped by a signal" : `preempted by ${by}`;
}

/** The cause, and which task, interrupt or idle state it was. */
function causeOf({ cause, other_task, interrupt, idle_state, events_lost }: SlowRun): Cell {
  if (cause === null) return null;
  const which = cause === "tasks"
    ? text(other_task)
    : cause === "interrupts"
    ? text(interrupt)
    : cause === "idle" && idle_state !== null
    ? say`state ${exact(idle_state)}`
    : null;
  const isSure = (events_lost ?? 0) === 0;
  return joined([plain(isSure ? cause : `${cause}?`), which], " ");
}

function text(of: string | null): Cell {
  return of === null ? null : plain(of);
}
