/** What must be true before a probe can be loaded, checked first because the kernel's own answer is a bare EPERM. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { type Capability, hasCapability } from "./capabilities.ts";
import type { ReadText } from "./machine.ts";
import { checkNamespaces, type ReadLink } from "./namespaces.ts";

/** The kernel's type information: binary and megabytes long, so only its presence is asked for. */
export const KERNEL_BTF = "/sys/kernel/btf/vmlinux";

/** No probe can be loaded here. */
export class CannotLoad extends Failure {
  constructor(readonly why: string, remedy: string) {
    super(EXIT.cannotMeasure, `cannot load the probes: ${why}`, remedy);
  }
}

/**
 * @param hasBtf whether KERNEL_BTF exists
 * @throws Failure (cannot measure) with what is missing, why it is needed, what to do
 */
export function preflight(read: ReadText, readLink: ReadLink, hasBtf: boolean): void {
  checkCapabilities(read);
  checkKernel(read, hasBtf);
  checkNamespaces(read, readLink);
}

/**
 * What holds for the machine whatever this process is allowed to do.
 *
 * @throws Failure (cannot measure)
 */
export function checkKernel(read: ReadText, hasBtf: boolean): void {
  checkLockdown(read);
  if (!hasBtf) {
    throw new CannotLoad(
      `this kernel has no type information (${KERNEL_BTF} is missing)`,
      "use a kernel built with CONFIG_DEBUG_INFO_BTF=y, as Debian's are, and mount /sys",
    );
  }
}

function checkCapabilities(read: ReadText): void {
  const has = (capability: Capability) => hasCapability(read, capability);
  if (has("CAP_BPF") === null) {
    throw new Failure(
      EXIT.cannotMeasure,
      "cannot see this process's capabilities: /proc/self/status is missing",
      "mount /proc",
    );
  }
  if (has("CAP_SYS_ADMIN") || (has("CAP_BPF") && has("CAP_PERFMON"))) return;
  const missing = (["CAP_BPF", "CAP_PERFMON"] as const).filter((capability) => !has(capability));
  throw new CannotLoad(
    `this process lacks ${missing.join(" and ")}, which the kernel demands for tracing`,
    "run it as root (sudo)",
  );
}

/** Only `confidentiality` forbids BPF programs to read kernel memory; `integrity` lets them. */
function checkLockdown(read: ReadText): void {
  const mode = /\[(\w+)\]/.exec(read("/sys/kernel/security/lockdown") ?? "")?.[1];
  if (mode !== "confidentiality") return;
  throw new CannotLoad(
    "kernel lockdown is in confidentiality mode, which forbids tracing programs",
    "boot without lockdown=confidentiality",
  );
}
