/**
 * Why a program, a hook, a tier or all of them are unavailable: codes with data for code that decides, and
 * the one table of their words for people, on the terminal, in doctor's report and in `# meta`.
 */

import type { HookFact, Stage, Tier } from "../../analysis/result/meta.ts";
import { WITHOUT_LOCKDOWN } from "../machine/preflight.ts";
import { ERRNO, errnoName } from "../../system/errno.ts";
import type { GroupLimit } from "../machine/cgroup.ts";
import { MEMLOCK_BYTES, sizeText } from "../machine/limits.ts";

type Kind = HookFact["kind"];

/** What libbpf may not look for in kernel modules. */
type Sought = "types" | "per-CPU variables";

export type Reason =
  /** The program attaches by BTF, but BTF lacks its function. */
  | { readonly code: "not_in_btf"; readonly kind: Kind }
  /** The program would attach by name, but several functions have that name. */
  | { readonly code: "ambiguous_name"; readonly kind: Kind; readonly functions: number }
  /**
   * The program would attach by address, but the kernel image does not have exactly one function of that
   * name.
   */
  | { readonly code: "ambiguous_address"; readonly kind: Kind; readonly functions: number }
  | { readonly code: "notrace"; readonly kind: Kind; readonly hook: string; readonly errno: number }
  /**
   * The kernel or libbpf refused for another reason; `said`: libbpf's first words on it, null: it said
   * nothing.
   */
  | {
    readonly code: "not_attached";
    readonly kind: Kind;
    readonly errno: number;
    readonly said: string | null;
  }
  /** `objection`: the verifier's last words, null: it said nothing. */
  | {
    readonly code: "not_loaded";
    readonly program: string;
    readonly errno: number;
    readonly objection: string | null;
  }
  /** The kernel withholds the helpers that read its memory. */
  | { readonly code: "reads_forbidden"; readonly program: string }
  /** This tier observes the same at another hook. */
  | { readonly code: "read_elsewhere"; readonly tier: Tier }
  /** The built-in target's own report replaces the hook. */
  | { readonly code: "target_tells" }
  /** The call asked to measure without it. */
  | { readonly code: "left_out" }
  /** The runbook does not ask for causes. */
  | { readonly code: "detail" }
  /** No recent events are kept. */
  | { readonly code: "of_recent" }
  | { readonly code: "no_tracepoint" }
  /** This tier has no program for the hook, and no better tier was tried. */
  | { readonly code: "tier_required"; readonly tier: Tier }
  /** Its programs find what they read by the kernel's own types, and a file gave them. */
  | { readonly code: "types_of_file" }
  | { readonly code: "no_kprobes" }
  | { readonly code: "no_function_tracing" }
  /** Programs load, but none is attached to a function's entry: arm64 before 6.4 or so says ENOTSUPP (seen in 6.1). */
  | { readonly code: "no_fentry"; readonly reasons: readonly Reason[] }
  /**
   * Interrupts cannot be distinguished from tasks: BTF lacks the variable, and kallsyms does not say where it
   * is.
   */
  | { readonly code: "no_address"; readonly variable: string }
  /** The same, but because the kernel hides its addresses. */
  | { readonly code: "addresses_hidden" }
  | { readonly code: "modules_unseen"; readonly sought: Sought }
  /** A hook that the tier needs has no program left. */
  | { readonly code: "hook_lost"; readonly hook: string; readonly reasons: readonly Reason[] }
  /** RLIMIT_MEMLOCK, which counts BPF's memory before 5.11. */
  | { readonly code: "memlock"; readonly limitBytes: number }
  /** A seccomp filter on this process ends every bpf() call with that errno. */
  | { readonly code: "seccomp"; readonly errno: number }
  /** The kernel has no bpf(). */
  | { readonly code: "no_bpf" }
  /** A call reaches bpf(), and one of these modules may have refused it. */
  | { readonly code: "security_module"; readonly errno: number; readonly modules: readonly string[] }
  | { readonly code: "not_permitted"; readonly errno: number }
  /** `limit`: that of the cgroup, in bytes; null: not known. */
  | { readonly code: "no_memory"; readonly limit: GroupLimit | null }
  /** `said`: libbpf's last words, those nearest to the cause; null: it said nothing. */
  | { readonly code: "call_failed"; readonly errno: number; readonly said: string | null };

