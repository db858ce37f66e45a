/** The clocks: which can be watched, whether user space reads them inside the kernel, how steady they are. */

import type { HookFact } from "../../analysis/result/meta.ts";
import { errnoName } from "../../system/errno.ts";
import {
  type Answer,
  type Check,
  couldNotTell,
  type Examined,
  type Fact,
  no,
  tierFinding,
  yes,
} from "./check.ts";
import { CALLBACKS, hookConsequence } from "./hooks.ts";

/** Clocksources that the vDSO can read (VDSO_CLOCKMODE in arch/*\/include/asm/vdso/clocksource.h). */
const VDSO_CLOCKSOURCES: ReadonlySet<string> = new Set([
  "tsc",
  "kvm-clock",
  "hyperv_clocksource_tsc_page",
  "arch_sys_counter",
]);

/** Whether the clocksource's own read callback can be hooked: found by hooking it, at the tiers that hook functions. */
function callback(name: string, { attachments }: Examined): Answer {
  const hook = CALLBACKS.get(name);
  if (hook === undefined) return couldNotTell("this program does not know the callback of this clocksource");
  const tiers = [tierFinding(attachments, "full"), tierFinding(attachments, "kprobe")];
  const fact = tiers.flatMap(({ hooks }) => hooks).find((candidate) => candidate.hook === hook);
  if (fact?.attached) return yes(`${fact.kind}/${hook}`);
  if (fact !== undefined) return refused(fact);
  const unknown = tiers.find(({ answer }) => answer.outcome !== "no");
  if (unknown !== undefined) return couldNotTell(`${hook}: ${unknown.answer.found}`);
  const reason = `neither of the tiers that hook functions can be had (${tiers[0]!.answer.found})`;
  return refused({ stage: "tkread", hook, kind: "fentry", attached: false, reason });
}

function refused(fact: HookFact): Answer {
  const { prevents, remedy } = hookConsequence(fact);
  return no(`${fact.hook}: ${fact.reason}`, prevents, remedy);
}

function entersKernel({ clockReads, machine }: Examined): Answer {
  const { current } = machine.clocksource;
  if ("errno" in clockReads) {
    const usual = VDSO_CLOCKSOURCES.has(current) ? "usually stays in the vDSO" : "is usually a system call";
    return couldNotTell(
      `the kernel does not count it (${
        errnoName(clockReads.errno)
      }); with clocksource ${current} it ${usual}`,
    );
  }
  const { reads, entered } = clockReads;
  const counted = `${entered} of ${reads} reads, with clocksource ${current}`;
  if (entered === reads) return yes(counted);
  if (entered > 0) return couldNotTell(`${counted}: it varies`);
  return no(
    `${counted}: the vDSO answers`,
    "seeing reads that another program makes with clock_gettime; the built-in target's are seen (raw system call)",
    "none needed for the built-in target; otherwise measure with the clocksource hpet or acpi_pm",
  );
}

/** The flags of the CPU as a set; null where /proc/cpuinfo has none (other architectures). */
function cpuFlags({ read }: Examined): ReadonlySet<string> | null {
  const flags = /^flags\s*:\s*(.*)$/m.exec(read("/proc/cpuinfo") ?? "")?.[1];
  return flags === undefined ? null : new Set(flags.split(" "));
}

const TSC_FLAGS = [
  "constant_tsc",
  "nonstop_tsc",
  "tsc_known_freq",
  "tsc_reliable",
  "rdtscp",
  "hypervisor",
] as const;

function steadyTsc(examined: Examined): Answer {
  const flags = cpuFlags(examined);
  if (flags === null) return couldNotTell("/proc/cpuinfo shows no x86 flags");
  const missing = ["constant_tsc", "nonstop_tsc"].filter((flag) => !flags.has(flag));
  if (missing.length === 0) return yes("constant_tsc, nonstop_tsc");
  return no(
    `${missing.join(" and ")} missing`,
    "telling a jump of the clock from one of the TSC: clock_step_ns counts CLOCK_MONOTONIC_RAW instead",
    examined.machine.virtualization === "none"
      ? "none on this CPU"
      : "let the hypervisor pass the invariant TSC (QEMU: -cpu host,migratable=no,+invtsc)",
  );
}

function kernelArguments({ read }: Examined): readonly string[] | null {
  return read("/proc/cmdline")?.trim().split(/\s+/) ?? null;
}

/** Only a clocksource that must be verified is watched, on x86 the TSC (CLOCK_SOURCE_MUST_VERIFY). */
function staysCurrent(examined: Examined): Answer {
  const { current, available } = examined.machine.clocksource;
  if (!available.includes(current)) return couldNotTell("the clocksources cannot be read; is /sys mounted?");
  if (current !== "tsc") return yes(`the watchdog does not watch ${current}`);
  const argument = kernelArguments(examined)?.find((word) => /^tsc=(reliable|nowatchdog)$/.test(word));
  if (argument !== undefined) return yes(`${argument}: no watchdog`);
  if (cpuFlags(examined)?.has("tsc_reliable")) return yes("the CPU flag tsc_reliable: no watchdog");
  return couldNotTell(
    "the kernel decides at boot whether its watchdog checks the tsc, and may then replace it; " +
      "tsc=reliable on its command line turns that off",
  );
}

export function clockChecks(available: readonly string[]): Check[] {
  return [
    ...available.map((name): Check => ({
      id: `callback_${name}`,
      topic: "clock",
      asks: `callback of ${name} can be hooked`,
      answer: (examined) => callback(name, examined),
    })),
    {
      id: "clock_read_enters_kernel",
      topic: "clock",
      asks: "clock_gettime enters the kernel",
      answer: entersKernel,
    },
    { id: "steady_tsc", topic: "clock", asks: "steady TSC", answer: steadyTsc },
    {
      id: "clocksource_stays",
      topic: "clock",
      asks: "no watchdog replaces the clocksource",
      answer: staysCurrent,
    },
  ];
}

/** Arguments that change clocks, idling, scheduling or what a wakeup costs. */
const TELLING_ARGUMENT =
  /^(tsc|clocksource|no-?hpet|hpet|notsc|no-kvmclock|no-kvmclock-vsyscall|acpi_pm|idle|processor\.max_cstate|intel_idle\.|cpuidle|haltpoll\.|isolcpus|nohz|nohz_full|rcu_nocbs|irqaffinity|threadirqs|preempt|lockdown|mitigations|nosmt|skew_tick|highres|intel_pstate|amd_pstate|cpufreq\.)/;

export function clockFacts(examined: Examined): Fact[] {
  const { current, available } = examined.machine.clocksource;
  const flags = cpuFlags(examined);
  const words = kernelArguments(examined)?.filter((word) => TELLING_ARGUMENT.test(word)) ?? null;
  return [
    { id: "clocksource", topic: "clock", value: available.length === 0 ? null : current },
    { id: "clocksources", topic: "clock", value: available.length === 0 ? null : available.join(" ") },
    {
      id: "tsc_flags",
      topic: "clock",
      value: flags && (TSC_FLAGS.filter((flag) => flags.has(flag)).join(" ") || "none"),
    },
    { id: "kernel_arguments", topic: "kernel", value: words && (words.join(" ") || "none") },
  ];
}
