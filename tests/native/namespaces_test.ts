/**
 * In namespaces made by this test, like those of containers: rows describe the right task, times are the
 * kernel's.
 */

import assert from "node:assert/strict";
import { capture } from "../../build/process/command.ts";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { compiled } from "../harness/compiled.ts";
import { assertSoundHere, parseMeasurement, type TextRow } from "../harness/measurement.ts";

const RUNS = 3;
const MS = 1_000_000;

interface Place extends Disposable {
  readonly folder: string;
  readonly out: string;
}

function place(): Place {
  const folder = Deno.makeTempDirSync({ prefix: "probe-namespaces-" });
  return {
    folder,
    out: `${folder}/a.csv`,
    [Symbol.dispose]: () => Deno.removeSync(folder, { recursive: true }),
  };
}

/** Runs a shell script in new namespaces, with the executable as $1, the result file as $2, a task as $3. */
async function inside(flags: readonly string[], script: string, { folder, out }: Place) {
  const inner = `${folder}/inner`;
  Deno.writeFileSync(inner, await compiled("tests/harness/programs/waits.c"), { mode: 0o755 });
  return await capture(["unshare", ...flags, "sh", "-c", script, "sh", EXECUTABLE, out, inner]);
}

function rowsOf(out: string): readonly TextRow[] {
  return parseMeasurement(Deno.readTextFileSync(out)).rows;
}

const OWN_PIDS = ["--pid", "--fork", "--mount-proc"];
const RUN = `"$1" run --runs ${RUNS} --period 100ms --quiet --out "$2"`;

Deno.test("the built-in target is followed in a pid namespace, whatever wakes it", async () => {
  using here = place();
  const { code, stderr } = await inside(OWN_PIDS, `${RUN} --wake timer,pipe,futex`, here);
  assert.equal(code, 0, stderr);
  const measurement = parseMeasurement(Deno.readTextFileSync(here.out));
  assertSoundHere(measurement, RUNS);
  // The kernel's own numbers: those of the namespace begin at 1.
  for (const { pid, comm } of measurement.rows) {
    assert.equal(comm, "probe-target");
    assert.ok(Number(pid) > 100, `pid ${pid}`);
  }
});

Deno.test("the built-in target is followed where /proc is that of another pid namespace", async () => {
  using here = place();
  const { code, stderr } = await inside(["--pid", "--fork"], `${RUN} --wake timer,pipe`, here);
  assert.equal(code, 0, stderr);
  assertSoundHere(parseMeasurement(Deno.readTextFileSync(here.out)), RUNS);
});

/** A task that wakes every 50 ms; outside the namespace another task has its number. */
const SLEEPER = '"$3" & task=$!';

Deno.test("--target pid and comm in a pid namespace follow its task, not the kernel's one of that number", async () => {
  for (const target of ['"pid:$task"', "comm:inner"]) {
    using here = place();
    const script = `${SLEEPER}
${RUN} --target ${target}; code=$?; kill $task; exit $code`;
    const { code, stderr } = await inside(OWN_PIDS, script, here);
    assert.equal(code, 0, `${target}: ${stderr}`);
    const rows = rowsOf(here.out);
    assert.equal(rows.length, RUNS);
    for (const { comm, pid } of rows) {
      assert.equal(comm, "inner");
      assert.ok(Number(pid) > 100, `pid ${pid}`);
    }
  }
});

Deno.test("--target where /proc counts other pids is refused before anything is measured, by run and doctor", async () => {
  using here = place();
  const run = await inside(["--pid", "--fork"], `${RUN} --target pid:1`, here);
  assert.equal(run.code, 3);
  assert.match(run.stderr, /^probe: cannot follow another task: \/proc counts pids of another pid namespace/);
  assert.throws(() => Deno.statSync(here.out), Deno.errors.NotFound);
  const doctor = await inside(["--pid", "--fork"], '"$1" doctor', here);
  assert.match(doctor.stdout, /\/proc counts pids of another pid namespace/);
});

Deno.test("in a time namespace rows have the kernel's own times", async () => {
  using here = place();
  const time = ["--time", "--monotonic", "-100", "--fork"];
  const { code, stderr } = await inside(time, `${RUN} --wake timer,pipe`, here);
  assert.equal(code, 0, stderr);
  const measurement = parseMeasurement(Deno.readTextFileSync(here.out));
  assertSoundHere(measurement, RUNS);
  for (const row of measurement.rows) {
    const offset = Number(row.offset_ns);
    assert.ok(offset > 0 && offset < 10_000 * MS, `offset ${offset} ns`);
    const late = Number(row.tkread_value_ns) - Number(row.tkread_ns);
    assert.ok(Math.abs(late) < 1_000 * MS, `the value read is ${late} ns from the read`);
  }
});

Deno.test("another task is followed in a time namespace from the edge on", async () => {
  using here = place();
  const script = `${SLEEPER}
${RUN} --target comm:inner; code=$?; kill $task; exit $code`;
  const time = ["--time", "--monotonic", "1000", "--fork", "--pid", "--mount-proc"];
  const { code, stderr } = await inside(time, script, here);
  assert.equal(code, 0, stderr);
  for (const row of rowsOf(here.out)) {
    const late = Number(row.ttwu_ns) - Number(row.edge_ns);
    assert.ok(late >= 0 && late < 10_000 * MS, `woken ${late} ns after the edge`);
  }
});
