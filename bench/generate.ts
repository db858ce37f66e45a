/**
 * Valid result files of any size from a seed: correct IDs, stacks, strata that differ in place and spread.
 * Used by the benchmarks; `deno run --allow-write bench/generate.ts ROWS SEED ENV OUT [WAKERS]` writes one.
 */

import { type Column, EACH_COLUMN, type Row } from "../analysis/result/columns.ts";
import { correlationId } from "../analysis/result/correlation.ts";
import type { End, Meta } from "../analysis/result/meta.ts";
import { formatEnd, formatHeader, formatRow, formatStackLine } from "../analysis/result/write.ts";
import { stackKey } from "../analysis/result/stack_key.ts";
import { writeAllSync } from "../system/write_all.ts";

export interface Generated {
  readonly rows: number;
  /** Any integer; the same seed gives the same bytes. */
  readonly seed: number;
  readonly env: string;
  /** Added to every read time, in ns. */
  readonly shiftNs?: number;
  /** Every n-th run times out instead of completing. */
  readonly timeoutEvery?: number;
  /** Overrides fields of the meta line. */
  readonly meta?: Partial<Meta>;
  /** Whether rows say what their time went into, as those of the full tier do. */
  readonly parts?: boolean;
  /** Distinct names of wakers; their runs have longer tails and a third signature. Otherwise there are two. */
  readonly wakers?: number;
}

const PERIOD_NS = 1_000_000_000n;
/** An uptime of 120 days: beyond 2^53 ns, as on a real server. */
const FIRST_EDGE_NS = 10_368_000_000_000_000n;
const TGID = 4242;
const PID = 4243;

const SHARED_FRAMES = ["hrtimer_wakeup", "__hrtimer_run_queues", "hrtimer_interrupt"];
const DIRECT_STACK = [...SHARED_FRAMES, "__sysvec_apic_timer_interrupt"];
const WAKELIST_STACK = [
  "sched_ttwu_pending",
  "__flush_smp_call_function_queue",
  "__sysvec_call_function_single",
];
const READ_STACK = [
  "ktime_get_ts64",
  "posix_get_monotonic_timespec",
  "__x64_sys_clock_gettime",
  "do_syscall_64",
];

/** A small, fast, seeded generator: Mulberry32, as fractions in [0, 1). */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export function generatedMeta(env: string): Meta {
  return {
    probe: "0.1.0",
    env,
    host: `${env}.example`,
    kernel: "6.12.117-cloud-amd64",
    arch: "x86_64",
    cpu: "Generated CPU",
    cpus: 2,
    virtualization: env === "host" ? "none" : "kvm",
    boot_id: "00000000-0000-4000-8000-000000000000",
    clocksource: { current: "tsc", available: ["tsc", "hpet"] },
    tier: "full",
    hooks: [
      { stage: "ttwu", hook: "try_to_wake_up", kind: "fentry", attached: true },
      { stage: "activate", hook: "ttwu_do_activate", kind: "fentry", attached: true },
      { stage: "wakeup", hook: "sched_wakeup", kind: "tp_btf", attached: true },
      { stage: "switch", hook: "sched_switch", kind: "tp_btf", attached: true },
      { stage: "tkread", hook: "ktime_get_ts64", kind: "fentry", attached: true },
    ],
    decode: "6.12+",
    runbook: {
      version: 1,
      runs: 30,
      period_ns: 1_000_000_000,
      trigger: "timer",
      wake: "timer",
      target: "self",
      load: "idle",
      offset_margin: "4ms",
      ttwu_to_tkread_margin: "100us",
      edge_to_wakeup_margin: "100us",
      wakeup_to_switch_margin: "100us",
      spread_ratio: 2,
      locks_in_share: 0.5,
      tail_margin_percent: 20,
      deadline_ns: "none",
      alpha: 0.05,
    },
    runbook_sha256: "0".repeat(64),
    started: "2026-01-01T00:00:00Z",
    edge_uncertainty_ns: 150,
    clock_step_counter: "tsc",
  };
}

