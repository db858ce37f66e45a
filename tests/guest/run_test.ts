import assert from "node:assert/strict";
import { EXECUTABLE, executableLibraries } from "../../build/executable.ts";
import type { Tier } from "../../analysis/meta.ts";
import type { Guest } from "../../guest/boot.ts";
import {
  assertSound,
  assertTimerStacks,
  FUNCTION_COLUMNS,
  type Measurement,
  parseMeasurement,
} from "../measurement.ts";
import { kernelGuest, PROMISED_KERNELS } from "./kernel_guest.ts";

const RUNS = 30;
const CLOCKSOURCE = "/sys/devices/system/clocksource/clocksource0/current_clocksource";

async function measure(guest: Guest, name: string, ...flags: string[]): Promise<Measurement> {
  const path = `/root/${name}.csv`;
  const argv = ["/bin/probe", "run", "--runs", String(RUNS), "--env", "vm", "--out", path, ...flags];
  const { code, stderr } = await guest.run(argv);
  assert.equal(code, 0, stderr);
  return parseMeasurement(new TextDecoder().decode(await guest.readFile(path)));
}

function assertAttached({ meta }: Measurement, tier: Tier): void {
  assert.equal(meta.tier, tier);
  const kinds = new Set(meta.hooks.filter((hook) => hook.attached).map((hook) => hook.kind));
  assert.equal(kinds.has("fentry"), tier === "full");
  assert.equal(kinds.has("kprobe"), tier === "kprobe");
  for (const hook of meta.hooks) assert.ok(hook.attached || hook.reason, `${hook.hook} has no reason`);
}

/** What the tiers that hook functions see of a timer's wakeup on an idle guest. */
function assertFunctionsSeen({ rows }: Measurement): void {
  for (const row of rows) {
    const where = `run ${row.run}: ${JSON.stringify(row)}`;
    for (const name of FUNCTION_COLUMNS) {
      // A target moved between enqueue and switch-in is on another rq; a woken task need not pass the rq twice.
      if (name !== "rq_clock_switch_ns") assert.notEqual(row[name], "", `${name} of ${where}`);
    }
    assert.ok(BigInt(row.ttwu_return_ns) >= BigInt(row.ttwu_ns), where);
    assert.match(row.tkread_function, /^(ktime_get|read_hpet|acpi_pm_read)/, where);
    assert.equal(row.wake_flags_entry, "0x0", where);
  }
}

for (const kernel of PROMISED_KERNELS) {
  Deno.test(`probe run in a guest with ${kernel}`, async (t) => {
    await using guest = await kernelGuest(kernel, {
      files: [{ path: "/bin/probe", source: EXECUTABLE }],
      libraries: executableLibraries(),
      memoryMiB: 2048,
    });

    await t.step("completes 30 of 30 runs at the full tier, with every stage", async () => {
      const measurement = await measure(guest, "full", "--period", "200ms");
      assertSound(measurement, RUNS);
      assertAttached(measurement, "full");
      assertTimerStacks(measurement);
      assertFunctionsSeen(measurement);
    });
    await t.step(
      "keeps its own timestamps out of the reads, and counts them, with clocksource hpet",
      async () => {
        await guest.run(["sh", "-c", `echo hpet >${CLOCKSOURCE}`]);
        const measurement = await measure(guest, "hpet", "--period", "200ms", "--require", "full");
        await guest.run(["sh", "-c", `echo tsc >${CLOCKSOURCE}`]);
        assertSound(measurement, RUNS);
        assertFunctionsSeen(measurement);
        for (const row of measurement.rows) {
          assert.equal(row.clocksource, "hpet");
          // Each of our timestamps between ttwu and read is a read_hpet of its own.
          assert.ok(Number(row.self_reads) > 0, JSON.stringify(row));
        }
      },
    );
    await t.step("completes 30 of 30 runs through kprobes", async () => {
      const measurement = await measure(guest, "kprobe", "--period", "200ms", "--require", "kprobe");
      assertSound(measurement, RUNS);
      assertAttached(measurement, "kprobe");
      assertTimerStacks(measurement);
      assertFunctionsSeen(measurement);
    });
    await t.step("completes 30 of 30 runs through tracepoints alone", async () => {
      const measurement = await measure(guest, "tracepoint", "--period", "200ms", "--require", "tracepoint");
      assertSound(measurement, RUNS);
      assertAttached(measurement, "tracepoint");
      assertTimerStacks(measurement);
    });
  });
}
