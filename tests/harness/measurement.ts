/** What every measured file must satisfy, checked on its text without the project's own reader. */

import assert from "node:assert/strict";
import {
  type ColumnName,
  COLUMNS,
  EACH_COLUMN,
  EDGE_PARTS,
  type EdgePartName,
  type PartName,
  PARTS,
  STAGES,
} from "../../analysis/result/columns.ts";
import { correlationId } from "../../analysis/result/correlation.ts";
import type { End, Meta } from "../../analysis/result/meta.ts";

export type TextRow = Readonly<Record<ColumnName, string>>;

export interface Measurement {
  readonly meta: Meta;
  readonly rows: readonly TextRow[];
  readonly stacks: ReadonlyMap<string, readonly string[]>;
  /** The first run after each `# resumed` line. */
  readonly resumptions: readonly number[];
  /** null: the file was cut off. */
  readonly end: End | null;
}

/**
 * Splits a result file whose cells have no quotes, as those of the built-in target never do.
 *
 * @param width how many columns the program had that wrote it: those that came later are empty
 */
export function parseMeasurement(text: string, width: number = COLUMNS.length): Measurement {
  const lines = text.split("\n");
  assert.equal(lines.pop(), "", "the file ends with a line feed");
  assert.equal(lines[0], "# probe-result 1");
  const metaLine = lines[1] ?? "";
  assert.ok(metaLine.startsWith("# meta "), metaLine);
  const names = COLUMNS.map((column) => column.name);
  assert.equal(lines[2], names.slice(0, width).join(","));
  const stacks = new Map<string, readonly string[]>();
  const rows: TextRow[] = [];
  const resumptions: number[] = [];
  let end: End | null = null;
  for (const line of lines.slice(3)) {
    const stack = /^# stack (s[0-9a-f]{16}) (.+)$/.exec(line);
    if (stack) stacks.set(stack[1]!, stack[2]!.split(";"));
    else if (line.startsWith("# resumed ")) resumptions.push(JSON.parse(line.slice("# resumed ".length)).run);
    else if (line.startsWith("# end ")) end = JSON.parse(line.slice("# end ".length));
    else {
      const cells = line.split(",");
      assert.equal(cells.length, width, line);
      rows.push(
        Object.fromEntries(names.map((name, i) => [name, cells[i] ?? ""])) as Record<ColumnName, string>,
      );
    }
  }
  return { meta: JSON.parse(metaLine.slice("# meta ".length)), rows, stacks, resumptions, end };
}

/** In the order in which they happen; try_to_wake_up may return at any time after the wakeup began. */
const TIMES: readonly ColumnName[] = [
  "edge_ns",
  ...STAGES.filter((stage) => stage !== "none").map((stage) => `${stage}_ns` as const),
];

/**
 * Columns that need no hook on a function but may be empty: without such hooks target_idle is only seen for
 * the program's own CPU, and the wakelist is not; 5.10 does not count recursion_misses; not every hypervisor
 * tells what it takes.
 */
const NOT_ALWAYS: readonly ColumnName[] = [
  "target_idle",
  "recursion_misses",
  "part_waker_ns",
  "part_wakelist_ns",
  "part_steal_ns",
];

/** What every complete row of every tier contains. */
const ALWAYS = EACH_COLUMN
  .filter(({ name, functions, occasional }) => !functions && !occasional && !NOT_ALWAYS.includes(name))
  .map(({ name }) => name);

/** What only a hook on a function can see. */
export const FUNCTION_COLUMNS = EACH_COLUMN.filter(({ functions }) => functions);

/** What only a hook on reads can see. */
const READ_COLUMNS = EACH_COLUMN.filter(({ reads }) => reads).map(({ name }) => name);

/** Whether the target reported the read itself, which is then dated by its value. */
function isTold({ tkread_function, tkread_ns, tkread_value_ns }: TextRow): boolean {
  return tkread_function === "clock_gettime" && tkread_ns === tkread_value_ns;
}

