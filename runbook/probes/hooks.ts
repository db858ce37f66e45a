/**
 * The one table of hooks: every attach point, what it observes, and the programs of bpf/chain.bpf.c that can
 * be attached there, best first. The kernel's BTF and an actual attach decide which of them works, never a
 * version number.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import type { HookFact, Stage, Tier } from "../../analysis/result/meta.ts";
import { architectureOf, callbacksOf } from "../machine/arch.ts";

/** One program that can observe a hook. */
export interface Variant {
  /** Name in the BPF object. */
  readonly program: string;
  readonly kind: HookFact["kind"];
}

export interface Hook {
  /** Kernel function or tracepoint, as the kernel spells it. */
  readonly hook: string;
  readonly stage: Stage;
  /** Without this hook a tier has no chain. */
  readonly needed: boolean;
  /** It observes a read that the built-in target reports itself, so it is only used for other tasks. */
  readonly ofOthers?: true;
  /** The machine comes here all the time, so it is only used where the runbook asks for causes. */
  readonly detail?: true;
  /** Only the machine's recent events need it. */
  readonly ofRecent?: true;
  /** The ladder of each tier; a tier that is not listed does not use the hook. */
  readonly ladder: Readonly<Partial<Record<Tier, readonly Variant[]>>>;
}

interface FunctionHook {
  readonly hook: string;
  readonly stage: Stage;
  readonly at: "entry" | "exit";
  /** Name of the fentry or fexit program; its twin's name ends in _kprobe. */
  readonly program: string;
  readonly needed?: true;
}

function functionHook({ hook, stage, at, program, needed }: FunctionHook): Hook {
  const patched: Variant = { program, kind: at === "entry" ? "fentry" : "fexit" };
  const twin: Variant = { program: `${program}_kprobe`, kind: at === "entry" ? "kprobe" : "kretprobe" };
  return {
    hook,
    stage,
    needed: needed ?? false,
    ladder: { full: [patched, twin], kprobe: [twin], raw: [twin] },
  };
}

/** How the programs on tracepoints of each tier are attached. */
const TRACEPOINT_KINDS: Readonly<Record<Tier, HookFact["kind"]>> = {
  full: "tp_btf",
  kprobe: "tp_btf",
  raw: "raw_tp",
  tracepoint: "tp_btf",
};

export function isOnTracepoint({ kind }: Variant): boolean {
  return Object.values(TRACEPOINT_KINDS).includes(kind);
}

function tracepoint(hook: string, stage: Stage, needed: boolean, tiers: readonly Tier[]): Hook {
  const variants = (tier: Tier): readonly Variant[] => [{ program: hook, kind: TRACEPOINT_KINDS[tier] }];
  return { hook, stage, needed, ladder: Object.fromEntries(tiers.map((tier) => [tier, variants(tier)])) };
}

/** A function that returns or fills in a time: its entry marks the read, its exit has the value. */
function accessor(hook: string, needed?: true): Hook[] {
  const common = { hook, stage: "tkread", ...(needed ? { needed } : {}) } as const;
  return [
    functionHook({ ...common, at: "entry", program: `${hook}_entry` }),
    functionHook({ ...common, at: "exit", program: `${hook}_exit` }),
  ];
}

/** A function so hot that only the cheapest kind of hook may be on it. */
function patchedOnly(hook: string, stage: Stage, at: FunctionHook["at"], program: string): Hook {
  const variants: readonly Variant[] = [{ program, kind: at === "entry" ? "fentry" : "fexit" }];
  return { hook, stage, needed: false, ladder: { full: variants } };
}

/** A read without a value in ns: a snapshot of several clocks, or a clocksource's own callback. */
function bareRead(hook: string): Hook {
  return functionHook({ hook, stage: "tkread", at: "entry", program: `${hook}_entry` });
}

const EVERY_TIER = ["full", "kprobe", "raw", "tracepoint"] as const;
/** Those that hook functions. */
export const FUNCTION_TIERS = ["full", "kprobe", "raw"] as const;

/** Functions that read this machine's clocksources. */
export const CALLBACKS: ReadonlySet<string> = callbacksOf(architectureOf());

