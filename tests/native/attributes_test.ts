/** What the kernel does with the target's threads during a run. */

import assert from "node:assert/strict";
import { capture } from "../../build/process/command.ts";
import { EXECUTABLE } from "../../build/parts/executable.ts";
import type { Meta } from "../../analysis/result/meta.ts";
import { compiled } from "../harness/compiled.ts";
import { parseMeasurement } from "../harness/measurement.ts";

const LONGEST_MS = 20_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A file of a thread; null when the thread has ended meanwhile. */
function fileOf(thread: string, name: string): string | null {
  try {
    return Deno.readTextFileSync(`/proc/${thread}/${name}`).trim();
  } catch {
    return null;
  }
}

/** What is read from each thread of the process that sleeps until a time, by the thread's name. */
function sleepersOf(pid: number, read: (thread: string) => string | null): [name: string, found: string][] {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name: thread }) => {
    const sleeps = () => fileOf(thread, "wchan") === "hrtimer_nanosleep";
    if (!sleeps()) return [];
    const name = fileOf(thread, "comm");
    const found = read(thread);
    return name === null || found === null || !sleeps() ? [] : [[name, found]];
  });
}

/** `probe run` of a runbook. */
function argumentsFor(folder: string, toml: string): string[] {
  Deno.writeTextFileSync(`${folder}/lab.toml`, toml);
  return ["run", "--quiet", "--runbook", `${folder}/lab.toml`, "--out", `${folder}/out.csv`];
}