/** The state of a hook: attached, or why not. */
export interface HookState {
  readonly stage: Stage;
  /** Kernel function or tracepoint, as the kernel spells it. */
  readonly hook: string;
  /** The kind of the program that is attached, or of the best one that might have been. */
  readonly kind: Kind;
  /** Why it is not attached; empty when it is. */
  readonly reasons: readonly Reason[];
}

/** The same in the form of a result file. */
export function hookFact({ stage, hook, kind, reasons }: HookState): HookFact {
  const attached = reasons.length === 0;
  return { stage, hook, kind, attached, ...attached ? {} : { reason: wordsOfAll(reasons) } };
}

const FUNCTION_KERNEL = "use a kernel with CONFIG_FUNCTION_TRACER and CONFIG_KPROBES, such as Debian's";

/** The newest features that the programs use exist in 6.1 and later. */
export const NEWER_KERNEL = "use a newer kernel, such as that of Debian 12 (6.1) or later";

/** What to do when functions cannot be hooked, and no better remedy is known. */
export const OTHER_KERNEL: Readonly<Record<Tier, string>> = {
  full: FUNCTION_KERNEL,
  kprobe: FUNCTION_KERNEL,
  raw: "use a kernel with CONFIG_KPROBES and CONFIG_KALLSYMS_ALL, such as Debian's",
  tracepoint: "use a kernel with tracepoints, BPF and BTF (CONFIG_DEBUG_INFO_BTF), such as Debian's",
};

const CONTEXT_UNSEEN = "interrupts cannot be told from tasks: BTF does not lead to preempt_count, and";

interface Wording<R> {
  text(reason: R): string;
  /** What to do, as an imperative; null: no remedy is known. `verbose`: how to make libbpf's log visible. */
  remedy(reason: R, verbose: string): string | null;
}

type Wordings = { readonly [C in Reason["code"]]: Wording<Extract<Reason, { readonly code: C }>> };

const memoryText = ({ max, group }: GroupLimit) =>
  max === Infinity ? "no limit of its cgroup" : `memory.max ${sizeText(max)}, by ${group}`;

const withWords = (words: string | null) => words === null ? "" : `, ${words}`;