export const HOOKS: readonly Hook[] = [
  functionHook({ hook: "try_to_wake_up", stage: "ttwu", at: "entry", program: "ttwu_entry", needed: true }),
  functionHook({
    hook: "try_to_wake_up",
    stage: "ttwu_return",
    at: "exit",
    program: "ttwu_exit",
    needed: true,
  }),
  functionHook({
    hook: "ttwu_queue_wakelist",
    stage: "wakelist",
    at: "entry",
    program: "wakelist_entry",
  }),
  functionHook({ hook: "sched_ttwu_pending", stage: "wakelist", at: "entry", program: "pending_entry" }),
  functionHook({
    hook: "ttwu_do_activate",
    stage: "activate",
    at: "entry",
    program: "do_activate",
    needed: true,
  }),
  // The system call clock_gettime reads through ktime_get_ts64: without it the target's own read is not seen.
  ...accessor("ktime_get_ts64", true),
  ...accessor("ktime_get"),
  ...accessor("ktime_get_real_ts64"),
  ...accessor("ktime_get_raw_ts64"),
  ...accessor("ktime_get_raw"),
  ...accessor("ktime_get_with_offset"),
  ...accessor("ktime_get_update_offsets_now"),
  bareRead("ktime_get_snapshot"),
  // Most are notrace on every kernel seen (6.1, 6.12, 7.3: read_tsc, kvm_clock_get_cycles,
  // read_hv_clock_tsc). They are tried nevertheless, so that the file says so.
  ...[...CALLBACKS].map(bareRead),
  functionHook({
    hook: "change_clocksource",
    stage: "clocksource_switch",
    at: "entry",
    program: "clocksource_switch",
  }),
  tracepoint("sched_waking", "ttwu", true, EVERY_TIER),
  tracepoint("sched_wakeup", "wakeup", true, EVERY_TIER),
  tracepoint("sched_switch", "switch", true, EVERY_TIER),
  tracepoint("sched_migrate_task", "wakeup", false, EVERY_TIER),
  functionHook({
    hook: "update_wall_time",
    stage: "timekeeper",
    at: "entry",
    program: "update_wall_time_entry",
  }),
  tracepoint("hrtimer_expire_entry", "timer", false, EVERY_TIER),
  { ...tracepoint("hrtimer_expire_exit", "timer", false, EVERY_TIER), ofRecent: true },
  tracepoint("cpu_idle", "idle", false, EVERY_TIER),
  // Without the entry of try_to_wake_up it is not known whose lock it is.
  tracepoint("contention_begin", "lock", false, FUNCTION_TIERS),
  tracepoint("contention_end", "lock", false, FUNCTION_TIERS),
  ...[
    patchedOnly("_raw_spin_lock", "lock", "entry", "spin_lock_entry"),
    patchedOnly("_raw_spin_lock", "lock", "exit", "spin_lock_exit"),
    patchedOnly("_raw_spin_unlock", "lock", "entry", "spin_unlock_entry"),
    functionHook({ hook: "update_rq_clock", stage: "lock", at: "entry", program: "update_rq_clock_entry" }),
    ...["irq_handler", "softirq", ...architectureOf().interruptVectors].flatMap((name) => [
      tracepoint(`${name}_entry`, "interrupt", false, EVERY_TIER),
      tracepoint(`${name}_exit`, "interrupt", false, EVERY_TIER),
    ]),
  ].map((hook): Hook => ({ ...hook, detail: true })),
  // Once a program is there, every system call of every task takes the kernel's slow path.
  { ...tracepoint("sys_enter", "tkread", true, ["tracepoint"]), ofOthers: true },
];

/** Whether there is a chain without it; false also of what is not a hook. */
export function isDispensable(name: string): boolean {
  const hooks = HOOKS.filter(({ hook }) => hook === name);
  return hooks.length > 0 && hooks.every(({ needed }) => !needed);
}

/**
 * The hooks of a list of names with commas, which a measurement can do without.
 *
 * @throws Failure (usage) for another name, and for a hook without which a tier has no chain
 */
export function dispensableHooks(names: string | undefined): ReadonlySet<string> {
  if (names === undefined) return new Set();
  const left = new Set(names.split(",").map((name) => name.trim()));
  for (const name of left) {
    if (isDispensable(name)) continue;
    const isHook = HOOKS.some(({ hook }) => hook === name);
    const why = isHook ? "cannot be left out: without it there is no chain" : "is not a hook";
    throw new Failure(EXIT.usage, `--without-hooks: ${name} ${why}`, "see the names in probe doctor --json");
  }
  return left;
}

/** Every program of the BPF object. */
export const PROGRAMS: readonly string[] = [
  ...new Set(HOOKS.flatMap((hook) => Object.values(hook.ladder).flat()).map((variant) => variant.program)),
];
