/** What the kernel offers to tracing programs, and what it shows of its symbols. */

import { Failure } from "../../analysis/failure.ts";
import { hasCapability } from "../machine/capabilities.ts";
import { RUNQUEUES } from "../probes/config.ts";
import { definitionsOf } from "../probes/definitions.ts";
import {
  bestTier,
  type Check,
  type CheckAnswer,
  couldNotTell,
  type Examined,
  type Fact,
  no,
  NO_SYS,
  yes,
} from "./check.ts";
import { SIZES_OF_KERNEL } from "../probes/types_file.ts";
import { CannotLoad, KERNEL_BTF, WITHOUT_BTF, WITHOUT_LOCKDOWN } from "../machine/preflight.ts";
import { HOOKS, isOnTracepoint } from "../probes/hooks.ts";
import { KPROBE_PMU } from "../probes/native_parts.ts";
import { NEWER_KERNEL } from "../probes/reasons.ts";

const NO_FIELDS = "every tier: programs cannot find the fields they read";
const LOCKDOWN = "/sys/kernel/security/lockdown";
const KPTR_RESTRICT = "/proc/sys/kernel/kptr_restrict";

function typeInformation({ exists, types }: Examined): CheckAnswer {
  if (types !== null) return typesOfFile(types);
  if (exists(KERNEL_BTF)) return yes(KERNEL_BTF);
  if (!exists("/sys/kernel")) return NO_SYS;
  return no(
    `${KERNEL_BTF} is missing`,
    NO_FIELDS,
    WITHOUT_BTF,
  );
}

function typesOfFile(types: Exclude<Examined["types"], null>): CheckAnswer {
  if (types instanceof Failure) {
    const found = types instanceof CannotLoad ? types.why : types.found;
    return no(found, NO_FIELDS, types.remedy);
  }
  const { name, agreed_sizes: agreed } = types;
  if (agreed === 0) return couldNotTell(`${name}: ${SIZES_OF_KERNEL} shows no size to compare`);
  return yes(`${name}, and ${agreed} of its struct sizes are this kernel's`);
}

function lockdown({ read, attachments }: Examined): CheckAnswer {
  const mode = /\[(\w+)\]/.exec(read(LOCKDOWN) ?? "")?.[1];
  if (mode === "confidentiality") {
    return no(
      "lockdown is in confidentiality mode",
      "every tier: programs may not read kernel memory",
      WITHOUT_LOCKDOWN,
    );
  }
  if (mode !== undefined) return yes(`lockdown is ${mode}`);
  if (bestTier(attachments) !== null) return yes("no lockdown file, and the programs were loaded");
  return couldNotTell(
    `${LOCKDOWN} cannot be read (no lockdown in this kernel, or securityfs is not mounted)`,
  );
}

function kprobes({ exists }: Examined): CheckAnswer {
  if (exists(KPROBE_PMU)) return yes(KPROBE_PMU);
  if (!exists("/sys/bus/event_source")) return couldNotTell("/sys/bus/event_source is missing");
  return no(
    `${KPROBE_PMU} is missing`,
    "tier kprobe, and kprobes in place of fentry hooks that fail",
    "use a kernel with CONFIG_KPROBES and CONFIG_KPROBE_EVENTS, such as Debian's",
  );
}

function symbolNames({ read, kallsyms }: Examined): CheckAnswer {
  if (kallsyms === null) return couldNotTell("/proc/kallsyms cannot be read");
  if (kallsyms.showsAddresses) return yes("/proc/kallsyms shows addresses");
  const restrict = read(KPTR_RESTRICT)?.trim();
  const syslog = hasCapability(read, "CAP_SYSLOG");
  const why = `kptr_restrict is ${restrict ?? "unknown"}${syslog ? "" : ", CAP_SYSLOG is missing"}`;
  return no(
    `/proc/kallsyms shows only zeros: ${why}`,
    "names in stacks: the stack columns stay empty and there are no stack clusters",
    restrict === "2"
      ? "sysctl kernel.kptr_restrict=1"
      : "run it with sudo, or with CAP_SYSLOG as an ambient capability (setpriv, systemd)",
  );
}

/**
 * The kernel gives access to its variables of other CPUs only by name, which takes their type (BTF) and their
 * symbol.
 */
