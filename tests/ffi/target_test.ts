import assert from "node:assert/strict";
import { openNativeLibrary } from "../../ffi/native_library.ts";
import {
  clockStepCounter,
  NativeTarget,
  REQUEST_FIELDS,
  RESULT_FIELDS,
  TargetError,
} from "../../ffi/target.ts";
import { nativeTimer } from "../../ffi/trigger.ts";

const LIBRARY = Deno.readFileSync("build/out/libtarget.so");
const EBADF = 9;
const EINVAL = 22;

/** The errno with which a run ends that has no map to arm: EBADF, once the target has come so far. */
async function errnoOf(cpus: readonly number[] | undefined): Promise<number> {
  const native = openNativeLibrary(LIBRARY);
  const trigger = nativeTimer(native);
  const target = new NativeTarget(native, cpus === undefined ? { trigger } : { trigger, cpus });
  const error = await target.run(-1, 1, 0n, "timer").then(
    () => assert.fail("it has no map"),
    (error) => error,
  );
  assert.ok(error instanceof TargetError, String(error));
  return error.errno;
}

/** A field of a thread's status; null when the thread has ended. */
function fieldOf(thread: string, name: string): string | null {
  try {
    return new RegExp(`^${name}:\\t(\\S+)`, "m").exec(Deno.readTextFileSync(`${thread}/status`))?.[1] ?? null;
  } catch {
    return null;
  }
}

/** What is read of the threads on which targets have been. */
function ofTargets<T>(read: (thread: string) => T): T[] {
  // A thread's own folder has no timerslack_ns; /proc has, under its number.
  const threads = [...Deno.readDirSync("/proc/self/task")].map(({ name }) => `/proc/${name}`);
  return [...new Set(threads.filter((thread) => fieldOf(thread, "Name") === "probe-target").map(read))];
}

/** Where they may run. */
const affinities = () => ofTargets((thread) => fieldOf(thread, "Cpus_allowed_list"));

Deno.test("the target is kept on its CPUs before anything else, and its thread is let go after the run", async () => {
  const allowed = fieldOf("/proc/self", "Cpus_allowed_list")!;
  const [first] = allowed.split(/[-,]/).map(Number);
  assert.equal(await errnoOf(undefined), EBADF);
  assert.equal(await errnoOf([first!]), EBADF);
  assert.deepEqual(affinities(), [allowed]);
  assert.equal(await errnoOf([8191]), EINVAL);
  assert.deepEqual(affinities(), [allowed]);
  assert.equal(await errnoOf([first!, 8191]), EBADF);
  assert.deepEqual(affinities(), [allowed]);
});

Deno.test("the timer slack of the target's thread is after the run what it was before", async () => {
  const slack = (thread: string) => Deno.readTextFileSync(`${thread}/timerslack_ns`);
  assert.equal(await errnoOf(undefined), EBADF);
  assert.deepEqual(ofTargets(slack), [slack("/proc/self")]);
});

Deno.test("the clock's steps are measured by the machine's own counter only where the kernel calls it steady", () => {
  const flags = /^flags\s*:(.*)$/m.exec(Deno.readTextFileSync("/proc/cpuinfo"))?.[1]?.split(" ") ?? [];
  const steady = flags.includes("constant_tsc") && flags.includes("nonstop_tsc");
  assert.equal(clockStepCounter(openNativeLibrary(LIBRARY)), steady ? "tsc" : "CLOCK_MONOTONIC_RAW");
});

/** Names of a struct's fields, each of which must take 8 bytes. */
function fieldsOf(header: string, struct: string): string[] {
  const body = new RegExp(`^struct ${struct} \\{\\n([^}]*)\\n\\};$`, "m").exec(header)?.[1];
  assert.ok(body !== undefined, struct);
  return body.replaceAll(/\/\*.*?\*\//gs, "").split("\n").map((line) => {
    const name = /^\s*u?int64_t (\w+);\s*$/.exec(line)?.[1];
    assert.ok(name !== undefined, line);
    return name;
  });
}

Deno.test("a target is asked, and answers, in the order of the C header", async () => {
  const header = await Deno.readTextFile("ffi/native/target.h");
  assert.deepEqual(fieldsOf(header, "target_request"), [...REQUEST_FIELDS]);
  assert.deepEqual(fieldsOf(header, "target_result"), [...RESULT_FIELDS]);
});
