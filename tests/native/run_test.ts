import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { capture } from "../../build/process/command.ts";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { cellOf, type Mixture } from "../../runbook/protocol/design.ts";
import { HOOKS } from "../../runbook/probes/hooks.ts";
import {
  assertSound,
  assertTimerStacks,
  FUNCTION_COLUMNS,
  isUnseen,
  type Measurement,
  parseMeasurement,
} from "../harness/measurement.ts";

const RUNS = 30;
const MIXED_RUNS = 24;

/** Runs that the kernel does not show fully are rare, so one of a few series has none. */
const SERIES = 4;

async function measure(folder: string): Promise<{ measurement: Measurement; stdout: string }> {
  for (let series = 1;; series++) {
    const path = `${folder}/host-${series}.csv`;
    const probe = ["run", "--runs", String(RUNS), "--period", "50ms", "--env", "host", "--out", path];
    const { code, stdout, stderr } = await capture([EXECUTABLE, ...probe, "--require", "tracepoint"]);
    assert.equal(code, 0, stderr);
    const measurement = parseMeasurement(Deno.readTextFileSync(path));
    const unseen = measurement.rows.filter(isUnseen);
    if (unseen.length === 0 || series === SERIES) return { measurement, stdout };
    for (const row of unseen) {
      console.error(`series ${series}: the kernel did not show all of run ${row.run}`);
    }
  }
}

/**
 * Whatever this kernel offers, its tracepoint tier must be available: the least that any machine must have.
 */
Deno.test("30 of 30 runs complete on this machine at the tracepoint tier, and what it cannot see is empty", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-native-" });
  try {
    const { measurement, stdout } = await measure(folder);
    assertSound(measurement, RUNS);
    assertTimerStacks(measurement);
    const { meta, rows } = measurement;
    assert.equal(meta.tier, "tracepoint");
    assert.equal(meta.env, "host");
    const attached = meta.hooks.filter((hook) => hook.attached).map((hook) => hook.hook);
    assert.deepEqual(
      attached,
      HOOKS.filter(({ ladder, ofOthers, detail, ofRecent }) =>
        ladder.tracepoint !== undefined && !ofOthers && !detail && !ofRecent
      ).map((hook) => hook.hook),
    );
    const systemCalls = meta.hooks.filter(({ hook }) => hook === "sys_enter");
    assert.deepEqual(systemCalls.map(({ reason }) => reason), ["the built-in target tells its own read"]);
    for (const hook of meta.hooks) assert.ok(hook.attached || hook.reason, hook.hook);
    let placed = 0;
    for (const row of rows) {
      for (const { name } of FUNCTION_COLUMNS) assert.equal(row[name], "", `${name} of run ${row.run}`);
      assert.equal(row.tkread_function, "clock_gettime");
      assert.equal(row.tkread_context, "task");
      assert.equal(row.self_reads, "0");
      assert.deepEqual([row.tkread_ns, row.tkread_task_ns], [row.tkread_value_ns, row.tkread_value_ns]);
      // A switch-in between the read and the target's note of it, which hides the CPU, is rare.
      if (row.tkread_cpu !== "") placed++;
    }
    assert.ok(placed > RUNS / 2, `${placed} of ${RUNS} reads have their CPU`);
    assert.match(stdout, /^ {2}tier +tracepoint /m);
    assert.match(stdout, /^ {2}not observed wake_flags_entry, /m);
    assert.match(stdout, /^ {2}runs +30 of 30 complete, 0 timed out$/m);
    for (const line of stdout.split("\n")) assert.ok(line.length <= 80 || line.startsWith("  tier"), line);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

/** How many threads of that process currently make load; null: it has ended. */
function busyThreadsOf(pid: number): number | null {
  try {
    return [...Deno.readDirSync(`/proc/${pid}/task`)]
      .filter(({ name }) => Deno.readTextFileSync(`/proc/${pid}/task/${name}/comm`) === "probe-load\n")
      .length;
  } catch {
    return existsSync(`/proc/${pid}/task`) ? 0 : null;
  }
}

Deno.test("two wakes under two loads are mixed run by run, and each run has the load and the wake of its row", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-native-" });
  try {
    const path = `${folder}/mixed.csv`;
    const threads = 2 * navigator.hardwareConcurrency;
    const declared = ["--wake", "timer,pipe", "--load", `idle,cpu:${threads}`, "--runs", String(MIXED_RUNS)];
    const argv = ["run", ...declared, "--period", "50ms", "--out", path, "--quiet"];
    const child = new Deno.Command(EXECUTABLE, { args: argv, stdout: "null", stderr: "piped" }).spawn();
    const output = child.output();
    const seen = new Set<number>();
    let ended = false;
    void output.finally(() => ended = true);
    while (!ended) {
      seen.add(busyThreadsOf(child.pid) ?? 0);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const { code, stderr } = await output;
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.ok(seen.has(threads) && seen.has(0), `numbers of busy threads seen: ${[...seen].join()}`);
    assert.ok(Math.max(...seen) <= threads, "the load of one run has ended before that of the next begins");
    const { meta, rows } = parseMeasurement(Deno.readTextFileSync(path));
    assert.equal(rows.length, MIXED_RUNS);
    const { order_seed } = meta.runbook;
    assert.ok(typeof order_seed === "number");
    for (const row of rows) {
      const { wake, load, run } = row;
      const mixture: Mixture = { wake: "timer,pipe", load: `idle,cpu:${threads}`, order_seed, stacks: "all" };
      assert.deepEqual({ wake, load, stack: true }, cellOf(mixture, Number(run)));
      if (row.correlation_id === "") continue;
      assert.equal(row.waker_comm === "probe-waker", wake === "pipe", JSON.stringify(row));
      // A timer's interrupt may find a busy thread on its CPU, but never in a run without load.
      assert.ok(row.waker_comm !== "probe-load" || load !== "idle", JSON.stringify(row));
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

Deno.test("--out - writes the result file to standard output and the summary to stderr", async () => {
  const probe = ["run", "--runs", "3", "--period", "50ms", "--require", "tracepoint", "--out", "-"];
  const { code, stdout, stderr } = await capture([EXECUTABLE, ...probe]);
  assert.equal(code, 0, stderr);
  assert.equal(parseMeasurement(stdout).end?.rows, 3);
  assert.match(stderr, /^ {2}tier +tracepoint /m);
  for (const more of ["--json", "--resume"]) {
    const refused = await capture([EXECUTABLE, ...probe, more]);
    assert.deepEqual([refused.code, refused.stdout], [2, ""], refused.stderr);
    assert.match(refused.stderr, /^probe: --(json|resume) .* standard output; [^\n]+\n$/);
  }
});
