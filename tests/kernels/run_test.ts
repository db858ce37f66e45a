import assert from "node:assert/strict";
import type { KernelName } from "../../build/debian/kernels.ts";
import type { ColumnName } from "../../analysis/result/columns.ts";
import type { HookFact, Tier } from "../../analysis/result/meta.ts";
import { CHAIN } from "../../ffi/layout.generated.ts";
import type { Guest } from "../../guest/vm/boot.ts";
import { wakesFor } from "../../runbook/protocol/wakes.ts";
import {
  assertRow,
  assertSound,
  assertTimerStacks,
  FUNCTION_COLUMNS,
  parseMeasurement,
} from "../harness/measurement.ts";
import { doctor, factsOf } from "../harness/doctor_report.ts";
import { type Drive, drive, drivenGuest } from "../harness/driven_guest.ts";
import type { Driven, Phase, Series } from "../harness/driver.ts";
import { CLOCKSOURCE_FOLDER } from "../harness/kernel_guest.ts";
import { assertSyncLost, assertWakes, type KernelTraits, wakeSeries } from "../harness/wake_expectations.ts";

/** Stock kernels that are measured at every tier, and how they differ for the same table of wakes. */
const KERNELS: readonly (readonly [KernelName, KernelTraits])[] = [
  ["bullseye-cloud", { decode: "5.8-5.10", realTime: false, queuesToIdle: false, marksDirect: false }],
  ["bookworm-cloud", { decode: "6.0-6.5", realTime: false, queuesToIdle: true, marksDirect: false }],
  ["trixie-cloud", { decode: "6.12+", realTime: false, queuesToIdle: true, marksDirect: true }],
  ["trixie-full", { decode: "6.12+", realTime: false, queuesToIdle: true, marksDirect: true }],
  ["trixie-backports-cloud", { decode: "6.12+", realTime: false, queuesToIdle: true, marksDirect: true }],
  ["trixie-rt", { decode: "6.12+", realTime: true, queuesToIdle: false, marksDirect: true }],
];

const RUNS = 30;
const FEW = 4;
const PERIOD_NS = 50_000_000;
const CLOCKSOURCES = ["hpet", "acpi_pm", "tsc"] as const;

function assertAttached(tier: Tier, taken: Tier, hooks: readonly HookFact[]): void {
  assert.equal(taken, tier);
  const kinds = new Set(hooks.filter((hook) => hook.attached).map((hook) => hook.kind));
  assert.equal(kinds.has("fentry"), tier === "full");
  assert.equal(kinds.has("kprobe"), tier === "kprobe" || tier === "raw");
  assert.deepEqual([kinds.has("raw_tp"), kinds.has("tp_btf")], [tier === "raw", tier !== "raw"]);
  for (const hook of hooks) assert.ok(hook.attached || hook.reason, `${hook.hook} has no reason`);
}

/** Whether the column belongs to ttwu_do_activate(). */
function isOfActivation(name: ColumnName): boolean {
  if (name === "signature") return true;
  return Object.entries(CHAIN.fields).some(([field, layout]) =>
    field === name && "seen" in layout && /^SEEN_(RQ_)?ACTIVATE$/.test(layout.seen)
  );
}

/**
 * What only a hook on a function sees in each wakeup; the activation belongs to a task that had left its
 * runqueue.
 */
function assertFunctionsSeen(rows: readonly Driven["row"][]): void {
  for (const row of rows) {
    const where = `run ${row.run}: ${JSON.stringify(row)}`;
    const activated = row.path === "direct" || row.path === "wakelist";
    for (const { name, occasional } of FUNCTION_COLUMNS) {
      // A target moved between enqueue and switch-in is on another rq.
      if (occasional || name === "rq_clock_switch_ns") continue;
      // A wakeup from an interrupt that found a program running on this CPU: the kernel skips it, and says so.
      if (row[name] === "" && Number(row.recursion_misses) > 0) continue;
      assert.equal(row[name] !== "", activated || !isOfActivation(name), `${name} of ${where}`);
    }
    const { ttwu_return_ns: returned } = row;
    if (returned !== "") assert.ok(BigInt(returned) >= BigInt(row.ttwu_ns), where);
    assert.match(row.tkread_function, /^(ktime_get|read_hpet|acpi_pm_read)/, where);
  }
}

function seriesOf(name: string, runs: number, wake: string, clocksource: string): Series {
  return {
    name,
    wake,
    runs,
    periodNs: PERIOD_NS,
    before: `echo ${clocksource} >${CLOCKSOURCE_FOLDER}/current_clocksource`,
  };
}

const LESSER = ["kprobe", "raw", "tracepoint"] as const;

const phasesFor = (traits: KernelTraits): readonly Phase[] => [
  {
    require: "full",
    series: [
      ...CLOCKSOURCES.map((clocksource) => seriesOf(clocksource, FEW, "timer", clocksource)),
      ...wakeSeries(6, PERIOD_NS, traits),
    ],
  },
  ...LESSER.map((tier): Phase => ({
    require: tier,
    series: ["timer", "pipe"].map((wake) => seriesOf(`${tier} ${wake}`, FEW, wake, "tsc")),
  })),
];

/** In a pid namespace like that of a container: busybox has unshare, the kernels CONFIG_PID_NS. */
const OWN_PIDS = ["unshare", "-p", "-f", "--mount-proc"];

interface RunOptions {
  /** Default: the best available. */
  readonly tier?: Tier;
  /** The command inside which it runs. */
  readonly inside?: readonly string[];
}