const WORDINGS: Wordings = {
  not_in_btf: {
    text: ({ kind }) => `${kind}: not in the kernel's BTF (inlined, absent, or its module is not loaded)`,
    remedy: () => "none on this kernel: it has no such function to hook",
  },
  ambiguous_name: {
    text: ({ kind, functions }) => `${kind}: ${functions} functions have this name, it hooks by name only`,
    remedy: () => null,
  },
  ambiguous_address: {
    text: ({ kind, functions }) => `${kind}: ${functions} functions of the kernel image have this name`,
    remedy: () => null,
  },
  notrace: {
    text: ({ kind, hook, errno }) =>
      errno === ERRNO.EBUSY
        ? `${kind}: the kernel forbids tracing ${hook} (notrace)`
        : `${kind}: the kernel refuses to probe ${hook} (notrace)`,
    remedy: () => null,
  },
  not_attached: {
    text: ({ kind, errno, said }) => `${kind}: ${errnoName(errno)}${withWords(said)}`,
    remedy: () => null,
  },
  not_loaded: {
    text: ({ program, errno, objection }) =>
      `the kernel does not load ${program}: ${objection ?? errnoName(errno)}`,
    remedy: () => NEWER_KERNEL,
  },
  reads_forbidden: {
    text: ({ program }) =>
      `the kernel lets no program read its memory (${program}), as under lockdown=confidentiality`,
    remedy: () => WITHOUT_LOCKDOWN,
  },
  read_elsewhere: {
    text: ({ tier }) => `the ${tier} tier reads through the accessors instead`,
    remedy: () => null,
  },
  left_out: { text: () => "left out by --without-hooks", remedy: () => "leave --without-hooks out" },
  detail: {
    text: () => 'only used with detail = "causes"',
    remedy: () => 'declare detail = "causes" in the runbook',
  },
  of_recent: { text: () => "only used with --on-slow", remedy: () => "give --on-slow" },
  no_tracepoint: {
    text: () => "this kernel has no such tracepoint",
    remedy: () => NEWER_KERNEL,
  },
  target_tells: { text: () => "the built-in target tells its own read", remedy: () => null },
  tier_required: {
    text: ({ tier }) => `the ${tier} tier was required`,
    remedy: () => "take a better tier, if one is available",
  },
  types_of_file: {
    text: () => "it takes the kernel's own types, and --btf gives a file's",
    remedy: () => "leave --btf out on a kernel that has types of its own, or measure at tier raw",
  },
  no_kprobes: { text: () => "this kernel has no kprobes", remedy: () => null },
  no_function_tracing: {
    text: () => "this kernel has no function tracing (fentry: EPERM)",
    remedy: () => null,
  },
  no_fentry: {
    text: ({ reasons }) => `this kernel attaches no fentry (${wordsOfAll(reasons)})`,
    remedy: () => null,
  },
  no_address: {
    text: ({ variable }) => `${CONTEXT_UNSEEN} /proc/kallsyms has no address of ${variable}`,
    remedy: () => null,
  },
  addresses_hidden: {
    text: () => `${CONTEXT_UNSEEN} kernel addresses are hidden`,
    remedy: () =>
      `let it see kernel addresses (CAP_SYSLOG; sysctl kernel.kptr_restrict=1), or ${NEWER_KERNEL}`,
  },
  modules_unseen: {
    text: ({ sought }) => `libbpf may not look for ${sought} in kernel modules without CAP_SYS_ADMIN`,
    remedy: () => "run it with sudo, or with CAP_SYS_ADMIN beside CAP_BPF and CAP_PERFMON",
  },
  hook_lost: {
    text: ({ hook, reasons }) => `${hook}: ${wordsOfAll(reasons)}`,
    // What helps when a single hook is missing need not help when the whole tier is lost with it.
    remedy({ reasons }) {
      if (reasons.some(({ code }) => code === "reads_forbidden")) return WITHOUT_LOCKDOWN;
      return reasons.some(({ code }) => code === "not_loaded") ? NEWER_KERNEL : null;
    },
  },
  memlock: {
    text: ({ limitBytes }) =>
      `RLIMIT_MEMLOCK is too low (${sizeText(limitBytes)}; ${sizeText(MEMLOCK_BYTES)} are enough)`,
    remedy: () => "raise it (ulimit -l unlimited), or run it with CAP_SYS_RESOURCE, which lets it do that",
  },
  seccomp: {
    text: ({ errno }) =>
      `a seccomp filter on this process refuses bpf() (${errnoName(errno)}; Seccomp: 2 in /proc/self/status)`,
    remedy: () =>
      "run it outside of the container or service, or with a seccomp profile that allows bpf and perf_event_open",
  },
  no_bpf: {
    text: () => "the kernel has no bpf() (ENOSYS)",
    remedy: () => "use a kernel with CONFIG_BPF_SYSCALL, such as Debian's",
  },
  security_module: {
    text: ({ errno, modules }) =>
      `the kernel refuses (${errnoName(errno)}), and a security module has a say in it (${
        modules.join(", ")
      })`,
    remedy: () =>
      "look for the denial in the kernel's log (dmesg, ausearch -m AVC), and allow probe to use bpf",
  },
  not_permitted: {
    text: ({ errno }) => `the kernel refuses (${errnoName(errno)})`,
    remedy: () => "run it as root outside of containers and user namespaces, on a kernel that allows bpf()",
  },
  no_memory: {
    text: ({ limit }) => `the kernel has no memory for it${limit === null ? "" : ` (${memoryText(limit)})`}`,
    remedy: ({ limit }) =>
      limit === null || limit.max === Infinity
        ? "free memory"
        : "free memory, or raise memory.max of that cgroup (MemoryMax= of a service, --memory of a container)",
  },
  call_failed: {
    text: ({ errno, said }) => `${errnoName(errno)}${withWords(said)}`,
    remedy: (_, verbose) => `see the kernel's log with ${verbose}`,
  },
};

function wordingOf(reason: Reason): Wording<Reason> {
  return WORDINGS[reason.code];
}

export function wordsOf(reason: Reason): string {
  return wordingOf(reason).text(reason);
}

/** Words that several reasons share appear once. */
export function wordsOfAll(reasons: readonly Reason[]): string {
  return [...new Set(reasons.map(wordsOf))].join("; ");
}

/**
 * The remedy for the first reason that has a known one.
 *
 * @param otherwise what to do when no remedy is known
 * @param verbose how to make libbpf's log visible
 */
export function remedyFor(
  reasons: readonly Reason[],
  otherwise: string,
  verbose = "--verbose",
): string {
  for (const reason of reasons) {
    const remedy = wordingOf(reason).remedy(reason, verbose);
    if (remedy !== null) return remedy;
  }
  return otherwise;
}