/** What is not known where the trigger does not tell its edges. */
const OF_THE_EDGE: readonly ColumnName[] = ["edge_ns", "offset_ns", "part_edge_unexplained_ns", "edge_cause"];

/** The parts add up to the whole, to the ns. */
function assertDivided(
  row: TextRow,
  parts: readonly { readonly name: PartName | EdgePartName }[],
  whole: bigint,
): void {
  const cells = parts.map(({ name }) => BigInt(row[`part_${name}_ns`] || 0));
  assert.equal(
    cells.reduce((sum, ns) => sum + ns, 0n),
    whole,
    `parts of run ${row.run}: ${JSON.stringify(row)}`,
  );
}

/**
 * Complete, every stage in order, an ID that the row's inputs give, and correct derived columns.
 *
 * @param edge `untold`: the trigger does not tell when its edge was
 * @param unnamed columns of variables that the kernel does not name, and that are therefore empty
 */
export function assertRow(
  row: TextRow,
  edge: "told" | "untold" = "told",
  unnamed: readonly ColumnName[] = [],
): void {
  const where = `run ${row.run}: ${JSON.stringify(row)}`;
  assert.equal(row.status, "complete", where);
  // A target that was woken before it had left its CPU need not be switched in.
  const staysOnCpu = row.path === "runnable" || row.path === "self";
  for (const name of ALWAYS) {
    if (name === "switch_ns" && staysOnCpu) continue;
    const untold = edge === "untold" && OF_THE_EDGE.includes(name);
    // A target that was switched in again between its read and its note of it may have read on another CPU.
    if (name === "tkread_cpu" && isTold(row)) continue;
    const unhooked = (isTold(row) && READ_COLUMNS.includes(name)) || unnamed.includes(name);
    assert.equal(row[name] === "", untold || unhooked, `${name} of ${where}`);
  }
  assert.equal(
    row.correlation_id,
    correlationId(Number(row.tgid), Number(row.pid), Number(row.run), BigInt(row.ttwu_ns)),
    where,
  );
  const times = TIMES.filter((name) => row[name] !== "").map((name) => BigInt(row[name]));
  for (const [j, time] of times.entries()) assert.ok(j === 0 || times[j - 1]! <= time, where);
  if (!isTold(row)) assert.ok(BigInt(row.tkread_any_ns) >= BigInt(row.ttwu_ns), where);
  if (edge === "told") {
    assert.equal(BigInt(row.offset_ns), BigInt(row.tkread_ns) - BigInt(row.edge_ns), where);
  }
  assert.equal(BigInt(row.ttwu_to_tkread_ns), BigInt(row.tkread_ns) - BigInt(row.ttwu_ns), where);
  assertDivided(row, PARTS, BigInt(row.ttwu_to_tkread_ns));
  if (edge === "told") assertDivided(row, EDGE_PARTS, BigInt(row.ttwu_ns) - BigInt(row.edge_ns));
  assert.equal(row.migrated, String(row.prev_cpu !== row.target_cpu), where);
  if (row.path === "self" || row.path === "runnable") assert.equal(row.migrated, "false", where);
  // The kernel's own clock shows that the read happened after its marker.
  assert.ok(BigInt(row.tkread_value_ns) >= BigInt(row.tkread_ns), where);
  assert.equal(Number(row.state_after), 0, where);
  // A target that finds a signal pending on its way to sleep, __schedule(), takes back its state by itself.
  const isTakenBack = row.wake === "signal" && row.path === "runnable";
  if (!isTakenBack) assert.notEqual(Number(row.state_before), 0, where);
  assert.equal(row.lost_events, "0", where);
}

/** Debian's kernels, except 5.10, count the invocations that a program missed. */
const countsRecursion = ({ kernel }: Meta) => !/^5\.10\./.test(kernel);

