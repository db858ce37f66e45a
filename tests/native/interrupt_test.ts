import assert from "node:assert/strict";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { parseMeasurement } from "../harness/measurement.ts";

const RUNS = 30;
const BEFORE = 6;

/** Resolves when the file holds that many rows, or the process has ended. */
async function rowsIn(path: string, rows: number, ended: AbortSignal): Promise<void> {
  for (;;) {
    const lines = await Deno.readTextFile(path).then((text) => text.split("\n"), () => []);
    if (ended.aborted || lines.filter((line) => /^\d+,/.test(line)).length >= rows) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

for (const [signal, exitCode] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  Deno.test(`${signal} in the middle of a series keeps its rows, sums them up and exits with ${exitCode}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "probe-interrupt-" });
    try {
      const path = `${folder}/host.csv`;
      const child = new Deno.Command(EXECUTABLE, {
        args: ["run", "--runs", String(RUNS), "--period", "500ms", "--out", path],
        stdout: "piped",
        stderr: "piped",
      }).spawn();
      const ended = new AbortController();
      const output = child.output().finally(() => ended.abort());
      await rowsIn(path, BEFORE, ended.signal);
      child.kill(signal);
      const { code, stdout, stderr } = await output;
      const messages = new TextDecoder().decode(stderr).trimEnd().split("\n");
      assert.equal(code, exitCode, messages.join("\n"));
      const { rows, end } = parseMeasurement(await Deno.readTextFile(path));
      assert.equal(end, null, "a file that was cut off has no end line");
      // On a machine that stands still, runs pass between the sixth row and the signal.
      const run = Number(/^probe: interrupted at run (\d+) of /.exec(messages.at(-1) ?? "")?.[1]);
      assert.ok(run > BEFORE && run < RUNS, messages.at(-1));
      assert.deepEqual(rows.map((row) => row.run), rows.map((_, i) => String(i + 1)));
      // The run in flight has a row too; between two runs there is no such run.
      const aborted = rows.filter(({ status }) => status === "aborted");
      assert.deepEqual(aborted, rows.slice(run - 1));
      assert.ok(rows.length === run || rows.length === run - 1, `${rows.length}`);
      const complete = rows.filter(({ status }) => status === "complete").length;
      assert.equal(
        messages.at(-1),
        `probe: interrupted at run ${run} of ${RUNS}; ${complete} complete rows are in ${path}; ` +
          `go on with: probe run --resume --out ${path}`,
      );
      const summary = new TextDecoder().decode(stdout);
      assert.match(summary, new RegExp(`^ {2}runs +${complete} of ${RUNS} complete`, "m"));
      assert.match(summary, /^ {2}slowest runs by offset$/m);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("the command that an interrupted series names goes on with it, by the protocol of its file", async () => {
  const folder = await Deno.makeTempDir({ prefix: "probe-interrupt-" });
  try {
    const path = `${folder}/host.csv`;
    const args = ["run", "--runs", "20", "--period", "30ms", "--load", "idle,cpu:1", "--out", path];
    const child = new Deno.Command(EXECUTABLE, { args, stdout: "piped", stderr: "piped" }).spawn();
    const ended = new AbortController();
    const output = child.output().finally(() => ended.abort());
    await rowsIn(path, 3, ended.signal);
    child.kill("SIGINT");
    const { stderr } = await output;
    const [, command] = /go on with: probe (.*)$/m.exec(new TextDecoder().decode(stderr)) ?? [];
    const again = await new Deno.Command(EXECUTABLE, { args: command!.split(" ") }).output();
    assert.equal(again.code, 0, new TextDecoder().decode(again.stderr));
    const { rows, end } = parseMeasurement(await Deno.readTextFile(path));
    assert.deepEqual([rows.length, end?.rows], [20, 20]);
    assert.match(new TextDecoder().decode(again.stdout), /^ {2}runs +\d+ of 20 complete/m);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an output path that exists is refused before anything is attached, and left as it was", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, "precious");
  const { code, stdout, stderr } = await new Deno.Command(EXECUTABLE, { args: ["run", "--out", path] })
    .output();
  assert.equal(code, 1);
  assert.equal(stdout.length, 0);
  assert.equal(
    new TextDecoder().decode(stderr),
    `probe: cannot create ${path}: it exists already; choose another path with --out\n`,
  );
  assert.equal(await Deno.readTextFile(path), "precious");
  await Deno.remove(path);
});

Deno.test("a hangup that nohup has ignored does not end a series", async () => {
  const folder = await Deno.makeTempDir({ prefix: "probe-nohup-" });
  try {
    const path = `${folder}/host.csv`;
    const args = [EXECUTABLE, "run", "--runs", "10", "--period", "100ms", "--quiet", "--out", path];
    const child = new Deno.Command("nohup", { args, stdout: "piped", stderr: "piped" }).spawn();
    const ended = new AbortController();
    const output = child.output().finally(() => ended.abort());
    await rowsIn(path, 1, ended.signal);
    child.kill("SIGHUP");
    const { code, stderr } = await output;
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    const { rows, end } = parseMeasurement(await Deno.readTextFile(path));
    assert.deepEqual([rows.length, end?.rows], [10, 10]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("progress that nobody can read is dropped, and the series goes on", async () => {
  for (const [how, redirection] of [["no room", "2>/dev/full"], ["a reader that has gone", "2> >(:)"]]) {
    const folder = await Deno.makeTempDir({ prefix: "probe-progress-" });
    try {
      const path = `${folder}/host.csv`;
      const script = `"$0" run --runs 5 --period 50ms --out "$1" ${redirection} >/dev/null`;
      const { code } = await new Deno.Command("bash", { args: ["-c", script, EXECUTABLE, path] }).output();
      assert.equal(code, 0, how);
      assert.equal(parseMeasurement(await Deno.readTextFile(path)).rows.length, 5, how);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }
});

Deno.test("an answer that cannot be written is one line, and no internal error", async () => {
  const script = '"$0" show tests/answers/files/tracepoint.csv >/dev/full';
  const { code, stderr } = await new Deno.Command("bash", { args: ["-c", script, EXECUTABLE] }).output();
  assert.equal(code, 1);
  assert.match(
    new TextDecoder().decode(stderr),
    /^probe: cannot write to standard output: No space left on device.*; free space where it goes/,
  );
});
