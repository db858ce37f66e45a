import assert from "node:assert/strict";
import { EXECUTABLE, executableLibraries } from "../../build/parts/executable.ts";
import type { KernelName } from "../../build/debian/kernels.ts";
import { TIERS } from "../../analysis/result/meta.ts";
import type { Guest } from "../../guest/vm/boot.ts";
import { type Measurement, parseMeasurement } from "../harness/measurement.ts";
import { STATE_SCRIPT } from "../harness/system_state.ts";
import { compiled } from "../harness/compiled.ts";
import { checkOf, doctor, factsOf, type Report } from "../harness/doctor_report.ts";
import { setClocksource } from "../harness/driven_guest.ts";
import { kernelGuest } from "../harness/kernel_guest.ts";

const LITTLE_MEMORY = "/bin/little_memory";

/** Kernels, and what one of them lacks that doctor must name. */
const KERNELS: readonly (readonly [KernelName, { readonly lacks: boolean }])[] = [
  ["trixie-cloud", { lacks: false }],
  // 5.10: counts no skipped invocations, no per-CPU variables in BTF, BPF's memory in RLIMIT_MEMLOCK.
  ["bullseye-cloud", { lacks: true }],
];

/** What `probe run` found. */
async function runWith(guest: Guest, ...flags: string[]): Promise<Measurement> {
  const path = `/root/run${flags.join("-")}.csv`;
  const { code, stderr } = await guest.run([
    ...["/bin/probe", "run", "--runs", "1", "--period", "200ms", "--env", "vm", "--out", path],
    ...flags,
  ]);
  assert.equal(code, 0, stderr);
  return parseMeasurement(new TextDecoder().decode(await guest.readFile(path)));
}

/** `probe run` got what doctor promised without --require. */
function assertAgrees(report: Report, { meta, rows }: Measurement): void {
  assert.equal(report.verdict.tier, meta.tier);
  assert.deepEqual(factsOf(report, meta.tier), meta.hooks);
  for (const row of rows) assert.equal(row.status, "complete", JSON.stringify(row));
}

async function stateOf(guest: Guest): Promise<string> {
  return (await guest.run(["sh", "-c", STATE_SCRIPT])).stdout;
}

/** The kernel lists BPF programs at the end of its symbols. */
const LISTED_LAST = "tail -n 200 /proc/kallsyms";

function programNames(kallsyms: string): string[] {
  return kallsyms.split("\n").flatMap((line) => /^\S+ \S (bpf_prog_\S+)\t\[bpf\]$/.exec(line)?.[1] ?? [])
    .sort();
}

/** Names of the BPF programs that are loaded. */
async function loadedPrograms(guest: Guest): Promise<string[]> {
  return programNames((await guest.run(["sh", "-c", LISTED_LAST])).stdout);
}

async function programsDuringRun(guest: Guest): Promise<string[]> {
  const run = "/bin/probe run --runs 1000 --quiet --out /root/long.csv >/dev/null 2>&1 </dev/null & probe=$!";
  const started = "while kill -0 $probe && ! [ -s /root/long.csv ]; do sleep 1; done";
  const { stdout } = await guest.run([
    "sh",
    "-c",
    `${run}; ${started}; ${LISTED_LAST}; kill -TERM $probe; wait`,
  ]);
  return programNames(stdout);
}

/** A program is freed some time after its last user has gone: how often the test looks for that. */
const LOOKS = 20;

async function assertPrograms(guest: Guest, wanted: readonly string[]): Promise<void> {
  for (let look = 1;; look++) {
    const loaded = await loadedPrograms(guest);
    if (look === LOOKS) assert.deepEqual(loaded, wanted);
    if (loaded.join() === wanted.join()) return;
  }
}

