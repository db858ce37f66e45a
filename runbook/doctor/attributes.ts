/** What the target would inherit from this process, what it may be given, and what limits it. */

import { readSchedExt, readTaskAttributes } from "../machine/attributes.ts";
import { hasCapability } from "../machine/capabilities.ts";
import { readCpuLimits } from "../machine/cgroup.ts";
import { CPU_LATENCY_DEVICE } from "../machine/cpu_latency.ts";
import { formatCpuList } from "../machine/cpu_list.ts";
import { idleStates } from "../machine/idle_states.ts";
import { limitOf } from "../machine/limits.ts";
import { type Check, type CheckAnswer, couldNotTell, type Examined, type Fact, no, yes } from "./check.ts";

const FULL = 99;
const CPU_FOLDER = "/sys/devices/system/cpu";

function realtime({ read }: Examined): CheckAnswer {
  if (hasCapability(read, "CAP_SYS_NICE")) return yes("CAP_SYS_NICE");
  const most = limitOf(read, "Max realtime priority");
  if (most === null) return couldNotTell("/proc/self/status and /proc/self/limits cannot be read");
  if (most >= FULL) return yes(`RLIMIT_RTPRIO ${most === Infinity ? "unlimited" : most}`);
  return no(
    most === 0
      ? "CAP_SYS_NICE is missing, and RLIMIT_RTPRIO is 0"
      : `CAP_SYS_NICE is missing; up to priority ${most} (RLIMIT_RTPRIO)`,
    `the policies fifo and rr in a runbook${most === 0 ? "" : ` above priority ${most}`}`,
    "run it with sudo, or raise the limit (ulimit -r, LimitRTPRIO= of a service)",
  );
}

function unthrottled({ read }: Examined): CheckAnswer {
  const { max } = readCpuLimits(read);
  if (max === null) {
    return couldNotTell("no cpu.max of this process's cgroup, or of one above it, can be read");
  }
  const { quotaUs, periodUs, group } = max;
  if (quotaUs === Infinity) return yes("no limit of CPU time");
  return no(
    `${quotaUs} of ${periodUs} us, by ${group}`,
    "telling a late wakeup from a cgroup that has used up its time",
    "run it outside of that cgroup or container, or write max into its cpu.max while measuring",
  );
}

function ownScheduler(examined: Examined): CheckAnswer {
  const name = readSchedExt(examined);
  if (name === null) return couldNotTell("/sys/kernel/sched_ext cannot be read");
  if (name === "none") return yes("no sched_ext scheduler is active");
  return no(
    `the sched_ext scheduler ${name} is active`,
    "taking what is measured for the kernel's own scheduler: another one places and wakes tasks",
    "end it while measuring, or have it on both sides alike; the result file names it",
  );
}

function cpuLatency({ exists }: Examined): CheckAnswer {
  if (exists(CPU_LATENCY_DEVICE)) return yes(CPU_LATENCY_DEVICE);
  if (!exists("/dev")) return couldNotTell("/dev cannot be read");
  return no(
    `${CPU_LATENCY_DEVICE} is missing`,
    "cpu_dma_latency in a runbook",
    "use a kernel with CONFIG_CPU_IDLE, and mount devtmpfs on /dev",
  );
}

function idleStateChoice({ read, exists }: Examined): CheckAnswer {
  const names = idleStates(read, 0).map(({ name }) => name);
  if (names.length > 1) return yes(names.join(", "));
  if (!exists(CPU_FOLDER)) return couldNotTell(`${CPU_FOLDER} cannot be read`);
  return no(
    names.length === 0 ? "no cpuidle in /sys: idle CPUs halt" : `${names[0]} alone`,
    "deepest_idle_state in a runbook",
    "none in most VMs: there the host decides what a halt costs; on a host, a cpuidle driver (intel_idle, acpi_idle)",
  );
}

export const attributeChecks: readonly Check[] = [
  { id: "realtime_policies", topic: "attributes", asks: "may use real-time policies", answer: realtime },
  { id: "cgroup_cpu_max", topic: "attributes", asks: "no cgroup throttles it", answer: unthrottled },
  { id: "sched_ext", topic: "attributes", asks: "the kernel's own scheduler decides", answer: ownScheduler },
  { id: "cpu_dma_latency", topic: "attributes", asks: "CPU latency can be limited", answer: cpuLatency },
  { id: "idle_states", topic: "attributes", asks: "idle states to choose from", answer: idleStateChoice },
];

/** What a target has when the runbook declares nothing. */
export function attributeFacts({ read }: Examined): Fact[] {
  const own = readTaskAttributes(read, "self");
  const { slackNs, cpus } = own ?? { slackNs: null, cpus: null };
  return [
    {
      id: "policy",
      topic: "attributes",
      value: own && `${own.policy}, priority ${own.priority}, nice ${own.nice}`,
    },
    {
      id: "timer_slack",
      topic: "attributes",
      value: slackNs === null ? null : `${slackNs} ns; the built-in target drops it`,
    },
    { id: "cpus_allowed", topic: "attributes", value: cpus && formatCpuList(cpus) },
  ];
}
