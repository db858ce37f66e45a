import assert from "node:assert/strict";
import { capture } from "../../build/process/command.ts";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import { cellOf } from "../../runbook/protocol/design.ts";
import { canonicalRunbook } from "../../runbook/protocol/runbook.ts";
import type { Runbook } from "../../runbook/protocol/settings.ts";
import { parseMeasurement } from "../harness/measurement.ts";

class Place implements Disposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "probe-runbook-" });
  readonly out = `${this.folder}/out.csv`;

  runbook(text: string): string {
    const path = `${this.folder}/lab.toml`;
    Deno.writeTextFileSync(path, text);
    return path;
  }

  /** `probe run` of a runbook. */
  arguments(text: string, ...options: string[]): string[] {
    return ["run", "--runbook", this.runbook(text), "--out", this.out, ...options];
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

async function sha256(text: string): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
}

/** The last CPU that is online. */
function lastCpu(): string {
  return Deno.readTextFileSync("/sys/devices/system/cpu/online").trim().split(/[-,]/).at(-1)!;
}

Deno.test("a runbook is kept: its runs, wakes and CPUs; the file says what was declared and what replaced it", async () => {
  using place = new Place();
  const cpu = lastCpu();
  const toml = `runs = 99\nperiod = "20ms"\nwakes = ["timer", "pipe"]\ncpus = [${cpu}]\nwarm_up_runs = 1\n`;
  const { code, stderr } = await capture([EXECUTABLE, ...place.arguments(toml, "--runs", "24")]);
  assert.equal(code, 0, stderr);
  const { meta, rows } = parseMeasurement(Deno.readTextFileSync(place.out));
  assert.equal(rows.length, 24);
  const declared = { runs: 24, period_ns: 20_000_000, wake: "timer,pipe", cpus: cpu, warm_up_runs: 1 };
  assert.deepEqual({ ...meta.runbook, ...declared }, meta.runbook);
  assert.equal(meta.runbook_sha256, await sha256(canonicalRunbook(meta.runbook as unknown as Runbook)));
  assert.deepEqual(meta.runbook_file, { name: "lab.toml", sha256: await sha256(toml) });
  assert.deepEqual(meta.overrides, ["runs"]);
  const seen = rows.filter(({ correlation_id }) => correlation_id !== "");
  assert.ok(seen.length > 0);
  for (const row of seen) {
    for (const name of ["prev_cpu", "target_cpu", "tkread_cpu"] as const) {
      assert.ok([cpu, ""].includes(row[name]), `run ${row.run} ${name} ${row[name]}`);
    }
    assert.equal(row.target_cpu, cpu);
  }
});

Deno.test("only the runs that the runbook's stacks name have stacks; what follows from one is empty without it", async () => {
  for (const [stacks, runs] of [["every:2", 40], ["none", 5]] as const) {
    using place = new Place();
    const toml = `runs = ${runs}\nperiod = "20ms"\nstacks = "${stacks}"\nrequire = "tracepoint"\n`;
    const { code, stdout, stderr } = await capture([EXECUTABLE, ...place.arguments(toml)]);
    assert.equal(code, 0, stderr);
    const { meta, rows, stacks: frames } = parseMeasurement(Deno.readTextFileSync(place.out));
    assert.equal(meta.runbook.stacks, stacks);
    const design = { wake: "timer", load: "idle", order_seed: 1, stacks };
    // A run of which the kernel showed no wakeup has no stack either (run_test.ts).
    const seen = rows.filter(({ correlation_id }) => correlation_id !== "");
    assert.ok(seen.length > runs / 2, `${seen.length} of ${runs} seen`);
    for (const row of seen) {
      const { stack } = cellOf(design, Number(row.run));
      // At this tier only the stack tells the context.
      for (const name of ["ttwu_stack", "waker_context"] as const) {
        assert.equal(row[name] !== "", stack, `${name} of ${JSON.stringify(row)}`);
      }
      assert.equal(row.status, "complete");
    }
    assert.equal(frames.size > 0, stacks !== "none");
    assert.equal(/not observed [^:]*ttwu_stack/.test(stdout), stacks === "none", stdout);
  }
});

/** Name and CPUs of each thread of a process, without threads that end meanwhile. */
function threadsOf(pid: number): { name: string; cpus: string }[] {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap((thread) => {
    try {
      const status = Deno.readTextFileSync(`/proc/${pid}/task/${thread.name}/status`);
      const field = (name: string) => new RegExp(`^${name}:\\t(.+)$`, "m").exec(status)?.[1] ?? "";
      return [{ name: field("Name"), cpus: field("Cpus_allowed_list") }];
    } catch {
      return [];
    }
  });
}