for (const [kernel, { lacks }] of KERNELS) {
  Deno.test(`probe doctor in a guest with ${kernel}`, async (t) => {
    await using guest = await kernelGuest(kernel, {
      files: [
        { path: "/bin/probe", source: EXECUTABLE },
        {
          path: LITTLE_MEMORY,
          source: await compiled("tests/harness/programs/little_memory.c"),
          mode: 0o755,
        },
      ],
      libraries: executableLibraries(),
      memoryMiB: 2048,
    });
    await setClocksource(guest, "tsc");
    const state = await stateOf(guest);
    const programs = await loadedPrograms(guest);
    const report = await doctor(guest);

    let unrequired: Measurement | undefined;
    await t.step("changes nothing: clocksource, mounts, sysctl values, loaded programs", async () => {
      assert.match(state, /^tsc$/m);
      assert.match(state, /^\/proc\/sys\/kernel\/bpf_stats_enabled: /m);
      assert.equal(await stateOf(guest), state);
      await assertPrograms(guest, programs);
      // While the same programs are attached, this method does see them.
      const attached = await programsDuringRun(guest);
      assert.ok(attached.some((name) => name.endsWith("_ttwu_entry")), attached.join());
    });
    await t.step("finds the full tier, and every other one too", () => {
      assert.deepEqual([report.verdict.outcome, report.verdict.tier], ["yes", "full"]);
      assert.deepEqual(
        report.tiers.map(({ tier, outcome }) => [tier, outcome]),
        TIERS.map((tier) => [tier, "yes"]),
      );
    });
    await t.step("agrees with what probe run takes when no tier is required", async () => {
      unrequired = await runWith(guest);
      assertAgrees(report, unrequired);
    });
    await t.step(
      "says which callbacks can be hooked, and where clock_gettime goes with each clocksource",
      async () => {
        assert.equal(checkOf(report, "callback_tsc").outcome, "no");
        assert.match(checkOf(report, "callback_tsc").found, /notrace/);
        assert.equal(checkOf(report, "callback_hpet").outcome, "yes");
        assert.equal(checkOf(report, "callback_acpi_pm").outcome, "yes");
        const entering = checkOf(report, "clock_read_enters_kernel");
        if (lacks) {
          assert.equal(entering.outcome, "could not tell");
          assert.match(
            entering.found,
            /does not count it .* with clocksource tsc it usually stays in the vDSO/,
          );
          return;
        }
        assert.equal(entering.outcome, "no");
        await setClocksource(guest, "hpet");
        const withHpet = checkOf(await doctor(guest), "clock_read_enters_kernel");
        assert.equal(withHpet.outcome, "yes", withHpet.found);
        assert.match(withHpet.found, /^16 of 16 reads, with clocksource hpet$/);
      },
    );
    await t.step("names what this kernel lacks, and a row lacks it too", () => {
      const [misses, runqueues] = [checkOf(report, "misses_counted"), checkOf(report, "other_runqueues")];
      assert.deepEqual([misses.outcome, runqueues.outcome], lacks ? ["no", "no"] : ["yes", "yes"]);
      assert.ok(unrequired !== undefined);
      const { rows, end } = unrequired;
      assert.equal(end?.recursion_misses, lacks ? null : 0);
      for (const row of rows) assert.equal(row.recursion_misses, lacks ? "" : "0");
      if (!lacks) return;
      assert.match(misses.prevents ?? "", /recursion_misses stays empty/);
      assert.match(runqueues.prevents ?? "", /rq_clock_queued_ns/);
      for (const { remedy } of [misses, runqueues]) assert.match(remedy ?? "", /use a newer kernel/);
    });
    if (lacks) {
      await t.step("too little locked memory is named where the kernel counts it", async () => {
        const { outcome, found, remedy } = checkOf(await doctor(guest, 3, LITTLE_MEMORY), "memlock");
        assert.deepEqual([outcome, found], ["no", "64 KiB, and this kernel counts it"]);
        assert.match(remedy ?? "", /ulimit -l unlimited.*CAP_SYS_RESOURCE/);
        const run = ["/bin/probe", "run", "--runs", "1", "--period", "200ms", "--out", "/root/little.csv"];
        const { code, stderr } = await guest.run([LITTLE_MEMORY, ...run]);
        assert.equal(code, 3, stderr);
        assert.match(stderr, /RLIMIT_MEMLOCK is too low \(64 KiB; .*; raise it/);
      });
    }
    await t.step("speaks to a reader in 80 columns, verdict first", async () => {
      const { code, stdout } = await guest.run(["/bin/probe", "doctor"]);
      assert.equal(code, 0);
      assert.match(stdout, /^this machine can measure at tier full\n/);
      for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
    });
    await t.step("sees names hidden by kptr_restrict, and what the kernel needs them for", async () => {
      assert.equal(checkOf(report, "symbol_names").outcome, "yes");
      await guest.run(["sh", "-c", "echo 2 >/proc/sys/kernel/kptr_restrict"]);
      const blind = await doctor(guest);
      const hidden = checkOf(blind, "symbol_names");
      assert.equal(hidden.outcome, "no");
      assert.match(hidden.found, /kptr_restrict is 2/);
      assert.equal(blind.verdict.tier, lacks ? "tracepoint" : "full");
      if (!lacks) return;
      for (const { outcome, found, remedy } of blind.tiers.slice(0, 3)) {
        assert.equal(outcome, "no");
        assert.match(found ?? "", /BTF does not lead to preempt_count, and kernel addresses are hidden$/);
        assert.match(remedy ?? "", /kernel.kptr_restrict=1/);
      }
      assertAgrees(blind, await runWith(guest, "--quiet"));
    });
  });
}
