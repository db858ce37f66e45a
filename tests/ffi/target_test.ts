import assert from "node:assert/strict";
import {
  AS_IT_IS,
  type AskedAttributes,
  ATTRIBUTE_FIELDS,
  type TaskAttributes,
} from "../../ffi/attributes.ts";
import { openNativeLibrary } from "../../ffi/native_library.ts";
import {
  clockStepCounter,
  NativeTarget,
  REQUEST_FIELDS,
  RESULT_FIELDS,
  TargetError,
} from "../../ffi/target.ts";
import { formatCpuList } from "../../runbook/machine/cpu_list.ts";
import { nativeTimer } from "../../ffi/trigger.ts";
import { ERRNO } from "../../system/errno.ts";

const LIBRARY = Deno.readFileSync("build/out/libtarget.so");

function targetOf(asked: Partial<AskedAttributes>): NativeTarget {
  const native = openNativeLibrary(LIBRARY);
  return new NativeTarget(native, {
    trigger: nativeTimer(native),
    attributes: { ...AS_IT_IS, ...asked },
  });
}

/** The errno of a run without a map to arm: EBADF, once the target has come that far. */
async function errnoOf(asked: Partial<AskedAttributes>): Promise<number> {
  const error = await targetOf(asked).run(-1, 1, 0n, "timer").then(
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

/** What is read from the threads that have been targets. */
function ofTargets<T>(read: (thread: string) => T): T[] {
  // A thread's own folder has no timerslack_ns, but /proc has it under the thread's number.
  const threads = [...Deno.readDirSync("/proc/self/task")].map(({ name }) => `/proc/${name}`);
  return [...new Set(threads.filter((thread) => fieldOf(thread, "Name") === "probe-target").map(read))];
}

/** Where the threads may run. */
const affinities = () => ofTargets((thread) => fieldOf(thread, "Cpus_allowed_list"));

Deno.test("the target is kept on its CPUs before anything else, and its thread is let go after the run", async () => {
  const allowed = fieldOf("/proc/self", "Cpus_allowed_list")!;
  const [first] = allowed.split(/[-,]/).map(Number);
  assert.equal(await errnoOf({}), ERRNO.EBADF);
  assert.equal(await errnoOf({ cpus: [first!] }), ERRNO.EBADF);
  assert.deepEqual(affinities(), [allowed]);
  assert.equal(await errnoOf({ cpus: [8191] }), ERRNO.EINVAL);
  assert.deepEqual(affinities(), [allowed]);
  assert.equal(await errnoOf({ cpus: [first!, 8191] }), ERRNO.EBADF);
  assert.deepEqual(affinities(), [allowed]);
});

Deno.test("the timer slack of the target's thread is after the run what it was before", async () => {
  const slack = (thread: string) => Deno.readTextFileSync(`${thread}/timerslack_ns`);
  assert.equal(await errnoOf({}), ERRNO.EBADF);
  assert.deepEqual(ofTargets(slack), [slack("/proc/self")]);
});

/** Fields 19, 40 and 41 of a thread's stat: nice, rt_priority, policy. */
function schedulingOf(thread: string): string {
  const fields = Deno.readTextFileSync(`${thread}/stat`).replace(/^.*\) /s, "").split(" ");
  return [fields[16], fields[37], fields[38]].join(" ");
}

/** What is requested, and what the target then has: policy, priority, nice, slack. */
const ASKED: readonly (readonly [asked: Partial<AskedAttributes>, found: Partial<TaskAttributes>])[] = [
  [{}, { policy: "other", priority: 0, slackNs: 1 }],
  [{ policy: "other", nice: -5 }, { policy: "other", priority: 0, nice: -5, slackNs: 1 }],
  [{ policy: "batch", nice: 7 }, { policy: "batch", priority: 0, nice: 7, slackNs: 1 }],
  [{ policy: "idle" }, { policy: "idle", priority: 0, slackNs: 1 }],
  [{ policy: "fifo", priority: 7 }, { policy: "fifo", priority: 7, slackNs: 0 }],
  [{ policy: "rr", priority: 1 }, { policy: "rr", priority: 1, slackNs: 0 }],
];

for (const [asked, expected] of ASKED) {
  Deno.test(`a target of which ${JSON.stringify(asked)} is asked has that, and its thread has it no more after`, async () => {
    const found = await targetOf(asked).attributes();
    assert.deepEqual({ ...found, ...expected }, found);
    assert.equal(await errnoOf(asked), ERRNO.EBADF);
    assert.deepEqual(ofTargets(schedulingOf), [schedulingOf("/proc/self")]);
    assert.deepEqual(affinities(), [fieldOf("/proc/self", "Cpus_allowed_list")]);
  });
}

Deno.test("a target has the CPUs that are asked for, or those of the process", async () => {
  const { cpus } = await targetOf({}).attributes();
  assert.ok(cpus !== null);
  assert.equal(fieldOf("/proc/self", "Cpus_allowed_list"), formatCpuList(cpus));
  assert.deepEqual((await targetOf({ cpus: [cpus.at(-1)!] }).attributes()).cpus, [cpus.at(-1)]);
});

Deno.test("what the kernel does not give is an error with its errno", async () => {
  await assert.rejects(targetOf({ policy: "fifo" }).attributes(), { does: "not give", errno: ERRNO.EINVAL });
  await assert.rejects(targetOf({ cpus: [8191] }).attributes(), { does: "not give", errno: ERRNO.EINVAL });
  assert.deepEqual(ofTargets(schedulingOf), [schedulingOf("/proc/self")]);
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
  const attributes = await Deno.readTextFile("ffi/native/attributes.h");
  assert.deepEqual(fieldsOf(attributes, "task_attributes"), [...ATTRIBUTE_FIELDS]);
});
