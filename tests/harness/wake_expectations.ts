/** What the table of wakes promises for every single wakeup, and how kernels differ in it. */

import assert from "node:assert/strict";
import { DECODE_TABLES, type DecodeTable } from "../../runbook/row/wake_flags.ts";
import { type Wake, WAKES, wakesFor } from "../../runbook/protocol/wakes.ts";
import { assertRow } from "./measurement.ts";
import type { Drive } from "./driven_guest.ts";
import type { Driven, Series } from "./driver.ts";

export interface KernelTraits {
  /** Name of the table that decodes its flags. */
  readonly decode: string;
  /** PREEMPT_RT: softirq threads run timers, and the scheduler feature TTWU_QUEUE is off, so no wakelist. */
  readonly realTime: boolean;
  /**
   * Wakeups of an idle CPU go through its wakelist. Until 5.19 (f3dd3f674555, "sched: Remove the limitation
   * of WF_ON_CPU on wakelist if wakee cpu is idle"), where CPUs share a cache, only while the CPU's last task
   * is just leaving it.
   */
  readonly queuesToIdle: boolean;
  /** WF_TTWU reaches ttwu_do_activate() on the direct path, and only there. */
  readonly marksDirect: boolean;
}

const BUSY_LOOPS = 3;
const QUEUED = "pipe through the wakelist";

/** Each wake on an idle and on a loaded machine. */
export function wakeSeries(runs: number, periodNs: number, { queuesToIdle }: KernelTraits): Series[] {
  const series = (load: number, name: string) =>
    wakesFor("timer").map((wake) => ({
      name: `${wake.name} ${name}`,
      wake: wake.name,
      runs,
      periodNs,
      load,
    }));
  // As often as it takes to see WF_SYNC pass through the wakelist.
  const queued: Series = { name: QUEUED, wake: "pipe", runs: 60, untilPath: "wakelist", periodNs };
  return [...series(0, "idle"), ...series(BUSY_LOOPS, "loaded"), ...queuesToIdle ? [queued] : []];
}

/** Both series of that wake. */
export function assertWakes(driven: Drive, wake: Wake, traits: KernelTraits): void {
  const table = tableOf(traits);
  for (const load of ["idle", "loaded"] as const) {
    for (const run of driven.of(`${wake.name} ${load}`)) {
      assertWake(run, wake, table, traits);
      assert.ok(wake[load].includes(run.row.path as Wake["idle"][number]), where(run));
    }
  }
}

/** WF_SYNC is present at the entry and in what the wakelist gets, but not at the activation. */
export function assertSyncLost(driven: Drive, traits: KernelTraits): void {
  const runs = driven.of(QUEUED);
  const pipe = WAKES.find(({ name }) => name === "pipe");
  assert.ok(pipe !== undefined);
  for (const run of runs) assertWake(run, pipe, tableOf(traits), traits);
  assert.equal(runs.at(-1)?.row.path, "wakelist");
}

function tableOf(traits: KernelTraits): DecodeTable {
  const table = DECODE_TABLES.find(({ name }) => name === traits.decode);
  assert.ok(table !== undefined, traits.decode);
  return table;
}

function where({ row, frames }: Driven): string {
  return `${JSON.stringify(row)} ${frames[row.ttwu_stack]?.join(";")}`;
}

function assertWake(run: Driven, wake: Wake, table: DecodeTable, traits: KernelTraits): void {
  const { row, frames } = run;
  const { WF_SYNC = 0, WF_MIGRATED = 0, WF_TTWU = 0 } = table.bits;
  const has = (flags: string, bit: number) => (Number(flags) & bit) !== 0;
  assertRow(row);
  assert.equal(Number(row.wake_flags_entry), wake.sync ? WF_SYNC : 0, where(run));
  const stack = frames[row.ttwu_stack] ?? [];
  assert.equal(stack[0], "try_to_wake_up", where(run));
  assert.ok(wake.callers.some((caller) => stack.includes(caller)), where(run));
  const queued = row.path === "wakelist";
  assert.ok(!(queued && traits.realTime), where(run));
  for (const name of ["wake_flags_queued", "queued_ns"] as const) {
    assert.equal(row[name] !== "", queued, `${name} of ${where(run)}`);
  }
  if (queued) {
    // The wakelist gets all flags; at the activation only WF_MIGRATED is left.
    assert.equal(has(row.wake_flags_queued, WF_SYNC), wake.sync, where(run));
    assert.equal(has(row.wake_flags_queued, WF_MIGRATED), row.migrated === "true", where(run));
    assert.equal(has(row.wake_flags, WF_SYNC), false, where(run));
    assert.ok(BigInt(row.ttwu_ns) <= BigInt(row.queued_ns), where(run));
    assert.ok(BigInt(row.queued_ns) <= BigInt(row.pending_ns || row.activate_ns), where(run));
    assert.ok(BigInt(row.pending_ns || row.queued_ns) <= BigInt(row.activate_ns), where(run));
    assert.notEqual(row.waker_cpu, row.target_cpu, where(run));
  }
  if (row.path === "direct") assert.equal(has(row.wake_flags, WF_SYNC), wake.sync, where(run));
  if (queued || row.path === "direct") {
    assert.equal(has(row.wake_flags, WF_MIGRATED), row.migrated === "true", where(run));
    if (traits.marksDirect) assert.equal(has(row.wake_flags, WF_TTWU), row.path === "direct", where(run));
  }
  if (run.migrateCpu !== null) assert.equal(String(run.migrateCpu), row.target_cpu, where(run));
  assert.equal(run.migrateCpu !== null, row.migrated === "true", where(run));
}
