/** How the target was scheduled: what its thread had, and what its cgroup, the kernel and its CPUs left it. */

/** Under the kernel's own names; what could not be read is absent. */
export interface Attributes {
  /** other, fifo, rr, batch, idle, deadline or ext; another policy by its number. */
  readonly policy: string;
  /** Of a real-time policy; 0: it is none. */
  readonly priority: number;
  readonly nice: number;
  /** By which the kernel may let its timers fire late, in ns; 0 under a real-time policy. */
  readonly timerslack_ns?: number;
  /** CPUs that it may run on, such as `0-3,8`. */
  readonly cpus_allowed?: string;
  /** The tightest limit on the way from its cgroup to the root, as cpu.max has it: `max 100000`, `50000 100000`. */
  readonly cgroup_cpu_max_us?: string;
  /** Of the nearest cgroup that has one. */
  readonly cgroup_cpu_weight?: number;
  /** The same of cgroup v1, which counts otherwise: 1024 where v2 has 100. */
  readonly cgroup_cpu_shares?: number;
  readonly cgroup_cpuset_cpus?: string;
  /** Name of the sched_ext scheduler that is active, or `none`. */
  readonly sched_ext?: string;
  /** Longest time that a CPU may take to leave its idle state, in us; the kernel's default is no limit. */
  readonly cpu_dma_latency_us?: number;
  /** Deepest that CPUs may enter; several by commas where CPUs differ; absent where there are none to choose from. */
  readonly deepest_idle_state?: string;
}

export interface AttributeText {
  readonly name: keyof Attributes;
  /** With its unit; null: not known. */
  readonly text: string | null;
}

const NO_LIMIT = "max";

/** PM_QOS_CPU_LATENCY_DEFAULT_VALUE of include/linux/pm_qos.h: nobody asks for anything. */
export const NO_LATENCY_LIMIT_US = 2_000_000_000;

/** The part of a `# meta` line that says it. */
interface Said {
  readonly attributes?: Attributes | null;
  /** CPUs that are online. */
  readonly cpus: number;
}

/** Each attribute as a reader wants it; of a file that says nothing of them, nothing is known. */
export function attributeTexts({ attributes, cpus }: Said): AttributeText[] {
  const text = (name: keyof Attributes, of: (value: string) => string = String): AttributeText => {
    const value = attributes?.[name];
    return { name, text: value === undefined ? null : of(String(value)) };
  };
  return [
    text("policy"),
    text("priority"),
    text("nice"),
    text("timerslack_ns", (ns) => `${ns} ns`),
    text("cpus_allowed", (list) => cpusText(list, cpus)),
    text("cgroup_cpu_max_us", limitText),
    text("cgroup_cpu_weight"),
    text("cgroup_cpu_shares"),
    text("cgroup_cpuset_cpus", (list) => cpusText(list, cpus)),
    text("sched_ext"),
    text("cpu_dma_latency_us", (us) => Number(us) >= NO_LATENCY_LIMIT_US ? "no limit" : `${us} us`),
    text("deepest_idle_state"),
  ];
}

/** Machines of other sizes that leave the target all their CPUs do the same. */
function cpusText(list: string, online: number): string {
  const count = list.split(",").reduce((sum, range) => {
    const [first = 0, last = first] = range.split("-").map(Number);
    return sum + last - first + 1;
  }, 0);
  return count === online ? "all" : list;
}

function limitText(max: string): string {
  const [quota, period] = max.split(" ");
  return quota === NO_LIMIT ? "no limit" : `${quota} of ${period} us`;
}