async function probeRun(guest: Guest, runs: number, { tier, inside = [] }: RunOptions = {}) {
  const argv = [
    ...inside,
    "/bin/probe",
    "run",
    ...tier === undefined ? [] : ["--require", tier],
    "--runs",
    String(runs),
    "--period",
    "50ms",
    "--env",
    "vm",
    "--out",
    "/root/o.csv",
  ];
  await guest.run(["rm", "-f", "/root/o.csv"]);
  const { code, stdout, stderr } = await guest.run(argv);
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout, /disagreement/);
  return parseMeasurement(new TextDecoder().decode(await guest.readFile("/root/o.csv")));
}

/** Each of our own timestamps between ttwu and read is a read of the clocksource's own callback. */
function assertClocksource(driven: Drive, clocksource: string): void {
  const all = driven.of(clocksource).map(({ row }) => row);
  // When a task is preempted inside a program, the program cannot run on that CPU: the kernel counts a
  // recursion miss, and the target's read is not seen. This happens when a read of the clocksource takes
  // long.
  const missed = (row: Driven["row"]) =>
    clocksource !== "tsc" && row.status === "timeout" && row.last_stage === "switch" &&
    Number(row.recursion_misses) > 0;
  const rows = all.filter((row) => !missed(row));
  assert.ok(rows.length * 2 >= all.length, JSON.stringify(all));
  assertFunctionsSeen(rows);
  for (const row of rows) {
    assertRow(row);
    assert.equal(row.clocksource, clocksource);
    assert.equal(row.clocksource_switches, "0");
    if (clocksource !== "tsc") assert.ok(Number(row.self_reads) > 0, JSON.stringify(row));
  }
}

for (const [kernel, traits] of KERNELS) {
  Deno.test(`wakeups in a guest with ${kernel}`, async (t) => {
    await using guest = await drivenGuest(kernel);
    await t.step(`completes ${RUNS} of ${RUNS} runs at the full tier, with every stage`, async () => {
      const measurement = await probeRun(guest, RUNS);
      assertSound(measurement, RUNS);
      assertAttached("full", measurement.meta.tier, measurement.meta.hooks);
      assert.equal(measurement.meta.decode, traits.decode);
      assertTimerStacks(measurement, traits.realTime ? "softirq" : "hardirq");
      assertFunctionsSeen(measurement.rows);
    });
    await t.step("follows its target in a pid namespace too, under the kernel's own pids", async () => {
      for (const tier of ["full", "kprobe"] as const) {
        const measurement = await probeRun(guest, FEW, { tier, inside: OWN_PIDS });
        assertSound(measurement, FEW);
        assertFunctionsSeen(measurement.rows);
        // The namespace counts from 1; by now the kernel's count is higher.
        for (const { pid, comm } of measurement.rows) {
          assert.equal(comm, "probe-target");
          assert.ok(Number(pid) > 50, `pid ${pid}`);
        }
      }
    });
    const driven = await drive(guest, ...phasesFor(traits));
    await t.step("has the hooks at each tier that doctor says it has", async () => {
      const report = await doctor(guest);
      assert.deepEqual([report.verdict.outcome, report.verdict.tier], ["yes", "full"]);
      assert.deepEqual(driven.ends.map(({ tier }) => tier), ["full", ...LESSER]);
      for (const { tier, hooks } of driven.ends) {
        assertAttached(tier, tier, hooks);
        assert.deepEqual(factsOf(report, tier), hooks);
        assert.ok(hooks.some(({ attached }) => attached) && hooks.some(({ attached }) => !attached));
      }
    });
    for (const clocksource of CLOCKSOURCES) {
      await t.step(
        `reads through clocksource ${clocksource}, its own timestamps kept out`,
        () => assertClocksource(driven, clocksource),
      );
    }
    for (const wake of wakesFor("timer")) {
      await t.step(
        `a ${wake.name} wake has its flags, its path and its caller, idle and loaded`,
        () => assertWakes(driven, wake, traits),
      );
    }
    if (traits.queuesToIdle) {
      await t.step("shows WF_SYNC lost on the wakelist", () => assertSyncLost(driven, traits));
    }
    for (const tier of ["kprobe", "raw"] as const) {
      await t.step(`sees the same at tier ${tier}`, () => {
        const timer = driven.of(`${tier} timer`).map(({ row }) => row);
        const pipe = driven.of(`${tier} pipe`).map(({ row }) => row);
        assertFunctionsSeen([...timer, ...pipe]);
        for (const row of [...timer, ...pipe]) assertRow(row);
        // Whoever writes into the pipe was itself woken by a timer, whose callback has ended by then.
        for (const { timer_ns } of pipe) assert.equal(timer_ns, "");
        for (const wake of wakesFor("timer").filter(({ name }) => name === "timer" || name === "pipe")) {
          for (const { row, frames } of driven.of(`${tier} ${wake.name}`)) {
            const stack = frames[row.ttwu_stack] ?? [];
            assert.ok(wake.callers.some((caller) => stack.includes(caller)), stack.join(";"));
          }
        }
      });
    }
    await t.step("sees through tracepoints what they show, and nothing else", () => {
      for (const { row } of [...driven.of("tracepoint timer"), ...driven.of("tracepoint pipe")]) {
        assertRow(row);
        for (const { name } of FUNCTION_COLUMNS) assert.equal(row[name], "", name);
        assert.equal(row.tkread_function, "clock_gettime");
      }
    });
    await t.step(
      "has no two observers that disagree",
      () => assert.deepEqual(driven.ends.flatMap(({ notices }) => notices), []),
    );
  });
}
