/** Conditions for loading any probe, checked first because the kernel's own answer is a bare EPERM. */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { type Capability, hasCapability } from "./capabilities.ts";
import { limitOf, OPEN_FILES } from "./limits.ts";
import type { ReadText } from "./machine.ts";
import { checkNamespaces, isInitialUserNamespace, type ReadLink } from "./namespaces.ts";

/** The kernel's type information. It is binary and megabytes long, so only its presence is checked. */
export const KERNEL_BTF = "/sys/kernel/btf/vmlinux";

export const WITHOUT_BTF =
  "give its types with --btf FILE (see probe help tiers), or use a kernel built with CONFIG_DEBUG_INFO_BTF=y and mount /sys";

/** No probe can be loaded here. */
export class CannotLoad extends Failure {
  constructor(readonly why: string, remedy: string) {
    super(EXIT.cannotMeasure, `cannot load the probes: ${why}`, remedy);
  }
}

/**
 * @param hasBtf whether KERNEL_BTF exists, or a file gives the kernel's types
 * @throws Failure (cannot measure) with what is missing, why it is needed, what to do
 */
export function preflight(read: ReadText, readLink: ReadLink, hasBtf: boolean): void {
  checkCapabilities(read);
  checkUserNamespace(read, readLink);
  checkKernel(read, hasBtf);
  checkOpenFiles(read);
  checkNamespaces(read, readLink);
}

/**
 * Conditions of the machine itself, whatever this process is allowed to do.
 *
 * @throws Failure (cannot measure)
 */
export function checkKernel(read: ReadText, hasBtf: boolean): void {
  checkLockdown(read);
  if (!hasBtf) {
    throw new CannotLoad(
      `this kernel has no type information (${KERNEL_BTF} is missing)`,
      WITHOUT_BTF,
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
    `this process lacks ${missing.join(" and ")}, which the kernel demands for tracing${unprivileged(read)}`,
    "run it as root (sudo)",
  );
}

/** Without capabilities this setting decides about other programs, but never about tracing. */
function unprivileged(read: ReadText): string {
  const value = read("/proc/sys/kernel/unprivileged_bpf_disabled")?.trim();
  return value === undefined ? "" : ` whatever kernel.unprivileged_bpf_disabled is (${value})`;
}

export const OWN_USER_NAMESPACE = "this process is in a user namespace of its own";
export const LEAVE_USER_NAMESPACE =
  "run it outside of the container, or in one that shares the host's user namespace";

export const MORE_OPEN_FILES = `raise it (ulimit -n ${OPEN_FILES}, LimitNOFILE= of a service)`;

/** With too few, the hooks would fail one after the other. */
function checkOpenFiles(read: ReadText): void {
  const limit = limitOf(read, "Max open files");
  if (limit === null || limit >= OPEN_FILES) return;
  throw new CannotLoad(
    `the limit of open files (RLIMIT_NOFILE) is ${limit}, and ${OPEN_FILES} are needed`,
    MORE_OPEN_FILES,
  );
}

function checkUserNamespace(read: ReadText, readLink: ReadLink): void {
  if (isInitialUserNamespace(read, readLink) !== false) return;
  throw new CannotLoad(
    `${OWN_USER_NAMESPACE}, whose capabilities do not count for bpf()`,
    LEAVE_USER_NAMESPACE,
  );
}

export const WITHOUT_LOCKDOWN =
  "boot without lockdown=confidentiality (with Secure Boot some kernels set it themselves)";

/** Only `confidentiality` forbids BPF programs to read kernel memory; `integrity` allows it. */
function checkLockdown(read: ReadText): void {
  const mode = /\[(\w+)\]/.exec(read("/sys/kernel/security/lockdown") ?? "")?.[1];
  if (mode !== "confidentiality") return;
  throw new CannotLoad(
    "kernel lockdown is in confidentiality mode, which forbids tracing programs",
    WITHOUT_LOCKDOWN,
  );
}