Deno.test("only the target is kept on its CPU; what wakes it runs anywhere", async () => {
  using place = new Place();
  const [cpu, all] = [lastCpu(), threadsOf(Deno.pid)[0]!.cpus];
  const args = place.arguments(`runs = 1000\nperiod = "30ms"\nwakes = ["pipe"]\ncpus = [${cpu}]\n`);
  const child = new Deno.Command(EXECUTABLE, { args, stdout: "null", stderr: "null" }).spawn();
  let ended = false;
  const status = child.status.then(() => ended = true);
  const seen = new Set<string>();
  const looked = () => [`probe-target ${cpu}`, `probe-waker ${all}`].every((thread) => seen.has(thread));
  while (!ended && !looked()) {
    for (const { name, cpus } of threadsOf(child.pid)) seen.add(`${name} ${cpus}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  if (!ended) child.kill("SIGINT");
  await status;
  assert.ok(looked(), [...seen].join("; "));
  assert.equal(seen.has(`probe-waker ${cpu}`), all === cpu);
});

Deno.test("an option that repeats the default is not an override", async () => {
  using place = new Place();
  const options = ["--runs", "30", "--period", "5ms"];
  const { code, stderr } = await capture([EXECUTABLE, "run", ...options, "--out", place.out]);
  assert.equal(code, 0, stderr);
  const { meta } = parseMeasurement(Deno.readTextFileSync(place.out));
  assert.deepEqual([meta.runbook_file, meta.overrides], [undefined, ["period_ns"]]);
});

/** Refused before anything is attached: exit code, message, and no file. */
const REFUSED: readonly (readonly [what: string, toml: string, code: number, message: RegExp])[] = [
  [
    "a wrong key",
    "runs = 3\nperoid = 1\n",
    2,
    /lab\.toml line 2: peroid: there is no such key; did you mean period\?/,
  ],
  ["a CPU that is not there", "cpus = [0, 8191]", 3, /on CPU 0, 8191; not online: 8191; declare some of 0/],
  [
    "an absent clocksource",
    'clocksource = "sundial"',
    3,
    /wants the clocksource sundial, this kernel offers \w/,
  ],
];

for (const [what, toml, expected, message] of REFUSED) {
  Deno.test(`a runbook with ${what} ends the call in one line, and leaves no file`, async () => {
    using place = new Place();
    const { code, stdout, stderr } = await capture([EXECUTABLE, ...place.arguments(toml)]);
    assert.equal(code, expected, stderr);
    assert.match(stderr, message);
    assert.match(stderr, /^probe: [^\n]+\n$/);
    assert.equal(stdout, "");
    assert.throws(() => Deno.statSync(place.out), Deno.errors.NotFound);
  });
}

/** An hour that begins in more than an hour, whatever the time is now. */
function closedHours(): string {
  const hour = (ahead: number) => String((new Date().getUTCHours() + ahead) % 24).padStart(2, "0");
  return `hours = "${hour(3)}-${hour(4)}"`;
}

Deno.test("outside its hours a runbook is refused with --no-wait, and no file is left", async () => {
  using place = new Place();
  const { code, stderr } = await capture([EXECUTABLE, ...place.arguments(closedHours(), "--no-wait")]);
  assert.equal(code, 1, stderr);
  assert.match(
    stderr,
    /^probe: outside the runbook's hours \d\d-\d\d UTC, which begin at [\d-]+ \d\d:00; start again /,
  );
  assert.throws(() => Deno.statSync(place.out), Deno.errors.NotFound);
});

for (const [signal, exitCode] of [["SIGINT", 130], ["SIGTERM", 143]] as const) {
  Deno.test(`outside its hours a runbook waits, says until when, and ends at ${signal} without a file`, async () => {
    using place = new Place();
    const args = place.arguments(closedHours());
    const child = new Deno.Command(EXECUTABLE, { args, stdout: "null", stderr: "piped" }).spawn();
    let said = "";
    for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
      const waited = said.includes("\n");
      said += part;
      if (!waited && said.includes("\n")) child.kill(signal);
    }
    const { code } = await child.status;
    const [waiting, ended] = said.split("\n");
    assert.match(
      waiting!,
      /^outside the runbook's hours .* UTC: waiting until .* UTC, [23] h \d+ min from now$/,
    );
    assert.match(
      ended!,
      /^probe: interrupted while waiting for the runbook's hours .*; nothing was measured/,
    );
    assert.equal(code, exitCode);
    assert.throws(() => Deno.statSync(place.out), Deno.errors.NotFound);
  });
}
