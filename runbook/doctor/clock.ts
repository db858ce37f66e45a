/**
 * The clocks: which can be observed, whether user space reads them without entering the kernel, how steady
 * they are.
 */

import { errnoName } from "../../system/errno.ts";
import {
  type Check,
  type CheckAnswer,
  couldNotTell,
  type Examined,
  type Fact,
  no,
  tierFinding,
  yes,
} from "./check.ts";
import { FUNCTION_TIERS } from "../probes/hooks.ts";
import { type Architecture, architectureOf } from "../machine/arch.ts";
import type { Machine } from "../machine/machine.ts";
import { type HookState, wordsOfAll } from "../probes/reasons.ts";
import { CALLBACK_LOSS, hookConsequence } from "./hooks.ts";

/**
 * Whether the clocksource's own read callback can be hooked: hooked to find out, at the tiers that hook
 * functions.
 */
function callback(name: string, { attachments, machine }: Examined): CheckAnswer {
  const hook = architectureOf(machine.arch).clocksources.get(name)?.callback;
  if (hook === undefined) return couldNotTell("this program does not know the callback of this clocksource");
  const tiers = FUNCTION_TIERS.map((tier) => tierFinding(attachments, tier));
  const state = tiers.flatMap(({ hooks }) => hooks).find((candidate) => candidate.hook === hook);
  if (state !== undefined) return attachedOrNot(state);
  const answers = tiers.map(({ answer }) => answer);
  const open = answers.find(({ outcome }) => outcome !== "no");
  if (open !== undefined) return couldNotTell(`${hook}: ${open.found}`);
  const [lost] = answers;
  const found = `${hook}: no tier that hooks functions is available (${lost!.found})`;
  return no(found, CALLBACK_LOSS, (lost as Extract<CheckAnswer, { outcome: "no" }>).remedy);
}

function attachedOrNot(state: HookState): CheckAnswer {
  const { hook, kind, reasons } = state;
  if (reasons.length === 0) return yes(`${kind}/${hook}`);
  const { prevents, remedy } = hookConsequence(state);
  return no(`${hook}: ${wordsOfAll(reasons)}`, prevents, remedy);
}

function entersKernel({ clockReads, machine }: Examined): CheckAnswer {
  const { current } = machine.clocksource;
  const { clocksources } = architectureOf(machine.arch);
  if ("errno" in clockReads) {
    const usual = clocksources.get(current)?.inVdso
      ? "usually stays in the vDSO"
      : "is usually a system call";
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
    ["none needed for the built-in target", ...otherClocksources(clocksources)].join("; "),
  );
}

function otherClocksources(clocksources: Architecture["clocksources"]): string[] {
  const entering = [...clocksources].filter(([, { inVdso }]) => !inVdso).map(([name]) => name);
  return entering.length === 0 ? [] : [`otherwise measure with the clocksource ${entering.join(" or ")}`];
}

/** The flags of the CPU as a set; null when /proc/cpuinfo has none (other architectures). */
function cpuFlags({ read }: Examined): ReadonlySet<string> | null {
  const flags = /^flags\s*:\s*(.*)$/m.exec(read("/proc/cpuinfo") ?? "")?.[1];
  return flags === undefined ? null : new Set(flags.split(" "));
}

function steadyCounter(examined: Examined): CheckAnswer {
  const { title, remedy, steadiness } = architectureOf(examined.machine.arch).counter;
  const { steady, found } = steadiness(cpuFlags(examined));
  if (steady === null) return couldNotTell(found);
  if (steady) return yes(found);
  return no(
    found,
    `telling a jump of the clock from one of the ${title}: clock_step_ns counts CLOCK_MONOTONIC_RAW instead`,
    examined.machine.virtualization === "none" ? "none on this CPU" : remedy,
  );
}

function kernelArguments({ read }: Examined): readonly string[] | null {
  return read("/proc/cmdline")?.trim().split(/\s+/) ?? null;
}

/** The kernel only watches a clocksource that must be verified. */
function staysCurrent(examined: Examined): CheckAnswer {
  const { current, available } = examined.machine.clocksource;
  const { watched } = architectureOf(examined.machine.arch);
  if (!available.includes(current)) return couldNotTell("the clocksources cannot be read; is /sys mounted?");
  if (current !== watched?.clocksource) return yes(`the watchdog does not watch ${current}`);
  const argument = kernelArguments(examined)?.find((word) => watched.kept.test(word));
  if (argument !== undefined) return yes(`${argument}: no watchdog`);
  if (cpuFlags(examined)?.has(watched.flag)) return yes(`the CPU flag ${watched.flag}: no watchdog`);
  return couldNotTell(
    `the kernel decides at boot whether its watchdog checks the ${current}, and may then replace it; ` +
      `${watched.argument} on its command line turns that off`,
  );
}

export function clockChecks({ arch, clocksource }: Machine): Check[] {
  const { counter } = architectureOf(arch);
  return [
    ...clocksource.available.map((name): Check => ({
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
    { id: counter.id, topic: "clock", asks: `steady ${counter.title}`, answer: steadyCounter },
    {
      id: "clocksource_stays",
      topic: "clock",
      asks: "no watchdog replaces the clocksource",
      answer: staysCurrent,
    },
  ];
}

/**
 * First parts of arguments, on every machine, that change clocks, idling, scheduling or the cost of a wakeup.
 */
const TELLING_ARGUMENTS = [
  "clocksource",
  "idle",
  "cpuidle",
  "haltpoll\\.",
  "isolcpus",
  "nohz",
  "rcu_nocbs",
  "irqaffinity",
  "threadirqs",
  "preempt",
  "lockdown",
  "mitigations",
  "nosmt",
  "skew_tick",
  "highres",
  "cpufreq\\.",
];

export function clockFacts(examined: Examined): Fact[] {
  const { current, available } = examined.machine.clocksource;
  const flags = cpuFlags(examined);
  const { clockArguments, clockFlags } = architectureOf(examined.machine.arch);
  const telling = new RegExp(`^(${[...TELLING_ARGUMENTS, ...clockArguments].join("|")})`);
  const words = kernelArguments(examined)?.filter((word) => telling.test(word)) ?? null;
  return [
    { id: "clocksource", topic: "clock", value: available.length === 0 ? null : current },
    { id: "clocksources", topic: "clock", value: available.length === 0 ? null : available.join(" ") },
    {
      id: clockFlags.id,
      topic: "clock",
      value: flags && (clockFlags.names.filter((flag) => flags.has(flag)).join(" ") || "none"),
    },
    { id: "kernel_arguments", topic: "kernel", value: words && (words.join(" ") || "none") },
  ];
}
