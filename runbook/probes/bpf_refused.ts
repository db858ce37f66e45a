/**
 * Why the kernel refuses bpf(), judged by what it shows of this process and of itself. The errno alone is the
 * same for a filter, a limit and a security module, and libbpf takes each of them for RLIMIT_MEMLOCK.
 */

import { limitOf } from "../machine/limits.ts";
import type { ReadText } from "../machine/machine.ts";
import { ERRNO } from "../../system/errno.ts";
import type { Reason } from "./reasons.ts";

/** What shows the cause of a refusal. */
export interface Evidence {
  readonly read: ReadText;
  /** The errno of a bpf() call that requests nothing, see ffi/native/libbpf_glue.c. */
  emptyCall(): number;
}

/** bpf() as a whole is not allowed, or does not exist. */
const REFUSALS: readonly number[] = [ERRNO.EPERM, ERRNO.EACCES, ERRNO.ENOSYS];

/** Security modules that can refuse bpf(); the others have no such hook (security_bpf(), 5.10 to 7.3). */
const ASKED_MODULES: readonly string[] = ["selinux", "bpf"];

/**
 * @param errno of the call that failed
 * @returns null when it was not a refusal
 */
export function refusedBy(errno: number, { read, emptyCall }: Evidence): Reason | null {
  if (!REFUSALS.includes(errno)) return null;
  const status = read("/proc/self/status") ?? "";
  const filtered = /^Seccomp:\s*[12]$/m.test(status);
  const empty = emptyCall();
  // An unknown command gets EINVAL in __sys_bpf(), after the check of capabilities: any other errno came
  // before that.
  if (empty !== ERRNO.EINVAL) {
    if (filtered) return { code: "seccomp", errno: empty };
    if (empty === ERRNO.ENOSYS) return { code: "no_bpf" };
    return { code: "not_permitted", errno };
  }
  const locked = limitOf(read, "Max locked memory");
  if (locked !== null && locked !== Infinity && countsLockedMemory(read)) {
    return { code: "memlock", limitBytes: locked };
  }
  const modules = (read("/sys/kernel/security/lsm") ?? "").trim().split(",").filter((name) =>
    ASKED_MODULES.includes(name)
  );
  if (modules.length > 0) return { code: "security_module", errno, modules };
  return { code: "not_permitted", errno };
}

/** Since 5.11 BPF's memory counts against the cgroup (bpf_map_charge_init() is gone). */
function countsLockedMemory(read: ReadText): boolean {
  const version = /^(\d+)\.(\d+)/.exec(read("/proc/sys/kernel/osrelease") ?? "");
  if (version === null) return false;
  const [major, minor] = [Number(version[1]), Number(version[2])];
  return major < 5 || (major === 5 && minor < 11);
}
