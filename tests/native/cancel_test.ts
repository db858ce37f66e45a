import assert from "node:assert/strict";
import { NativeTarget, TargetError } from "../../ffi/target.ts";
import { ERRNO } from "../../system/errno.ts";
import { nativeTimer } from "../../ffi/trigger.ts";
import { openNativeParts } from "../../runbook/probes/native_parts.ts";

const NS_PER_S = 1_000_000_000n;

/** Threads of this process that sleep like a target. */
function sleepingTargets(): number {
  return [...Deno.readDirSync("/proc/self/task")].filter(({ name }) => {
    try {
      const status = Deno.readTextFileSync(`/proc/self/task/${name}/status`);
      return /^Name:\tprobe-target$/m.test(status) && /^State:\tS/m.test(status);
    } catch {
      return false;
    }
  }).length;
}

Deno.test("a run that was cancelled can be done again under its number", async () => {
  const { native, attach } = await openNativeParts();
  using probes = attach({
    require: "tracepoint",
    detail: false,
    keepsRecent: false,
    pidNamespace: null,
    targetTells: true,
  });
  const target = new NativeTarget(native, { trigger: nativeTimer(native) });
  for (const wake of ["timer", "pipe"]) {
    const first = target.run(probes.armedMapFd, 1, target.realtimeNow() + 3600n * NS_PER_S, wake)
      .then(() => assert.fail("an hour has not passed"), (error) => error);
    while (sleepingTargets() === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    target.cancel();
    const error = await first;
    assert.ok(error instanceof TargetError && error.errno === ERRNO.EINTR, String(error));
    const edge = target.realtimeNow() + NS_PER_S;
    const { value_ns, edge_ns } = await target.run(probes.armedMapFd, 1, edge, wake);
    assert.ok(value_ns !== null && edge_ns !== null && value_ns >= edge_ns);
    probes.abandon(1);
  }
});
