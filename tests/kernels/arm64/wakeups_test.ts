import assert from "node:assert/strict";
import type { ColumnName } from "../../../analysis/result/columns.ts";
import type { HookFact, Tier } from "../../../analysis/result/meta.ts";
import type { KernelName } from "../../../build/debian/kernels.ts";
import type { Guest } from "../../../guest/vm/boot.ts";
import { wakesFor } from "../../../runbook/protocol/wakes.ts";
import { doctor, factsOf } from "../../harness/doctor_report.ts";
import { drive, foreignGuest } from "../../harness/driven_guest.ts";
import type { Phase } from "../../harness/driver.ts";
import {
  assertSound,
  parseMeasurement,
  type TextRow,
  TIMEKEEPER_COLUMNS,
} from "../../harness/measurement.ts";
import { assertWakes, type KernelTraits, wakeSeries } from "../../harness/wake_expectations.ts";

interface Expected extends KernelTraits {
  /** The best tier: 6.1 has no direct calls of ftrace on arm64, and with them no fentry. */
  readonly best: "full" | "kprobe";
  /** Without KALLSYMS_ALL it names no variables: these columns are empty. */
  readonly unnamed: readonly ColumnName[];
}

const KERNELS: readonly (readonly [KernelName, Expected])[] = [
  ["bookworm-cloud", {
    best: "kprobe",
    unnamed: TIMEKEEPER_COLUMNS,
    decode: "6.0-6.5",
    realTime: false,
    queuesToIdle: true,
    marksDirect: false,
  }],
  ["trixie-cloud", {
    best: "full",
    unnamed: [],
    decode: "6.12+",
    realTime: false,
    queuesToIdle: true,
    marksDirect: true,
  }],
  ["trixie-backports-cloud", {
    best: "full",
    unnamed: [],
    decode: "6.12+",
    realTime: false,
    queuesToIdle: true,
    marksDirect: true,
  }],
];

const RUNS = 30;
const FEW = 4;
const PERIOD_NS = 50_000_000;
const OUT = "/root/o.csv";

/** The best tier with all wakes, and each tier below it. */
function phasesFor(expected: Expected): readonly Phase[] {
  const below = (["kprobe", "raw", "tracepoint"] as const).filter((tier) => tier !== expected.best);
  return [
    { require: expected.best, series: wakeSeries(FEW, PERIOD_NS, expected) },
    ...below.map((tier): Phase => ({
      require: tier,
      series: ["timer", "pipe"].map((wake) => ({
        name: `${tier} ${wake}`,
        wake,
        runs: FEW,
        periodNs: PERIOD_NS,
      })),
    })),
  ];
}

function assertAttached(tier: Tier, taken: Tier, hooks: readonly HookFact[]): void {
  assert.equal(taken, tier);
  const kinds = new Set(hooks.filter((hook) => hook.attached).map((hook) => hook.kind));
  assert.equal(kinds.has("fentry"), tier === "full");
  assert.equal(kinds.has("kprobe"), tier === "kprobe" || tier === "raw");
  assert.equal(kinds.has("raw_tp"), tier === "raw");
  for (const hook of hooks) assert.ok(hook.attached || hook.reason, `${hook.hook} has no reason`);
}

/** Without what a tier lacks anyway: doctor, which asked for none, says why the better tier is not there. */
function comparable(tier: Tier, hooks: readonly unknown[]) {
  return (hooks as readonly HookFact[]).map(({ reason, ...fact }) =>
    tier !== "full" && /^f/.test(fact.kind) ? fact : { ...fact, reason }
  );
}

/** The accessor calls the clocksource's read callback, which is hooked too: both show, in that order. */
function assertCallbackSeen(row: TextRow): void {
  const where = JSON.stringify(row);
  assert.match(row.tkread_function, /^(ktime_get|arch_counter_read$)/, where);
  assert.ok(BigInt(row.clocksource_read_ns) >= BigInt(row.tkread_ns), where);
  assert.match(row.order, /<tkread<(.*<)?clocksource_read$/, where);
}

async function measured(guest: Guest) {
  const argv = ["run", "--runs", `${RUNS}`, "--period", "50ms", "--env", "vm", "--out", OUT];
  const { code, stdout, stderr } = await guest.run(["/bin/probe", ...argv]);
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout, /disagreement/);
  return parseMeasurement(new TextDecoder().decode(await guest.readFile(OUT)));
}

for (const [kernel, expected] of KERNELS) {
  Deno.test(`wakeups in an arm64 guest with ${kernel}`, async (t) => {
    await using guest = await foreignGuest(kernel, "aarch64");
    await t.step(
      `completes ${RUNS} of ${RUNS} runs, the clocksource's own read among what it sees`,
      async () => {
        const measurement = await measured(guest);
        assertSound(measurement, RUNS, expected.unnamed);
        const { meta, rows } = measurement;
        assertAttached(expected.best, meta.tier, meta.hooks);
        assert.deepEqual([meta.arch, meta.decode], ["aarch64", expected.decode]);
        for (const row of rows) {
          assertCallbackSeen(row);
          assert.equal(row.clocksource, "arch_sys_counter");
          const frames = measurement.stacks.get(row.ttwu_stack) ?? [];
          assert.equal(frames[0], "try_to_wake_up");
          assert.ok(
            frames.some((frame) => /^(hrtimer_wakeup|__hrtimer_run_queues)$/.test(frame)),
            frames.join(";"),
          );
          assert.equal(row.waker_context, "hardirq");
        }
      },
    );
    const driven = await drive(guest, ...phasesFor(expected));
    await t.step("has the hooks at each tier that doctor says it has", async () => {
      const report = await doctor(guest);
      assert.deepEqual([report.verdict.outcome, report.verdict.tier], ["yes", expected.best]);
      for (const { tier, hooks } of driven.ends) {
        assertAttached(tier, tier, hooks);
        assert.deepEqual(comparable(tier, factsOf(report, tier)), comparable(tier, hooks));
      }
    });
    for (const wake of wakesFor("timer")) {
      await t.step(
        `a ${wake.name} wake has its flags, its path and its caller, idle and loaded`,
        () => assertWakes(driven, wake, expected),
      );
    }
  });
}

Deno.test("pages of 16 KiB are as good as those of 4", async () => {
  await using guest = await foreignGuest("trixie-16k", "aarch64");
  const { stdout } = await guest.run(["sh", "-c", "grep -m 1 KernelPageSize /proc/self/smaps"]);
  assert.match(stdout, /^KernelPageSize: +16 kB$/m);
  const measurement = await measured(guest);
  assertSound(measurement, RUNS);
  assert.equal(measurement.meta.tier, "full");
  for (const row of measurement.rows) assertCallbackSeen(row);
});
