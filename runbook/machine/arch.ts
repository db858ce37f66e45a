/**
 * What user space has to know about the architecture that it measures on: one row each. bpf/arch/ and ffi/native/arch/
 * are the other halves of it.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";

/** What the kernel's source says of a clocksource. */
export interface Clocksource {
  /** The function that it is read by: one of CLOCKSOURCE_CALLBACKS in bpf/arch/. */
  readonly callback: string;
  /** Whether the vDSO can read it (VDSO_CLOCKMODE in arch/*\/include/asm/vdso/clocksource.h). */
  readonly inVdso: boolean;
}

export interface Architecture {
  /** As Deno and `uname -m` call it. */
  readonly name: string;
  /** Under their names in current_clocksource. */
  readonly clocksources: ReadonlyMap<string, Clocksource>;
  /** What the name of a clocksource begins with that only the guests of one hypervisor have. */
  readonly hypervisorClocksources: readonly (readonly [prefix: string, hypervisor: string])[];
  /** The one that the kernel's watchdog may replace (CLOCK_SOURCE_MUST_VERIFY), and what keeps it; null: none. */
  readonly watched: {
    readonly clocksource: string;
    /** Arguments on the kernel's command line that keep it. */
    readonly kept: RegExp;
    /** A flag of the CPU that does. */
    readonly flag: string;
    /** The argument to recommend. */
    readonly argument: string;
  } | null;
  /** The machine's own counter: see ffi/native/arch/counter.h. */
  readonly counter: {
    readonly title: string;
    /** Of the doctor's check. */
    readonly id: string;
    /** What lets a guest have it. */
    readonly remedy: string;
    /**
     * Whether it runs at one rate in every power state, as far as /proc/cpuinfo says; null: it does not.
     *
     * @param flags of the CPU; null where /proc/cpuinfo has none
     */
    steadiness(
      flags: ReadonlySet<string> | null,
    ): { readonly steady: boolean | null; readonly found: string };
  };
  /** Flags of /proc/cpuinfo that tell of clocks: the doctor names those that are there. */
  readonly clockFlags: { readonly id: string; readonly names: readonly string[] };
  /** What arguments on the kernel's command line begin with that change clocks, idling or frequencies. */
  readonly clockArguments: readonly string[];
  /**
   * Per-CPU variables that hold preempt_count, one of which is enough, and the one that is read by its address where
   * the kernel's BTF has none. null: it is in the task, which BTF always has.
   */
  readonly preemptCount: { readonly variables: readonly string[]; readonly byAddress: string } | null;
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
    remedy: "let the hypervisor pass the invariant TSC (QEMU: -cpu host,migratable=no,+invtsc)",
    steadiness(flags) {
      if (flags === null) return { steady: null, found: "/proc/cpuinfo shows no x86 flags" };
      const missing = STEADY.filter((flag) => !flags.has(flag));
      return missing.length === 0
        ? { steady: true, found: STEADY.join(", ") }
        : { steady: false, found: `${missing.join(" and ")} missing` };
    },
  },
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
  preemptCount: { variables: ["pcpu_hot", "__preempt_count"], byAddress: "__preempt_count" },
};

export const ARCHITECTURES: readonly Architecture[] = [X86_64];

/**
 * The tables of hooks are made from it when a command that measures is loaded: on another machine it ends there.
 *
 * @param name as Deno calls it; without it, this machine's
 * @throws Failure (cannot measure) when the program does not measure on it
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
