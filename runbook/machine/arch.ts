/**
 * What user space must know about the architecture it measures on: one row for each. bpf/arch/ and
 * ffi/native/arch/ hold the other parts.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";

/** What the kernel's source says about a clocksource. */
export interface Clocksource {
  /** The function that reads it: one of CLOCKSOURCE_CALLBACKS in bpf/arch/. */
  readonly callback: string;
  /** Whether the vDSO can read it (VDSO_CLOCKMODE in arch/*\/include/asm/vdso/clocksource.h). */
  readonly inVdso: boolean;
}

/** Files of a vCPU in KVM's debugfs: the guest's counter is the host's * ratio / 2^fractionBits + offset. */
export interface GuestScale {
  readonly offset: string;
  /** Only where the guest's counter runs at another rate. */
  readonly ratio: string;
  readonly fractionBits: string;
}

export interface Architecture {
  /** The name that Deno and `uname -m` use. */
  readonly name: string;
  /** By their names in current_clocksource. */
  readonly clocksources: ReadonlyMap<string, Clocksource>;
  /** First part of the name of clocksources that exist only in guests of one hypervisor. */
  readonly hypervisorClocksources: readonly (readonly [prefix: string, hypervisor: string])[];
  /**
   * The clocksource that the kernel's watchdog may replace (CLOCK_SOURCE_MUST_VERIFY), and what prevents
   * that; null: the watchdog replaces none.
   */
  readonly watched: {
    readonly clocksource: string;
    /** Arguments on the kernel's command line that prevent it. */
    readonly kept: RegExp;
    /** A CPU flag that prevents it. */
    readonly flag: string;
    /** The argument to recommend. */
    readonly argument: string;
  } | null;
  /** The machine's own counter: see ffi/native/arch/counter.h. */
  readonly counter: {
    readonly title: string;
    /** Id of the doctor's check. */
    readonly id: string;
    /** The clocksource that reads it: the kernel trusts the counter when it uses that. */
    readonly clocksource: string;
    /** How a guest's counter is derived; null: KVM does not tell. */
    readonly guestScale: GuestScale | null;
    /** What gives a guest this counter. */
    readonly remedy: string;
    /**
     * Whether the counter runs at the same rate in every power state, according to /proc/cpuinfo; null: it
     * does not say.
     *
     * @param flags of the CPU; null when /proc/cpuinfo has none
     */
    steadiness(
      flags: ReadonlySet<string> | null,
    ): { readonly steady: boolean | null; readonly found: string };
  };
  /** Interrupts with tracepoints of their own, NAME_entry and NAME_exit: INTERRUPT_VECTORS in bpf/arch/. */
  readonly interruptVectors: readonly string[];
  /** Flags in /proc/cpuinfo that concern clocks: doctor names those that are set. */
  readonly clockFlags: { readonly id: string; readonly names: readonly string[] };
  /** First parts of arguments on the kernel's command line that change clocks, idling or frequencies. */
  readonly clockArguments: readonly string[];
  /**
   * Per-CPU variables that hold preempt_count: a kernel has one of them. null: preempt_count is in the task, which BTF
   * always describes.
   */
  readonly preemptCount: { readonly variables: readonly string[] } | null;
}

const STEADY = ["constant_tsc", "nonstop_tsc"];

const X86_64: Architecture = {
  name: "x86_64",
  clocksources: new Map([
    ["hpet", { callback: "read_hpet", inVdso: false }],
    ["acpi_pm", { callback: "acpi_pm_read", inVdso: false }],
    ["tsc", { callback: "read_tsc", inVdso: true }],
    ["tsc-early", { callback: "read_tsc", inVdso: true }],
    ["kvm-clock", { callback: "kvm_clock_get_cycles", inVdso: true }],
    ["hyperv_clocksource_tsc_page", { callback: "read_hv_clock_tsc", inVdso: true }],
  ]),
  hypervisorClocksources: [
    ["kvm-clock", "kvm"],
    ["hyperv_clocksource", "hyperv"],
    ["xen", "xen"],
    ["vmware", "vmware"],
  ],
  watched: {
    clocksource: "tsc",
    kept: /^tsc=(reliable|nowatchdog)$/,
    flag: "tsc_reliable",
    argument: "tsc=reliable",
  },
  counter: {
    title: "TSC",
    id: "steady_tsc",
    clocksource: "tsc",
    // kvm_arch_create_vcpu_debugfs() (5.10 to 7.3)
    guestScale: {
      offset: "tsc-offset",
      ratio: "tsc-scaling-ratio",
      fractionBits: "tsc-scaling-ratio-frac-bits",
    },
    remedy: "let the hypervisor pass the invariant TSC (QEMU: -cpu host,migratable=no,+invtsc)",
    steadiness(flags) {
      if (flags === null) return { steady: null, found: "/proc/cpuinfo shows no x86 flags" };
      const missing = STEADY.filter((flag) => !flags.has(flag));
      return missing.length === 0
        ? { steady: true, found: STEADY.join(", ") }
        : { steady: false, found: `${missing.join(" and ")} missing` };
    },
  },
  interruptVectors: ["local_timer", "reschedule", "call_function", "call_function_single"],
  clockFlags: {
    id: "tsc_flags",
    names: [...STEADY, "tsc_known_freq", "tsc_reliable", "rdtscp", "hypervisor"],
  },
  clockArguments: [
    "tsc",
    "notsc",
    "no-?hpet",
    "hpet",
    "acpi_pm",
    "no-kvmclock",
    "processor\\.max_cstate",
    "intel_idle\\.",
    "intel_pstate",
    "amd_pstate",
  ],
  preemptCount: { variables: ["pcpu_hot", "__preempt_count"] },
};

/** Its one clocksource is the generic timer's counter, whose read callback can be hooked (6.1 to 7.3). */
const AARCH64: Architecture = {
  name: "aarch64",
  clocksources: new Map([["arch_sys_counter", { callback: "arch_counter_read", inVdso: true }]]),
  hypervisorClocksources: [],
  watched: null,
  counter: {
    title: "generic timer",
    id: "steady_counter",
    clocksource: "arch_sys_counter",
    guestScale: null,
    remedy: "none is needed: the architecture promises it",
    // Arm ARM: the system counter counts at a fixed frequency, in every power state.
    steadiness: () => ({ steady: true, found: "fixed frequency, by the architecture" }),
  },
  interruptVectors: [],
  clockFlags: { id: "counter_flags", names: ["evtstrm", "ecv"] },
  clockArguments: ["clocksource", "cpuidle\\.", "clocksource\\.arm_arch_timer\\."],
  preemptCount: null,
};

export const ARCHITECTURES: readonly Architecture[] = [X86_64, AARCH64];

/**
 * The row of an architecture. The tables of hooks are built from it when a command that measures is loaded;
 * on an unknown architecture the command ends there.
 *
 * @param name as Deno spells it; default: this machine's
 * @throws Failure (cannot measure) when the program does not support it
 */
export function architectureOf(name: string = Deno.build.arch): Architecture {
  const found = ARCHITECTURES.find((architecture) => architecture.name === name);
  if (found !== undefined) return found;
  const known = ARCHITECTURES.map((architecture) => architecture.name).join(", ");
  throw new Failure(
    EXIT.cannotMeasure,
    `this machine is ${name}, and probe measures on ${known} only`,
    "measure on such a machine; the files can be compared here",
  );
}

/** The clocksources' own read callbacks. */
export function callbacksOf({ clocksources }: Architecture): ReadonlySet<string> {
  return new Set([...clocksources.values()].map(({ callback }) => callback));
}
