/**
 * The one table of hooks: every program of bpf/chain.bpf.c, what it observes and in which tier it belongs.
 * Whether a hook can be had is found by the kernel's BTF and an actual attach, never by a version number.
 */

import type { HookFact, Stage, Tier } from "../analysis/meta.ts";

export interface Hook {
  /** Name of the program in the BPF object. */
  readonly program: string;
  /** Kernel function or tracepoint. */
  readonly hook: string;
  readonly kind: HookFact["kind"];
  readonly stage: Stage;
  readonly tiers: readonly Tier[];
  /** Without it the tier has no chain. */
  readonly needed: boolean;
}

function accessor(name: string): Hook[] {
  const common = { hook: name, stage: "tkread", tiers: ["full"], needed: false } as const;
  return [
    { program: `${name}_entry`, kind: "fentry", ...common },
    { program: `${name}_exit`, kind: "fexit", ...common },
  ];
}

/** A read without a value in ns: a snapshot of several clocks, or a clocksource's own callback. */
function bareRead(name: string): Hook {
  return {
    program: `${name}_entry`,
    hook: name,
    kind: "fentry",
    stage: "tkread",
    tiers: ["full"],
    needed: false,
  };
}

function tracepoint(name: string, stage: Stage): Hook {
  const tiers = ["full", "tracepoint"] as const;
  return { program: name, hook: name, kind: "tp_btf", stage, tiers, needed: true };
}

export const HOOKS: readonly Hook[] = [
  {
    program: "ttwu_entry",
    hook: "try_to_wake_up",
    kind: "fentry",
    stage: "ttwu",
    tiers: ["full"],
    needed: true,
  },
  {
    program: "ttwu_exit",
    hook: "try_to_wake_up",
    kind: "fexit",
    stage: "ttwu_return",
    tiers: ["full"],
    needed: true,
  },
  {
    program: "do_activate",
    hook: "ttwu_do_activate",
    kind: "fentry",
    stage: "activate",
    tiers: ["full"],
    needed: true,
  },
  // The system call clock_gettime reads through ktime_get_ts64: without it the target's own read is not seen.
  ...accessor("ktime_get_ts64").map((hook) => ({ ...hook, needed: true })),
  ...accessor("ktime_get"),
  ...accessor("ktime_get_real_ts64"),
  ...accessor("ktime_get_raw_ts64"),
  ...accessor("ktime_get_raw"),
  ...accessor("ktime_get_with_offset"),
  ...accessor("ktime_get_update_offsets_now"),
  bareRead("ktime_get_snapshot"),
  bareRead("read_hpet"),
  bareRead("acpi_pm_read"),
  {
    program: "clocksource_switch",
    hook: "change_clocksource",
    kind: "fentry",
    stage: "clocksource_switch",
    tiers: ["full"],
    needed: false,
  },
  tracepoint("sched_waking", "ttwu"),
  tracepoint("sched_wakeup", "wakeup"),
  tracepoint("sched_switch", "switch"),
  { ...tracepoint("sched_migrate_task", "wakeup"), needed: false },
  {
    program: "sys_enter",
    hook: "sys_enter",
    kind: "tp_btf",
    stage: "tkread",
    tiers: ["tracepoint"],
    needed: true,
  },
];

/** Attached by patching the function's entry or exit, not at a tracepoint. */
export function patchesFunction(hook: Hook): boolean {
  return hook.kind !== "tp_btf";
}
