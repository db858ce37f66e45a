import assert from "node:assert/strict";
import { openNativeLibrary } from "../../ffi/native_library.ts";
import { tasksNamed } from "../../ffi/target.ts";
import { lastingName } from "../../runbook/protocol/settings.ts";

const LIBRARY = Deno.readFileSync("build/out/libtarget.so");

/** null: it has ended. */
function commOf(pid: number): string | null {
  try {
    return Deno.readTextFileSync(`/proc/${pid}/comm`).trimEnd();
  } catch {
    return null;
  }
}

/** Kernel threads whose name /proc shows with their work item, or longer than the kernel keeps it. */
const longNamed = [...Deno.readDirSync("/proc")].filter(({ name }) => /^\d+$/.test(name)).flatMap(
  ({ name }) => {
    const comm = commOf(Number(name));
    return comm !== null && (comm.length > 15 || lastingName(comm) !== comm)
      ? [{ pid: Number(name), comm }]
      : [];
  },
);

Deno.test("tasks are found by the name that /proc shows and by the one that the kernel keeps", () => {
  const native = openNativeLibrary(LIBRARY);
  assert.ok(longNamed.length > 0, "no kernel thread has a long name");
  for (const { pid, comm } of longNamed) {
    for (const name of [lastingName(comm), lastingName(comm).slice(0, 15)]) {
      // A worker may end and reappear under another pid.
      const isFound = tasksNamed(native, name).includes(pid) || commOf(pid) === null;
      assert.ok(isFound, `${pid} ${comm} by ${name}`);
    }
  }
});

Deno.test("a task is not found by the beginning of its name", () => {
  const native = openNativeLibrary(LIBRARY);
  for (const name of ["kworker", "kworker/", "kworker/R"]) assert.deepEqual(tasksNamed(native, name), []);
});
