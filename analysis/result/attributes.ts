/**
 * How the target was scheduled: the attributes of its thread, and the limits of its cgroup, the kernel and
 * its CPUs.
 */

/** Under the kernel's own names; absent when it could not be read. */
export interface Attributes {
  /** other, fifo, rr, batch, idle, deadline or ext; any other policy by its number. */
  readonly policy: string;
  /** Of a real-time policy; 0 under any other policy. */
  readonly priority: number;
  readonly nice: number;
  /** How late the kernel may let its timers fire, in ns; 0 under a real-time policy. */
  readonly timerslack_ns?: number;
  /** CPUs it may run on, such as `0-3,8`. */
  readonly cpus_allowed?: string;
  /**
   * The tightest limit between its cgroup and the root, as cpu.max writes it: `max 100000`, `50000 100000`.
   */
  readonly cgroup_cpu_max_us?: string;
  /** From the nearest cgroup that sets it. */
  readonly cgroup_cpu_weight?: number;
  /** The same for cgroup v1, which uses another scale: its 1024 is v2's 100. */
  readonly cgroup_cpu_shares?: number;
  readonly cgroup_cpuset_cpus?: string;
  /** Name of the active sched_ext scheduler, or `none`. */
  readonly sched_ext?: string;
  /** Longest time that a CPU may take to leave its idle state, in us; the kernel's default means no limit. */
  readonly cpu_dma_latency_us?: number;
  /**
   * Deepest idle state that CPUs may enter; several, with commas, when CPUs differ; absent without idle
   * states.
   */
  readonly deepest_idle_state?: string;
}

export interface AttributeText {
  readonly name: keyof Attributes;
  /** With its unit; null: not known. */
  readonly text: string | null;
}

const NO_LIMIT = "max";

/** PM_QOS_CPU_LATENCY_DEFAULT_VALUE of include/linux/pm_qos.h: nobody has made a request. */
export const NO_LATENCY_LIMIT_US = 2_000_000_000;

/** The part of a `# meta` line that holds them. */
interface Said {
  readonly attributes?: Attributes | null;
  /** Number of CPUs that are online. */
  readonly cpus: number;
}

/** Each attribute in the form for readers; all null for a file that does not record them. */
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

/** Machines of different sizes count as equal when each leaves the target all its CPUs. */
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
