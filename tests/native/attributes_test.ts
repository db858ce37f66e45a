/** What the kernel makes of the target's threads while a run lasts. */

import assert from "node:assert/strict";
import { EXECUTABLE } from "../../build/parts/executable.ts";

const LONGEST_MS = 20_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A file of a thread; null when it has ended meanwhile. */
function fileOf(thread: string, name: string): string | null {
  try {
    return Deno.readTextFileSync(`/proc/${thread}/${name}`).trim();
  } catch {
    return null;
  }
}

/** What is read of each thread of the process that sleeps until a time, by the thread's name. */
function sleepersOf(pid: number, read: (thread: string) => string | null): [name: string, found: string][] {
  return [...Deno.readDirSync(`/proc/${pid}/task`)].flatMap(({ name: thread }) => {
    const sleeps = () => fileOf(thread, "wchan") === "hrtimer_nanosleep";
    if (!sleeps()) return [];
    const name = fileOf(thread, "comm");
    const found = read(thread);
    return name === null || found === null || !sleeps() ? [] : [[name, found]];
  });
}

/** Measures until each of those threads has been seen asleep. */
async function seenAsleep(
  options: readonly string[],
  names: readonly string[],
  read: (thread: string) => string | null,
): Promise<Map<string, Set<string>>> {
  const folder = Deno.makeTempDirSync({ prefix: "probe-attributes-" });
  try {
    const args = ["run", "--runs", "1000", "--quiet", "--out", `${folder}/out.csv`, ...options];
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
  const options = ["--period", "30ms", "--wake", "timer,pipe"];
  const seen = await seenAsleep(options, ["probe-target", "probe-waker"], slack);
  assert.deepEqual([seen.get("probe-target"), seen.get("probe-waker")], [new Set(["1"]), new Set(["1"])]);
});