/**
 * All runs complete and sound, each with its own ID, nothing lost.
 *
 * @param runs how many rows there must be
 * @param unnamed columns of variables that the kernel does not name, and that are therefore empty
 */
export function assertSound(
  measurement: Measurement,
  runs: number,
  unnamed: readonly ColumnName[] = [],
): void {
  const { rows, end } = measurement;
  assertSeen(measurement, rows, runs, unnamed);
  assert.deepEqual(
    { rows: end?.rows, complete: end?.complete, lost: end?.lost_events, notices: end?.notices },
    { rows: runs, complete: runs, lost: 0, notices: undefined },
  );
}

/** Those of the timekeeper, which is read by its address: empty where the kernel does not name its variables. */
export const TIMEKEEPER_COLUMNS: readonly ColumnName[] = EACH_COLUMN.map(({ name }) => name)
  .filter((name) => /^tk_(ttwu|tkread)_|^tk_updates$/.test(name));

/**
 * Some kernels hide scheduler events while certain threads run (bpf/reads.h, target_runs): such a run is
 * rightly a timeout, or lacks its switch-in. This was one row in 300 on one minimal 6.18 VM kernel.
 */
export function isUnseen({ status, correlation_id, path, switch_ns }: TextRow): boolean {
  return (status === "timeout" && correlation_id === "") || (path === "direct" && switch_ns === "");
}

/**
 * Like assertSound, for a measurement of the machine that runs the tests, where the kernel may have hidden
 * events.
 */
export function assertSoundHere(measurement: Measurement, runs: number): void {
  const { rows, end } = measurement;
  const seen = rows.filter((row) => !isUnseen(row));
  for (const row of rows) if (isUnseen(row)) console.error(`the kernel did not show all of ${row.run}`);
  assert.ok(2 * seen.length > runs, `${seen.length} of ${runs} seen`);
  assertSeen(measurement, seen, runs);
  assert.deepEqual([end?.rows, end?.lost_events], [runs, 0]);
}

function assertSeen(
  { rows, stacks, meta }: Measurement,
  seen: readonly TextRow[],
  runs: number,
  unnamed: readonly ColumnName[] = [],
): void {
  assert.deepEqual(rows.map(({ run }) => Number(run)), Array.from({ length: runs }, (_, i) => i + 1));
  assert.equal(new Set(seen.map((row) => row.correlation_id)).size, seen.length);
  for (const row of seen) {
    assertRow(row, "told", unnamed);
    assert.equal(row.recursion_misses !== "", countsRecursion(meta), JSON.stringify(row));
    assert.ok(stacks.has(row.ttwu_stack), JSON.stringify(row));
    assert.ok(isTold(row) || stacks.has(row.tkread_stack), JSON.stringify(row));
  }
}

/**
 * The timer's wakeup is one mechanism: the same frames whichever CPU was idle, cut where the interrupt
 * entered.
 *
 * @param context where the timer's callback runs: a PREEMPT_RT kernel runs it in a softirq's thread
 */
export function assertTimerStacks({ rows, stacks }: Measurement, context = "hardirq"): void {
  for (const row of rows) {
    const frames = stacks.get(row.ttwu_stack) ?? [];
    assert.deepEqual(frames.slice(0, 2), ["try_to_wake_up", "hrtimer_wakeup"], frames.join(";"));
    for (const frame of frames) {
      assert.ok(!/^(bpf_|asm_|__traceiter|start_secondary|rest_init|do_idle|cpu_startup)/.test(frame), frame);
    }
    assert.equal(row.waker_context, context);
    assert.notEqual(row.timer_expires_ns, "", JSON.stringify(row));
    const ofTimer = [row.timer_expires_ns, row.timer_ns, row.ttwu_ns].map(BigInt);
    assert.deepEqual(ofTimer, ofTimer.toSorted((a, b) => a < b ? -1 : 1), JSON.stringify(row));
  }
}
