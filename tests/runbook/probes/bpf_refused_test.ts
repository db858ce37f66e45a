import assert from "node:assert/strict";
import { refusedBy } from "../../../runbook/probes/bpf_refused.ts";
import { ERRNO } from "../../../system/errno.ts";
import { evidence } from "./evidence.ts";

const OLD = { "/proc/sys/kernel/osrelease": "5.10.0-30-amd64\n" };
const LIMITED = {
  "/proc/self/limits": "Max locked memory         65536                65536        bytes     \n",
};
const FILTERED = { "/proc/self/status": "Name:\tprobe\nSeccomp:\t2\nSeccomp_filters:\t1\n" };
const SELINUX = { "/sys/kernel/security/lsm": "lockdown,capability,yama,selinux,bpf" };

Deno.test("a filter is seen by a call that bpf() itself would refuse otherwise", () => {
  const filter = evidence({ ...FILTERED, ...LIMITED, ...OLD, ...SELINUX }, ERRNO.EPERM);
  assert.deepEqual(refusedBy(ERRNO.EPERM, filter), { code: "seccomp", errno: ERRNO.EPERM });
  assert.deepEqual(refusedBy(ERRNO.ENOSYS, evidence(FILTERED, ERRNO.ENOSYS)), {
    code: "seccomp",
    errno: ERRNO.ENOSYS,
  });
});

Deno.test("a filter that lets bpf() through is not blamed", () => {
  assert.deepEqual(refusedBy(ERRNO.EPERM, evidence({ ...FILTERED, ...SELINUX })), {
    code: "security_module",
    errno: ERRNO.EPERM,
    modules: ["selinux", "bpf"],
  });
});

Deno.test("RLIMIT_MEMLOCK is the reason before Linux 5.11 only, and only where it is a limit", () => {
  assert.deepEqual(refusedBy(ERRNO.EPERM, evidence({ ...OLD, ...LIMITED })), {
    code: "memlock",
    limitBytes: 65536,
  });
  const unlimited = {
    "/proc/self/limits": "Max locked memory         unlimited            unlimited    bytes\n",
  };
  for (
    const files of [
      { ...LIMITED, "/proc/sys/kernel/osrelease": "5.11.0\n" },
      { ...LIMITED, "/proc/sys/kernel/osrelease": "6.12.117-amd64\n" },
      { ...OLD, ...unlimited },
    ]
  ) {
    const reason = { code: "not_permitted", errno: ERRNO.EPERM };
    assert.deepEqual(refusedBy(ERRNO.EPERM, evidence(files)), reason);
  }
});

Deno.test("security modules that are not asked about bpf() are not named", () => {
  const apparmor = { "/sys/kernel/security/lsm": "lockdown,capability,landlock,yama,apparmor" };
  assert.deepEqual(refusedBy(ERRNO.EACCES, evidence(apparmor)), {
    code: "not_permitted",
    errno: ERRNO.EACCES,
  });
});

Deno.test("a kernel without bpf() is told from one that refuses it, and another error is no refusal", () => {
  assert.deepEqual(refusedBy(ERRNO.ENOSYS, evidence({}, ERRNO.ENOSYS)), { code: "no_bpf" });
  assert.equal(refusedBy(ERRNO.EINVAL, evidence(FILTERED, ERRNO.EPERM)), null);
});
