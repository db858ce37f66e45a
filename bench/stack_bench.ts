/**
 * What taking the stack costs inside the measured wakeup: runs with and without stacks, mixed in one file
 * (stacks = "every:2"), and the shift of ttwu_to_tkread_ns between them with its interval.
 *
 *   deno run -A bench/stack_bench.ts [native] [guest]        default: both
 *
 * On this machine at the tracepoint tier, and in an emulated guest with Debian's 6.12 at the tiers that hook
 * functions. Needs dist/probe. It reports, nothing more.
 */

import { COLUMN_AT } from "../analysis/result/columns.ts";
import type { Tier } from "../analysis/result/meta.ts";
import { medianSorted } from "../analysis/stats/quantile.ts";
import { ShiftTest } from "../analysis/stats/shift_test.ts";
import { run } from "../build/process/command.ts";
import { EXECUTABLE, executableLibraries } from "../build/parts/executable.ts";
import { fetchKernel } from "../build/debian/kernels.ts";
import { findQemu } from "../build/debian/qemu.ts";
import { guestArchitecture } from "../guest/qemu/arch.ts";
import { startGuest } from "../guest/vm/boot.ts";

const CONFIDENCE = 0.95;
const WAKES = ["timer", "pipe"];
const NATIVE_RUNS = 20_000;
const GUEST_RUNS = 1500;

/** Pairs of wakes and stacks take turns, so that a drift falls on both sides alike. */
function runbook(tier: Tier, runs: number, period: string): string {
  const wakes = JSON.stringify(WAKES);
  return `runs = ${runs}\nperiod = "${period}"\nwakes = ${wakes}\nstacks = "every:2"\nrequire = "${tier}"\n`;
}

/** ttwu_to_tkread_ns of the complete runs of a wake, ascending, ns; the built-in target's cells have no quotes. */
function durations(text: string, wake: string, withStack: boolean): Float64Array {
  const values = text.split("\n").filter((line) => /^\d/.test(line)).flatMap((line) => {
    const cells = line.split(",");
    const stacked = cells[COLUMN_AT.ttwu_stack] !== "";
    if (cells[COLUMN_AT.status] !== "complete" || cells[COLUMN_AT.wake] !== wake) return [];
    return stacked === withStack ? [Number(cells[COLUMN_AT.ttwu_to_tkread_ns])] : [];
  });
  return Float64Array.from(values).sort();
}

function report(where: string, text: string): void {
  for (const wake of WAKES) {
    const [without, beside] = [durations(text, wake, false), durations(text, wake, true)];
    const test = new ShiftTest(without, beside);
    const { low, high } = test.interval(CONFIDENCE);
    const us = (ns: number) => (ns / 1000).toFixed(2);
    console.log(
      `${where}, ${wake}: stacks add ${us(test.estimate)} us (${us(low)} to ${us(high)}); ` +
        `medians ${us(medianSorted(without))} us of ${without.length} runs without, ` +
        `${us(medianSorted(beside))} us of ${beside.length} with`,
    );
  }
}

async function measureNative(): Promise<void> {
  const folder = Deno.makeTempDirSync({ prefix: "probe-bench-" });
  try {
    const [toml, out] = [`${folder}/stacks.toml`, `${folder}/out.csv`];
    Deno.writeTextFileSync(toml, runbook("tracepoint", NATIVE_RUNS, "2ms"));
    await run([EXECUTABLE, "run", "--runbook", toml, "--out", out, "--quiet"]);
    report("this machine, tier tracepoint", Deno.readTextFileSync(out));
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function measureGuest(): Promise<void> {
  const say = (message: string) => console.error(message);
  const kernel = await fetchKernel("trixie-cloud", { onProgress: say });
  await using guest = await startGuest({
    qemu: await findQemu({ onProgress: say }),
    kernel: kernel.vmlinuz,
    kernelArgs: guestArchitecture().clockArguments,
    memoryMiB: 2048,
    files: [{ path: "/bin/probe", source: EXECUTABLE }],
    libraries: executableLibraries(),
  });
  for (const tier of ["full", "kprobe", "tracepoint"] as const) {
    await guest.writeFile("/root/r.toml", new TextEncoder().encode(runbook(tier, GUEST_RUNS, "20ms")));
    const argv = ["/bin/probe", "run", "--runbook", "/root/r.toml", "--out", `/root/${tier}.csv`, "--quiet"];
    const { code, stderr } = await guest.run(argv, { timeoutMs: 1_800_000 });
    if (code !== 0) throw new Error(`${tier}: ${stderr}`);
    report(
      `emulated guest with Linux 6.12, tier ${tier}`,
      new TextDecoder().decode(await guest.readFile(`/root/${tier}.csv`)),
    );
  }
}

if (import.meta.main) {
  const wanted = Deno.args.length === 0 ? ["native", "guest"] : Deno.args;
  if (wanted.includes("native")) await measureNative();
  if (wanted.includes("guest")) await measureGuest();
}