function otherRunqueues({ runqueuesInBtf, kallsyms }: Examined): CheckAnswer {
  if (runqueuesInBtf === null || kallsyms === null) {
    return couldNotTell(
      runqueuesInBtf === null
        ? `the kernel's own BTF is missing, or not used`
        : "/proc/kallsyms cannot be read",
    );
  }
  const prevents = "rq->clock at the moment that a wakeup is queued for another CPU (rq_clock_queued_ns)";
  if (!runqueuesInBtf) return no(`the kernel's BTF has no per-CPU variables`, prevents, NEWER_KERNEL);
  if (definitionsOf(kallsyms, [], [RUNQUEUES]).has(RUNQUEUES)) {
    return yes(`${RUNQUEUES} is in the kernel's BTF and in /proc/kallsyms`);
  }
  return no(
    `/proc/kallsyms does not list ${RUNQUEUES}`,
    prevents,
    "use a kernel with CONFIG_KALLSYMS_ALL, such as Debian's",
  );
}

/**
 * The kernel does not run a program inside itself: invocations that come while it runs on that CPU are
 * skipped.
 */
function missesCounted({ attachments }: Examined): CheckAnswer {
  if (attachments.countsMisses === null) return couldNotTell("no program was attached");
  if (attachments.countsMisses) return yes("bpf_prog_info.recursion_misses");
  return no(
    "the kernel has no bpf_prog_info.recursion_misses",
    "knowing how many invocations of the programs were skipped: recursion_misses stays empty",
    NEWER_KERNEL,
  );
}

/** Functions hooked by name. */
const FUNCTIONS: readonly string[] = [
  ...new Set(
    HOOKS.filter((hook) => hook.ladder.kprobe?.some((variant) => !isOnTracepoint(variant))).map(({ hook }) =>
      hook
    ),
  ),
];

function uniqueSymbols({ kallsyms }: Examined): CheckAnswer {
  if (kallsyms === null) return couldNotTell("/proc/kallsyms cannot be read");
  const places = [...definitionsOf(kallsyms, FUNCTIONS)]
    .map(([name, where]) => [name, where.map(({ module }) => module ?? "the kernel")] as const);
  const twice = places.filter(([, where]) => where.length > 1);
  if (twice.length === 0) return yes(`none of ${places.length} names is used twice`);
  const named = twice.map(([name, where]) =>
    `${name} ${where.length} times (${[...new Set(where)].join(", ")})`
  );
  const modules = new Set(twice.flatMap(([, where]) => where).filter((where) => where !== "the kernel"));
  return no(
    named.join("; "),
    "hooking by name: which one is meant is ambiguous",
    modules.size > 0
      ? `unload ${[...modules].join(", ")} while measuring, or do without this hook`
      : "none on this kernel: do without this hook, as its reads still show in ktime_get and others",
  );
}

export const kernelChecks: readonly Check[] = [
  { id: "btf", topic: "kernel", asks: "type information (BTF)", answer: typeInformation },
  { id: "lockdown", topic: "kernel", asks: "programs may read kernel memory", answer: lockdown },
  { id: "kprobes", topic: "kernel", asks: "kprobes", answer: kprobes },
  { id: "misses_counted", topic: "kernel", asks: "skipped invocations are counted", answer: missesCounted },
  { id: "symbol_names", topic: "symbols", asks: "addresses have names", answer: symbolNames },
  { id: "other_runqueues", topic: "symbols", asks: "other CPUs' rq can be read", answer: otherRunqueues },
  { id: "unique_symbols", topic: "symbols", asks: "hooked names are unique", answer: uniqueSymbols },
];

const SYSCTLS: readonly (readonly [id: string, topic: "kernel" | "symbols"])[] = [
  ["unprivileged_bpf_disabled", "kernel"],
  ["perf_event_paranoid", "kernel"],
  ["bpf_stats_enabled", "kernel"],
  ["kptr_restrict", "symbols"],
];

/** Settings that explain what users see; none of them stops a process that has the capabilities. */
export function kernelFacts({ read }: Examined): Fact[] {
  return SYSCTLS.map(([id, topic]) => ({ id, topic, value: read(`/proc/sys/kernel/${id}`)?.trim() ?? null }));
}
