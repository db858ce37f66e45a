import assert from "node:assert/strict";
import { EXECUTABLE, executableLibraries } from "../../build/parts/executable.ts";
import { parseMeasurement } from "../harness/measurement.ts";
import { kernelGuest } from "../harness/kernel_guest.ts";

const RUNS = 4;
const SETTING = "/proc/sys/kernel/bpf_stats_enabled";

Deno.test("probe run --measure-overhead in a guest at the full tier", async () => {
  await using guest = await kernelGuest("trixie-cloud", {
    files: [{ path: "/bin/probe", source: EXECUTABLE }],
    libraries: executableLibraries(),
    memoryMiB: 2048,
  });
  const argv = ["/bin/probe", "run", "--runs", String(RUNS), "--period", "200ms", "--out", "/root/o.csv"];
  const { code, stdout, stderr } = await guest.run([...argv, "--measure-overhead"]);
  assert.equal(code, 0, stderr);
  const text = new TextDecoder().decode(await guest.readFile("/root/o.csv"));
  const { meta, rows, end } = parseMeasurement(text);
  assert.equal(meta.tier, "full");
  assert.deepEqual(rows.map(({ status }) => status), Array(RUNS).fill("complete"));
  const { programs, wakeup } = end?.overhead ?? assert.fail(JSON.stringify(end));
  const runsOf = (name: string) => programs.find(({ program }) => program === name)?.run_cnt ?? 0;
  // Detached and attached again between the runs, and yet every run was seen by all programs.
  for (const program of ["ttwu_entry", "ttwu_exit", "do_activate", "sched_switch", "ktime_get_ts64_entry"]) {
    assert.ok(runsOf(program) >= RUNS, `${program}: ${JSON.stringify(programs)}`);
  }
  assert.deepEqual([wakeup?.armed.n, wakeup?.unarmed.n], [RUNS, RUNS]);
  assert.equal(typeof wakeup?.shift_ns, "number");
  assert.equal((await guest.run(["cat", SETTING])).stdout, "0\n");
  console.error(stdout);
});
