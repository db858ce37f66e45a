/**
 * The attributes of a task, read from /proc and /sys: for the `# meta` line, and for doctor those of this
 * process.
 */

import type { Attributes } from "../../analysis/result/attributes.ts";
import { policyName, type TaskAttributes } from "../../ffi/attributes.ts";
import { readCpuLimits } from "./cgroup.ts";
import { cpuLatencyUs } from "./cpu_latency.ts";
import { deepestIdleState } from "./idle_states.ts";
import { formatCpuList, parseCpuList } from "./cpu_list.ts";
import { onlineCpus, type ReadText } from "./machine.ts";
import { readStat } from "./task_stat.ts";

/** The part of a machine that attributes are read from. */
export interface Tells {
  readonly read: ReadText;
  /** A file that is not text; null when it is absent or not readable. */
  readBytes(path: string): Uint8Array | null;
  exists(path: string): boolean;
}

/**
 * Attributes of a task as /proc shows them.
 *
 * @param task its folder in /proc: `self`, or a pid
 * @returns null when it has ended
 */
export function readTaskAttributes(read: ReadText, task: string): TaskAttributes | null {
  const stat = readStat(read, task);
  if (stat === null) return null;
  const field = (number: number) => Number(stat(number));
  const policy = policyName(field(41));
  const isRealtime = policy === "fifo" || policy === "rr";
  const slack = read(`/proc/${task}/timerslack_ns`)?.trim();
  const allowed = parseCpuList(
    /^Cpus_allowed_list:\s*(\S+)$/m.exec(read(`/proc/${task}/status`) ?? "")?.[1] ?? "",
  );
  // This mask may include CPUs that do not exist; that of sched_getaffinity(2) does not.
  const online = onlineCpus(read);
  return {
    policy,
    priority: field(40),
    nice: field(19),
    slackNs: isRealtime ? 0 : slack ? Number(slack) : null,
    cpus: online === null ? allowed : allowed?.filter((cpu) => online.includes(cpu)) ?? null,
  };
}

/** The active sched_ext scheduler: its name, or none; null: not known. */
export function readSchedExt({ read, exists }: Pick<Tells, "read" | "exists">): string | null {
  const folder = "/sys/kernel/sched_ext";
  const state = read(`${folder}/state`)?.trim();
  // Kernels before 6.12, and those without CONFIG_SCHED_CLASS_EXT, have none.
  if (state === undefined) return exists("/sys/kernel") && !exists(folder) ? "none" : null;
  if (state === "disabled") return "none";
  return read(`${folder}/root/ops`)?.trim() || state;
}

/**
 * What `# meta` says about a target.
 *
 * @param own the attributes of its thread
 * @param task its folder in /proc: `self` for a thread of this process
 */
export function metaAttributes(own: TaskAttributes, task: string, machine: Tells): Attributes {
  const { policy, priority, nice, slackNs, cpus } = own;
  const { max, weight, shares, cpus: cpuset } = readCpuLimits(machine.read, task);
  const schedExt = readSchedExt(machine);
  const latencyUs = cpuLatencyUs(machine);
  const idleState = deepestIdleState(machine.read);
  return {
    policy,
    priority,
    nice,
    ...slackNs === null ? {} : { timerslack_ns: slackNs },
    ...cpus === null ? {} : { cpus_allowed: formatCpuList(cpus) },
    ...max === null ? {} : {
      cgroup_cpu_max_us: `${max.quotaUs === Infinity ? "max" : max.quotaUs} ${max.periodUs}`,
    },
    ...weight === null ? {} : { cgroup_cpu_weight: weight },
    ...shares === null ? {} : { cgroup_cpu_shares: shares },
    ...cpuset === null ? {} : { cgroup_cpuset_cpus: cpuset },
    ...schedExt === null ? {} : { sched_ext: schedExt },
    ...latencyUs === null ? {} : { cpu_dma_latency_us: latencyUs },
    ...idleState === null ? {} : { deepest_idle_state: idleState },
  };
}