/** Measures until each of those threads has been seen asleep. */
async function seenAsleep(
  toml: string,
  names: readonly string[],
  read: (thread: string) => string | null,
): Promise<Map<string, Set<string>>> {
  const folder = Deno.makeTempDirSync({ prefix: "probe-attributes-" });
  try {
    const args = argumentsFor(folder, `runs = 1000\nperiod = "30ms"\nwakes = ["timer", "pipe"]\n${toml}`);
    const child = new Deno.Command(EXECUTABLE, { args, stdout: "null", stderr: "piped" }).spawn();
    let ended = false;
    const output = child.output().finally(() => ended = true);
    const seen = new Map<string, Set<string>>();
    for (let left = LONGEST_MS; left > 0 && !ended && !names.every((name) => seen.has(name)); left--) {
      for (const [name, found] of sleepersOf(child.pid, read)) {
        seen.set(name, (seen.get(name) ?? new Set()).add(found));
      }
      await pause(1);
    }
    if (!ended) child.kill("SIGINT");
    const said = new TextDecoder().decode((await output).stderr);
    assert.ok(names.every((name) => seen.has(name)), `${[...seen.keys()].join(", ")}: ${said}`);
    return seen;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("no slack of their own delays the target and what wakes it, whatever they have inherited", async () => {
  const slack = (thread: string) => fileOf(thread, "timerslack_ns");
  assert.notEqual(slack("self"), "1");
  const seen = await seenAsleep("", ["probe-target", "probe-waker"], slack);
  assert.deepEqual([seen.get("probe-target"), seen.get("probe-waker")], [new Set(["1"]), new Set(["1"])]);
});

/** Fields 41, 40 and 19 of a thread's stat. */
function schedulingOf(thread: string): string | null {
  const fields = fileOf(thread, "stat")?.replace(/^.*\) /s, "").split(" ");
  return fields === undefined ? null : `policy ${fields[38]} priority ${fields[37]} nice ${fields[16]}`;
}

/** What is not declared is inherited: a test may run under nice. */
const NICE = Number(schedulingOf("self")!.split(" ").at(-1));

/**
 * What a runbook declares, and what the target then has; policies by number as in include/uapi/linux/sched.h.
 */
const DECLARED: readonly (readonly [toml: string, found: string])[] = [
  ['policy = "fifo"\npriority = 50', `policy 1 priority 50 nice ${NICE}`],
  ['policy = "rr"\npriority = 1', `policy 2 priority 1 nice ${NICE}`],
  ['policy = "batch"\nnice = -7', "policy 3 priority 0 nice -7"],
  ['policy = "other"\nnice = 5', "policy 0 priority 0 nice 5"],
  ['policy = "idle"', `policy 5 priority 0 nice ${NICE}`],
];

for (const [toml, expected] of DECLARED) {
  Deno.test(`a target declared ${toml.replace("\n", ", ")} has that, and what wakes it has not`, async () => {
    const seen = await seenAsleep(toml, ["probe-target", "probe-waker"], schedulingOf);
    assert.deepEqual(seen.get("probe-target"), new Set([expected]));
    assert.deepEqual(seen.get("probe-waker"), new Set([schedulingOf("self")!]));
  });
}

/** Measures a few runs, started in this way, and reads the file. */
async function measured(toml: string, ...start: string[]): Promise<{ meta: Meta; text: string }> {
  const folder = Deno.makeTempDirSync({ prefix: "probe-attributes-" });
  try {
    const args = argumentsFor(folder, `runs = 3\nperiod = "50ms"\n${toml}`);
    const { code, stderr } = await capture([...start, EXECUTABLE, ...args]);
    assert.equal(code, 0, stderr);
    const text = Deno.readTextFileSync(`${folder}/out.csv`);
    return { meta: parseMeasurement(text).meta, text };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

/** CPUs that the tests may run on. */
const CPUS = /^Cpus_allowed_list:\s*(\S+)$/m.exec(fileOf("self", "status")!)![1];

Deno.test("the meta line has what the target had, declared or inherited, and compare shows what differs", async () => {
  const plain = await measured("");
  const { attributes } = plain.meta;
  const usual = { policy: "other", priority: 0, nice: NICE, timerslack_ns: 1, cpus_allowed: CPUS };
  assert.deepEqual({ ...attributes, ...usual }, attributes);
  const fifo = await measured("", "chrt", "--fifo", "50");
  const realtime = { policy: "fifo", priority: 50, timerslack_ns: 0 };
  assert.deepEqual(fifo.meta.attributes, { ...attributes, ...realtime });
  assert.deepEqual(fifo.meta.runbook, plain.meta.runbook);
  const declared = await measured('policy = "batch"\nnice = 3', "chrt", "--fifo", "50");
  assert.deepEqual(declared.meta.attributes, { ...attributes, policy: "batch", nice: 3 });
  const context = await comparedTexts(plain.text, fifo.text);
  assert.match(
    context,
    /^ {2}policy +other \| fifo\n {2}priority +0 \| 50\n {2}timerslack_ns +1 ns \| 0 ns$/m,
  );
  assert.match(
    await comparedTexts(plain.text, declared.text),
    /CONFOUNDED[^]*runbook policy: inherit in A, batch in B/,
  );
});

async function comparedTexts(...texts: string[]): Promise<string> {
  const folder = Deno.makeTempDirSync({ prefix: "probe-attributes-" });
  try {
    const paths = texts.map((text, i) => {
      Deno.writeTextFileSync(`${folder}/${i}.csv`, text);
      return `${folder}/${i}.csv`;
    });
    return (await capture([EXECUTABLE, "compare", "--details", ...paths])).stdout;
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

Deno.test("another task's attributes are in the meta line as it has them", async () => {
  const folder = Deno.makeTempDirSync({ prefix: "probe-attributes-" });
  try {
    const program = `${folder}/inner`;
    Deno.writeFileSync(program, await compiled("tests/harness/programs/waits.c"), { mode: 0o755 });
    const task = new Deno.Command("nice", { args: ["-n", "4", "chrt", "--batch", "0", program] }).spawn();
    try {
      const path = `${folder}/out.csv`;
      const args = ["run", "--target", `pid:${task.pid}`, "--runs", "2", "--period", "100ms", "--out", path];
      const { code, stderr } = await capture([EXECUTABLE, ...args]);
      assert.equal(code, 0, stderr);
      const { attributes } = parseMeasurement(Deno.readTextFileSync(path)).meta;
      const own = {
        policy: "batch",
        priority: 0,
        nice: Math.min(NICE + 4, 19),
        timerslack_ns: Number(fileOf("self", "timerslack_ns")),
        cpus_allowed: CPUS,
      };
      assert.deepEqual({ ...attributes, ...own }, attributes);
    } finally {
      task.kill("SIGKILL");
      await task.status;
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});

/** Started in another way than by root with all rights: exit code and message, and no file. */
async function refused(toml: string, ...start: string[]): Promise<{ code: number; stderr: string }> {
  const folder = Deno.makeTempDirSync({ prefix: "probe-attributes-" });
  try {
    const { code, stderr } = await capture([...start, EXECUTABLE, ...argumentsFor(folder, toml)]);
    assert.match(stderr, /^probe: [^\n]+\n$/);
    assert.throws(() => Deno.statSync(`${folder}/out.csv`), Deno.errors.NotFound);
    return { code, stderr };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

const WITHOUT_NICE = ["prlimit", "--rtprio=0", "--nice=0", "setpriv", "--bounding-set=-sys_nice"];

Deno.test("a policy that this process may not give is refused before anything is measured", async () => {
  const { code, stderr } = await refused('policy = "fifo"\npriority = 50', ...WITHOUT_NICE);
  assert.equal(code, 3, stderr);
  assert.match(
    stderr,
    /cannot give the target policy fifo, priority 50: .*lacks CAP_SYS_NICE.*RLIMIT_RTPRIO 0/,
  );
});

Deno.test("a nice value that could not be taken back after a run is refused", async () => {
  assert.ok(NICE < 19, "the highest nice value cannot be raised: run the tests with a lower one");
  const { code, stderr } = await refused(`policy = "other"\nnice = ${NICE + 1}`, ...WITHOUT_NICE);
  assert.equal(code, 3, stderr);
  const found = `cannot take policy other, nice ${NICE + 1} from the target again after a run: `;
  assert.ok(stderr.includes(found) && stderr.includes("RLIMIT_NICE 0"), stderr);
});

Deno.test("a real-time policy inherits the priority that the program was started with, or is refused", async () => {
  const { code, stderr } = await refused('policy = "rr"');
  assert.equal(code, 3, stderr);
  assert.match(
    stderr,
    /cannot give the target policy rr: it inherits its priority, and probe was started with none/,
  );
  const folder = Deno.makeTempDirSync({ prefix: "probe-attributes-" });
  try {
    const args = argumentsFor(folder, 'policy = "rr"\nruns = 2\nperiod = "50ms"');
    const started = await capture(["chrt", "--fifo", "7", EXECUTABLE, ...args]);
    assert.equal(started.code, 0, started.stderr);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
});
