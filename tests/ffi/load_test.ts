import assert from "node:assert/strict";
import { startBusyThreads } from "../../ffi/load.ts";
import { openNativeLibrary } from "../../ffi/native_library.ts";
import { parseCpuList } from "../../runbook/machine/cpu_list.ts";

const LIBRARY = Deno.readFileSync("build/out/libtarget.so");

interface Thread {
  readonly state: string;
  readonly cpus: string;
  readonly blockedSignals: string;
}

/** The threads of this process that make load, as the kernel describes them. */
function busy(): Thread[] {
  const threads: Thread[] = [];
  for (const { name } of Deno.readDirSync("/proc/self/task")) {
    const status = Deno.readTextFileSync(`/proc/self/task/${name}/status`);
    const field = (name: string) => new RegExp(`^${name}:\\t(\\S+)`, "m").exec(status)?.[1] ?? "";
    if (field("Name") !== "probe-load") continue;
    threads.push({
      state: field("State"),
      cpus: field("Cpus_allowed_list"),
      blockedSignals: field("SigBlk"),
    });
  }
  return threads;
}

function allowed(): string[] {
  const status = Deno.readTextFileSync("/proc/self/status");
  return parseCpuList(/^Cpus_allowed_list:\t(\S+)/m.exec(status)![1]!)!.map(String);
}

Deno.test("busy threads run when they are handed over, each on one of the CPUs allowed in turn, and end with their scope", () => {
  using library = { native: openNativeLibrary(LIBRARY), [Symbol.dispose]() {} };
  const cpus = allowed();
  const threads = 2 * cpus.length + 1;
  {
    using _load = startBusyThreads(library.native, threads);
    const running = busy();
    assert.equal(running.length, threads);
    for (const { state, blockedSignals } of running) {
      assert.equal(state, "R");
      // All except SIGKILL and SIGSTOP, which cannot be blocked, and the two that glibc keeps for itself.
      assert.equal(BigInt(`0x${blockedSignals}`) & 0x7fff_fffen & ~(1n << 8n) & ~(1n << 18n), 0x7ffb_fefen);
    }
    const expected = Array.from({ length: threads }, (_, i) => cpus[i % cpus.length]!);
    assert.deepEqual(running.map(({ cpus }) => cpus).sort(), expected.sort());
  }
  assert.deepEqual(busy(), []);
});

Deno.test("loads one after the other leave no thread behind", () => {
  const native = openNativeLibrary(LIBRARY);
  for (let i = 0; i < 200; i++) startBusyThreads(native, 2)[Symbol.dispose]();
  assert.deepEqual(busy(), []);
});