/** The file in pieces of a few thousand rows. */
export function* generate(options: Generated): Generator<string> {
  const random = generator(options.seed);
  const direct = stackKey(DIRECT_STACK);
  const wakelist = stackKey(WAKELIST_STACK);
  const read = stackKey(READ_STACK);
  let text = formatHeader({ ...generatedMeta(options.env), ...options.meta });
  text += formatStackLine(direct, DIRECT_STACK);
  text += formatStackLine(wakelist, WAKELIST_STACK);
  text += formatStackLine(read, READ_STACK);
  let complete = 0;
  let selfReads = 0;
  for (let run = 1; run <= options.rows; run++) {
    const plain = generatedRow(run, options, random, { direct, wakelist, read });
    const other = options.wakers === undefined ? plain : varied(plain, options.wakers, random);
    const row = options.parts === true ? divided(other, random) : other;
    if (row.status === "complete") complete++;
    selfReads += Number(row.self_reads);
    text += formatRow(row);
    if (text.length > 1 << 20) {
      yield text;
      text = "";
    }
  }
  const end: End = {
    rows: options.rows,
    complete,
    timeout: options.rows - complete,
    aborted: 0,
    lost_events: 0,
    recursion_misses: 0,
    self_reads: selfReads,
  };
  yield text + formatEnd(end);
}

/** A value of the column's kind; empty where some wakeups have none, and for IDs and stacks. */
function plainCell({ kind, values, occasional }: Column): Row[keyof Row] {
  if (occasional !== undefined) return null;
  switch (kind) {
    case "int":
      return 1;
    case "hex":
      return "0x1";
    case "bool":
      return false;
    case "enum":
      return values![0]!;
    case "text":
      return "plain";
    default:
      return null;
  }
}

/** A row's values for the columns that its generator does not name. */
export const PLAIN_ROW = Object.fromEntries(
  EACH_COLUMN.map((column) => [column.name, plainCell(column)]),
) as Row;

interface StackKeys {
  readonly direct: string;
  readonly wakelist: string;
  readonly read: string;
}

function generatedRow(run: number, options: Generated, random: () => number, stacks: StackKeys): Row {
  const timedOut = options.timeoutEvery !== undefined && run % options.timeoutEvery === 0;
  const onWakelist = random() < 0.4;
  const migrated = random() < (onWakelist ? 0.2 : 0.7);
  const idle = random() < 0.8;
  const prev = random() < 0.5 ? 0 : 1;
  const waker = migrated ? 1 - prev : prev;
  /** Skewed to the right like real latencies; wide when an IPI has to wake an idle CPU. */
  const latency = (typical: number) =>
    Math.round(typical * Math.exp((random() + random() + random() - 1.5) * 0.8));
  const edge = FIRST_EDGE_NS + BigInt(run) * PERIOD_NS;
  const ttwu = edge + BigInt(latency(42_000));
  const activate = ttwu + BigInt(latency(onWakelist ? 9_000 : 900));
  // On the wakelist path the wakeup waits twice: until the IPI is sent, and until it has arrived.
  const queued = ttwu + (activate - ttwu) / 4n;
  const pending = activate - (activate - ttwu) / 4n;
  const wakeup = activate + BigInt(latency(700));
  const switched = wakeup + BigInt(latency(onWakelist && idle ? 38_000 : 4_000));
  const tkread = switched + BigInt(latency(1_500) + (options.shiftNs ?? 0));
  const rqClock = 5_000_000_000n + BigInt(run) * PERIOD_NS;
  return {
    ...PLAIN_ROW,
    run,
    correlation_id: correlationId(TGID, PID, run, ttwu),
    status: timedOut ? "timeout" : "complete",
    tgid: TGID,
    pid: PID,
    comm: "probe-target",
    waker_pid: 0,
    waker_comm: `swapper/${waker}`,
    waker_cpu: waker,
    waker_context: "hardirq",
    interrupted: idle ? "pv_native_safe_halt" : "user",
    path: onWakelist ? "wakelist" : "direct",
    wake_flags_entry: "0x8",
    wake_flags: onWakelist ? (migrated ? "0x20" : "0x0") : (migrated ? "0xa8" : "0x88"),
    signature: migrated ? "WF_MIGRATED" : "none",
    migrated,
    state_before: "0x1",
    state_after: "0x0",
    prev_cpu: prev,
    target_cpu: waker,
    target_idle: idle,
    tkread_cpu: timedOut ? null : waker,
    edge_ns: edge,
    ttwu_ns: ttwu,
    activate_ns: activate,
    wakeup_ns: wakeup,
    ttwu_return_ns: wakeup + BigInt(latency(500)),
    switch_ns: switched,
    tkread_any_ns: activate,
    tkread_ns: timedOut ? null : tkread,
    tkread_task_ns: timedOut ? null : tkread,
    offset_ns: timedOut ? null : tkread - edge,
    ttwu_to_tkread_ns: timedOut ? null : tkread - ttwu,
    rq_clock_activate_ns: rqClock,
    rq_clock_switch_ns: rqClock + (switched - activate),
    rq_clock_flags: "0x4",
    tkread_function: timedOut ? null : "ktime_get_ts64",
    tkread_context: timedOut ? null : "task",
    tkread_value_ns: timedOut ? null : tkread + 90n,
    clock_step_ns: Math.round((random() - 0.5) * 200),
    clocksource: "tsc",
    clocksource_switches: 0,
    ttwu_stack: onWakelist ? stacks.wakelist : stacks.direct,
    tkread_stack: timedOut ? null : stacks.read,
    load: "idle",
    lost_events: 0,
    recursion_misses: 0,
    self_reads: 3,
    last_stage: "tkread_task",
    ...onWakelist && {
      wake_flags_queued: "0x8",
      queued_ns: queued,
      pending_ns: pending,
      rq_clock_queued_ns: rqClock - (activate - queued),
      rq_clock_queued_flags: "0x4",
    },
    rq_cpu: waker,
    tkreads: 5,
    wake: "timer",
    realtime_step_ns: 0,
  };
}

