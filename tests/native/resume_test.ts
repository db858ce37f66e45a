import assert from "node:assert/strict";
import { Xoshiro128 } from "../../analysis/stats/random.ts";
import { capture } from "../../build/process/command.ts";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { readFile } from "../../runbook/files/result_in.ts";
import { compiled } from "../harness/compiled.ts";
import { type Measurement, parseMeasurement } from "../harness/measurement.ts";

const KILLS = 50;
const RUNS = 1_500;
const PERIOD = "1ms";

const ARGV = ["run", "--require", "tracepoint", "--quiet", "--period", PERIOD, "--runs", String(RUNS)];

/** Rows that are whole in the file: their line has its end. */
function wholeRows(text: string): string[] {
  return text.slice(0, text.lastIndexOf("\n") + 1).split("\n").filter((line) => /^\d+,/.test(line));
}

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

/**
 * Starts or resumes a measurement, waits until the file has grown by some rows, and kills the process with
 * SIGKILL.
 *
 * @returns whether it was killed; false: it had ended by itself
 */
async function killAfter(path: string, resume: boolean, rows: number, delayMs: number): Promise<boolean> {
  const before = wholeRows(textOf(path)).length;
  const argv = [...ARGV, "--out", path, ...resume ? ["--resume"] : []];
  const child = new Deno.Command(EXECUTABLE, { args: argv, stdout: "piped", stderr: "piped" }).spawn();
  let ended = false;
  const output = child.output().then((result) => {
    ended = true;
    return result;
  });
  while (!ended && wholeRows(textOf(path)).length < before + rows) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  // At any point of a run, not just after the file has grown.
  await new Promise((resolve) => setTimeout(resolve, delayMs));
  if (!ended) child.kill("SIGKILL");
  const { signal, code, stderr } = await output;
  if (signal === "SIGKILL") return true;
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return false;
}

Deno.test("killed 50 times with SIGKILL, a measurement loses no whole row, reads back each time and goes on to its end", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-kill-" });
  try {
    const random = Xoshiro128.seeded(7);
    const path = `${folder}/host.csv`;
    let known: string[] = [];
    for (let kill = 1; kill <= KILLS; kill++) {
      const rows = 1 + Math.floor(8 * random.uniform());
      const killed = await killAfter(path, kill > 1, rows, 8 * random.uniform());
      assert.ok(killed, `kill ${kill}: the measurement ended after ${known.length} rows`);
      const now = wholeRows(textOf(path));
      assert.deepEqual(now.slice(0, known.length), known, `kill ${kill}: rows of before were changed`);
      assert.ok(now.length >= known.length + rows, `kill ${kill}`);
      // Every number in order: only the run in flight may be missing, none before it.
      assert.deepEqual(now.map((row) => Number(row.split(",")[0])), now.map((_, index) => index + 1));
      const file = readFile(path);
      assert.equal(file.end, null);
      assert.equal(file.rows, now.length);
      known = now;
    }
    const { code, stderr } = await capture([EXECUTABLE, ...ARGV, "--out", path, "--resume"]);
    assert.equal(code, 0, stderr);
    const measurement = parseMeasurement(Deno.readTextFileSync(path));
    assertWhole(measurement);
    assert.equal(measurement.resumptions.length, KILLS);
    assert.deepEqual(wholeRows(textOf(path)).slice(0, known.length), known);
    assert.equal(readFile(path).end?.rows, RUNS);
    const again = await capture([EXECUTABLE, ...ARGV, "--out", path, "--resume"]);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /^probe: cannot resume .*: it is complete \(1500 rows\);/);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

function assertWhole({ rows, end }: Measurement): void {
  assert.deepEqual(rows.map(({ run }) => Number(run)), Array.from({ length: RUNS }, (_, index) => index + 1));
  const complete = rows.filter(({ status }) => status === "complete").length;
  const timeout = rows.filter(({ status }) => status === "timeout").length;
  // The kernel hides some scheduler events (run_test.ts): such runs are timeouts, but they are there.
  assert.equal(complete + timeout, RUNS);
  assert.ok(complete > 0.9 * RUNS, `${complete} complete`);
  assert.deepEqual([end?.rows, end?.complete, end?.timeout, end?.aborted], [RUNS, complete, timeout, 0]);
  assert.equal(
    new Set(
      rows.filter(({ correlation_id }) => correlation_id !== "")
        .map(({ correlation_id }) => correlation_id),
    ).size,
    rows.filter(({ correlation_id }) => correlation_id !== "").length,
  );
}

Deno.test("--resume under another protocol is refused with the field that differs, and leaves the file as it was", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-kill-" });
  try {
    const path = `${folder}/host.csv`;
    assert.ok(await killAfter(path, false, 3, 0));
    const text = Deno.readTextFileSync(path);
    const other = ["run", "--require", "tracepoint", "--runs", String(RUNS), "--period", "3ms"];
    const { code, stdout, stderr } = await capture([EXECUTABLE, ...other, "--out", path, "--resume"]);
    assert.equal(code, 1);
    assert.equal(stdout, "");
    assert.equal(
      stderr,
      `probe: cannot resume ${path}: its period_ns is 1000000, here it is 3000000; ` +
        "give the options and the runbook it was begun with, or begin another file\n",
    );
    assert.equal(Deno.readTextFileSync(path), text);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

/** The fixture that sleeps 50 ms at a time, under a name of its own, until disposed. */
async function sleeper(folder: string, name: string) {
  const path = `${folder}/${name}`;
  Deno.writeFileSync(path, await compiled("tests/harness/programs/waits.c"), { mode: 0o755 });
  const child = new Deno.Command(path).spawn();
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
    },
  };
}

Deno.test("--resume with another task as the target is refused, naming both, and the file's own task goes on", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-tasks-" });
  try {
    await using alpha = await sleeper(folder, "alpha");
    await using beta = await sleeper(folder, "beta");
    const path = `${folder}/r.csv`;
    const resumed = (pid: number, ...more: string[]) =>
      capture([EXECUTABLE, "run", "--runs", "6", "--period", "100ms", "--quiet", "--out", path]
        .concat("--target", `pid:${pid}`, more));
    const first = await resumed(alpha.pid, "--until", "3");
    assert.equal(first.code, 0, first.stderr);
    const text = Deno.readTextFileSync(path);
    const { code, stderr } = await resumed(beta.pid, "--resume");
    assert.equal(code, 1, stderr);
    const both = new RegExp(
      `^probe: cannot resume .*: its target is alpha \\(pid ${alpha.pid}, started \\d+ ticks after the boot\\), ` +
        `here it is beta \\(pid ${beta.pid}, started \\d+ ticks after the boot\\); give the task it was begun with`,
    );
    assert.match(stderr, both);
    assert.equal(Deno.readTextFileSync(path), text);
    const again = await resumed(alpha.pid, "--resume");
    assert.equal(again.code, 0, again.stderr);
    const { rows } = parseMeasurement(Deno.readTextFileSync(path));
    assert.deepEqual(new Set(rows.map(({ comm }) => comm)), new Set(["alpha"]));
    assert.equal(rows.length, 6);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
