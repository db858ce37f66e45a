import assert from "node:assert/strict";
import { AS_IT_IS, AttributesError } from "../../../ffi/attributes.ts";
import { attributesFailure } from "../../../runbook/machine/scheduling.ts";
import { ERRNO } from "../../../system/errno.ts";

const WITHOUT = "CapEff:\t000000c000200000\n";
const WITH = "CapEff:\t000001ffffffffff\n";
const LIMITS = "Max nice priority         0                    0                    \n" +
  "Max realtime priority     5                    5                    \n";
/** A shell under policy other, with blanks and brackets in its name. */
const OTHER = `7 (a) (b c) S 1 7 7 0 -1 4194304 ${Array(10).fill(0).join(" ")} 0 0 ${
  Array(22).fill(0).join(" ")
} 0 0 0\n`;

const reader = (files: Readonly<Record<string, string>>) => (path: string) => files[path] ?? null;

const here = reader({
  "/proc/self/status": WITHOUT,
  "/proc/self/limits": LIMITS,
  "/proc/self/stat": OTHER,
});

Deno.test("what the kernel forbids is refused with what was declared, the limits, and what would help", () => {
  const asked = { ...AS_IT_IS, policy: "fifo", priority: 50 } as const;
  const { exitCode, message } = attributesFailure(new AttributesError("not give", ERRNO.EPERM), asked, here);
  assert.equal(exitCode, 3);
  assert.equal(
    message,
    "cannot give the target policy fifo, priority 50: the kernel forbids it (EPERM): this process lacks CAP_SYS_NICE, " +
      "and its limits are RLIMIT_RTPRIO 5, RLIMIT_NICE 0; run it as root (sudo), raise the limits (ulimit -r, " +
      "ulimit -e), or leave the keys out",
  );
});

Deno.test("what the kernel would not take back after a run is refused too", () => {
  const asked = { ...AS_IT_IS, policy: "other", nice: 10 } as const;
  const { found } = attributesFailure(new AttributesError("not take back", ERRNO.EACCES), asked, here);
  assert.match(
    found,
    /^cannot take policy other, nice 10 from the target again after a run: .*\(EACCES\).*RLIMIT_NICE 0$/,
  );
});

Deno.test("a kernel that forbids it to the almighty is told with what may stand between", () => {
  const read = reader({ "/proc/self/status": WITH });
  const error = new AttributesError("not give", ERRNO.EPERM);
  assert.match(
    attributesFailure(error, { ...AS_IT_IS, policy: "rr", priority: 1 }, read).found,
    /though this process has CAP_SYS_NICE: its cgroup may have no real-time time \(cpu.rt_runtime_us\)/,
  );
  assert.doesNotMatch(
    attributesFailure(error, { ...AS_IT_IS, policy: "batch", nice: -1 }, read).found,
    /rt_runtime/,
  );
});

Deno.test("a real-time policy that inherits no priority, and CPUs of another cpuset, are told apart", () => {
  const error = new AttributesError("not give", ERRNO.EINVAL);
  const fifo = attributesFailure(error, { ...AS_IT_IS, policy: "fifo" }, here);
  assert.match(fifo.found, /^cannot give the target policy fifo: it inherits its priority, and probe was /);
  assert.match(fifo.remedy, /^declare a priority from 1 to 99, or start probe with one/);
  const cpus = attributesFailure(error, { ...AS_IT_IS, cpus: [2, 3] }, here);
  assert.match(cpus.found, /^cannot give the target CPU 2, 3: this process may run on none of these CPUs/);
  assert.match(attributesFailure(error, AS_IT_IS, here).found, /EINVAL$/);
});

Deno.test("limits that /proc does not tell are said to be unknown", () => {
  const { found } = attributesFailure(
    new AttributesError("not give", ERRNO.EPERM),
    { ...AS_IT_IS, policy: "rr", priority: 1 },
    reader({}),
  );
  assert.match(found, /RLIMIT_RTPRIO not known, RLIMIT_NICE not known$/);
});
