/**
 * Which scheduling the kernel allows a thread of this process: why it refuses what a runbook declares, and
 * what helps.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { type AskedAttributes, AttributesError } from "../../ffi/attributes.ts";
import { ERRNO, errnoName } from "../../system/errno.ts";
import { readTaskAttributes } from "./attributes.ts";
import { hasCapability } from "./capabilities.ts";
import { limitOf } from "./limits.ts";
import type { ReadText } from "./machine.ts";

/** The messages for sched_setscheduler(2) and for setpriority(2). */
const FORBIDDEN: readonly number[] = [ERRNO.EPERM, ERRNO.EACCES];

/** The error of an attempt in words. */
export function attributesFailure(
  { does, errno }: AttributesError,
  asked: AskedAttributes,
  read: ReadText,
): Failure {
  const { reason, remedy } = reasonOf(errno, asked, read);
  const what = does === "not give"
    ? `cannot give the target ${inWords(asked)}`
    : `cannot take ${inWords(asked)} from the target again after a run`;
  return new Failure(EXIT.cannotMeasure, `${what}: ${reason}`, remedy);
}

function inWords({ cpus, policy, priority, nice }: AskedAttributes): string {
  return [
    ...cpus === null ? [] : [`CPU ${cpus.join(", ")}`],
    ...policy === null ? [] : [`policy ${policy}`],
    ...priority === null ? [] : [`priority ${priority}`],
    ...nice === null ? [] : [`nice ${nice}`],
  ].join(", ");
}

interface Reason {
  readonly reason: string;
  readonly remedy: string;
}

function reasonOf(errno: number, asked: AskedAttributes, read: ReadText): Reason {
  if (FORBIDDEN.includes(errno)) return forbidden(errnoName(errno), asked, read);
  if (errno === ERRNO.EINVAL && lacksPriority(asked, read)) {
    return {
      reason: `it inherits its priority, and probe was started with none`,
      remedy: "declare a priority from 1 to 99, or start probe with one (chrt --fifo 50 probe run)",
    };
  }
  if (errno === ERRNO.EINVAL && asked.cpus !== null) {
    return {
      reason: "this process may run on none of these CPUs (its cgroup's cpuset)",
      remedy: "declare some of those that Cpus_allowed_list in /proc/self/status names",
    };
  }
  return { reason: errnoName(errno), remedy: "leave them out, or use a kernel that takes them" };
}

function lacksPriority({ policy, priority }: AskedAttributes, read: ReadText): boolean {
  return (policy === "fifo" || policy === "rr") && priority === null &&
    readTaskAttributes(read, "self")?.priority === 0;
}

function forbidden(errno: string, { policy }: AskedAttributes, read: ReadText): Reason {
  const limits = `RLIMIT_RTPRIO ${shown(limitOf(read, "Max realtime priority"))}, ` +
    `RLIMIT_NICE ${shown(limitOf(read, "Max nice priority"))}`;
  if (hasCapability(read, "CAP_SYS_NICE")) {
    const group = policy === "fifo" || policy === "rr"
      ? "its cgroup may have no real-time time (cpu.rt_runtime_us), or "
      : "";
    return {
      reason:
        `the kernel forbids it (${errno}), though this process has CAP_SYS_NICE: ${group}a filter refuses it`,
      remedy: "run it outside of that cgroup or container, or leave the keys out",
    };
  }
  return {
    reason: `the kernel forbids it (${errno}): this process lacks CAP_SYS_NICE, and its limits are ${limits}`,
    remedy: "run it as root (sudo), raise the limits (ulimit -r, ulimit -e), or leave the keys out",
  };
}

function shown(limit: number | null): string {
  return limit === null ? "not known" : limit === Infinity ? "unlimited" : String(limit);
}
