/** What must be true before a probe can be loaded, checked first because the kernel's own answer is a bare EPERM. */

import { EXIT, Failure } from "../analysis/failure.ts";
import type { ReadText } from "./machine.ts";

const CAP_SYS_ADMIN = 21n;
const CAP_PERFMON = 38n;
const CAP_BPF = 39n;

/**
 * @param hasBtf whether /sys/kernel/btf/vmlinux exists (it is binary and megabytes long: not for `read`)
 * @throws Failure (cannot measure) with what is missing, why it is needed, what to do
 */
export function preflight(read: ReadText, hasBtf: boolean): void {
  checkCapabilities(read);
  checkLockdown(read);
  if (!hasBtf) {
    throw new Failure(
      EXIT.cannotMeasure,
      "cannot load the probes: this kernel has no type information (/sys/kernel/btf/vmlinux is missing)",
      "use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as Debian's are, and mount /sys",
    );
  }
}

function checkCapabilities(read: ReadText): void {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(read("/proc/self/status") ?? "")?.[1];
  if (effective === undefined) {
    throw new Failure(
      EXIT.cannotMeasure,
      "cannot see this process's capabilities: /proc/self/status is missing",
      "mount /proc",
    );
  }
  const has = (capability: bigint) => (BigInt(`0x${effective}`) >> capability & 1n) === 1n;
  if (has(CAP_SYS_ADMIN) || (has(CAP_BPF) && has(CAP_PERFMON))) return;
  const missing = [...(has(CAP_BPF) ? [] : ["CAP_BPF"]), ...(has(CAP_PERFMON) ? [] : ["CAP_PERFMON"])];
  throw new Failure(
    EXIT.cannotMeasure,
    `cannot load the probes: this process lacks ${
      missing.join(" and ")
    }, which the kernel demands for tracing`,
    "run it as root (sudo)",
  );
}

/** Only `confidentiality` forbids BPF programs to read kernel memory; `integrity` lets them. */
function checkLockdown(read: ReadText): void {
  const mode = /\[(\w+)\]/.exec(read("/sys/kernel/security/lockdown") ?? "")?.[1];
  if (mode !== "confidentiality") return;
  throw new Failure(
    EXIT.cannotMeasure,
    "cannot load the probes: kernel lockdown is in confidentiality mode, which forbids tracing programs",
    "boot without lockdown=confidentiality",
  );
}
