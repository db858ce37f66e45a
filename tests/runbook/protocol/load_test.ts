import assert from "node:assert/strict";
import fc from "fast-check";
import { busyThreads, loadsBeyond, MOST_THREADS, startLoad } from "../../../runbook/protocol/load.ts";

Deno.test("idle keeps no thread busy, cpu:N keeps N", () => {
  assert.equal(busyThreads("idle"), 0);
  fc.assert(fc.property(fc.integer({ min: 1, max: MOST_THREADS }), (n) => {
    assert.equal(busyThreads(`cpu:${n}`), n);
  }));
});

Deno.test("what is not a load is refused", () => {
  for (
    const text of ["", "cpu", "cpu:", "cpu:0", "cpu:01", "cpu:-1", "cpu:1.5", "cpu:1e2", "cpu:8193", "busy"]
  ) {
    assert.equal(busyThreads(text), null, text);
  }
});

Deno.test("idle starts no thread, cpu:3 starts three and ends them with its scope", () => {
  const calls: (number | string)[] = [];
  const start = (threads: number) => {
    calls.push(threads);
    return { [Symbol.dispose]: () => void calls.push("ended") };
  };
  for (const load of ["idle", "cpu:3"]) {
    using _load = startLoad(load, start);
    calls.push(load);
  }
  assert.deepEqual(calls, ["idle", 3, "cpu:3", "ended"]);
});

Deno.test("a load that the system refuses is named with the reason", () => {
  const refuse = () => {
    throw new Error("4 busy threads cannot be started: EAGAIN");
  };
  const files: Readonly<Record<string, string>> = {
    "/proc/self/limits": "Max processes             12                   12                   processes \n",
    "/proc/self/cgroup": "0::/box\n",
    "/proc/self/mountinfo": "30 23 0:26 / /cg rw - cgroup2 cgroup2 rw\n",
    "/cg/box/pids.max": "10\n",
  };
  assert.throws(() => startLoad("cpu:4", refuse, (path) => files[path] ?? null), {
    name: "Failure",
    exitCode: 1,
    message: "load cpu:4 cannot be made: 4 busy threads cannot be started: EAGAIN (RLIMIT_NPROC 12, " +
      "pids.max 10 of /cg/box); declare fewer threads, or allow this process more (ulimit -u, pids.max of its cgroup)",
  });
  assert.throws(() => startLoad("cpu:4", refuse, () => null), /started: EAGAIN; declare fewer threads/);
});

Deno.test("loads with more threads than CPUs are found", () => {
  assert.deepEqual(loadsBeyond("idle,cpu:2,cpu:3,cpu:8", 2), ["cpu:3", "cpu:8"]);
  assert.deepEqual(loadsBeyond("cpu:2", 2), []);
});