/** Reads that come late by an exponential time, now and then by thirty of it, and wakers of which few are frequent. */
function varied(row: Row, wakers: number, random: () => number): Row {
  const isSync = row.migrated === false && random() < 0.5;
  const late = Math.round(-8_000 * Math.log1p(-random()) * (random() < 0.01 ? 30 : isSync ? 1 : 3));
  const later = (ns: bigint | number | null) => ns === null ? null : BigInt(ns) + BigInt(late);
  return {
    ...row,
    waker_comm: `kworker/u${Math.floor(wakers * random() ** 3)}`,
    ...isSync && { signature: "WF_SYNC", wake_flags: "0x10" },
    tkread_ns: later(row.tkread_ns),
    tkread_task_ns: later(row.tkread_task_ns),
    tkread_value_ns: later(row.tkread_value_ns),
    offset_ns: later(row.offset_ns),
    ttwu_to_tkread_ns: later(row.ttwu_to_tkread_ns),
  };
}

const ORDERS = ["tk_update<", ""].map((first) => `${first}pi_lock<rq_lock<activate<wakeup<switch<tkread`);

/** The parts that a wakeup by a timer has at the full tier, each a share of what is left; the last one is the rest. */
function divided(row: Row, random: () => number): Row {
  if (row.status !== "complete") return row;
  const shared = (whole: bigint, names: readonly string[]) => {
    let left = Number(whole);
    return Object.fromEntries(names.map((name, i) => {
      const ns = i === names.length - 1 ? left : Math.round(left * random() / 2);
      left -= ns;
      return [`part_${name}_ns`, ns];
    }));
  };
  const [edge, ttwu, tkread] = [row.edge_ns, row.ttwu_ns, row.tkread_ns].map((ns) => BigInt(ns as bigint));
  const isQueued = row.path === "wakelist";
  const edgeCells = shared(ttwu! - edge!, ["edge_slack", "edge_timer", "edge_waker"]);
  const [[largest]] = Object.entries(edgeCells).sort(([, one], [, other]) => other - one) as [
    [string, number],
  ];
  return {
    ...row,
    ...edgeCells,
    edge_cause: /^part_(.*)_ns$/.exec(largest)![1]!,
    part_edge_unexplained_ns: 0,
    ...shared(tkread! - ttwu!, [
      "pi_lock",
      "rq_lock",
      "waker",
      ...isQueued ? ["wakelist"] : [],
      "interrupts",
      "idle",
      "target",
      "probes",
    ]),
    ...!isQueued && { part_wakelist_ns: 0 },
    part_tasks_ns: 0,
    part_steal_ns: 0,
    part_unexplained_ns: 0,
    events_lost: 0,
    cause: isQueued ? "idle" : "probes",
    idle_state: 1,
    interrupt: "local_timer",
    order: ORDERS[random() < 0.1 ? 0 : 1]!,
  };
}

if (import.meta.main) {
  const [rows = "", seed = "", env = "", out = "", wakers] = Deno.args;
  using file = Deno.openSync(out, { write: true, create: true, truncate: true });
  const encoder = new TextEncoder();
  for (
    const piece of generate({
      rows: Number(rows),
      seed: Number(seed),
      env,
      ...wakers !== undefined && { wakers: Number(wakers) },
    })
  ) {
    writeAllSync(file, encoder.encode(piece));
  }
}
