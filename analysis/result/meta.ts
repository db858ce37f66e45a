/** What the `# meta`, `# resumed` and `# end` lines of a result file hold. Written by runbook/, read here. */

import type { Attributes } from "./attributes.ts";

export const TIERS = ["full", "kprobe", "tracepoint"] as const;
export type Tier = (typeof TIERS)[number];

/** Points of the chain and of its surroundings that hooks observe. */
export type Stage =
  | "ttwu"
  | "wakelist"
  | "activate"
  | "wakeup"
  | "ttwu_return"
  | "switch"
  | "tkread"
  | "clocksource_switch";

/** One attach point and what became of it. */
export interface HookFact {
  readonly stage: Stage;
  /** Kernel function or tracepoint, as the kernel spells it. */
  readonly hook: string;
  readonly kind: "fentry" | "fexit" | "kprobe" | "kretprobe" | "tp_btf";
  readonly attached: boolean;
  /** Why it is not attached; absent when it is. */
  readonly reason?: string;
}

/** A task that was there before the measurement. */
export interface TaskFact {
  /** As the namespace of the measuring process counts it. */
  readonly pid: number;
  /** Its name when the measurement began. */
  readonly comm: string;
  /** When it was started, in clock ticks since the boot (field 22 of /proc/PID/stat): pids are used again. */
  readonly start_ticks: number;
}

export interface Meta {
  /** Version of the program that wrote the file. */
  readonly probe: string;
  /** host, vm, or a label. */
  readonly env: string;
  readonly host: string;
  /** Release, for example `6.12.117-cloud-amd64`. */
  readonly kernel: string;
  readonly arch: string;
  /** Model of the CPU as the kernel names it; `unknown` when it does not. */
  readonly cpu: string;
  /** CPUs that are online. */
  readonly cpus: number;
  /** `none`, the hypervisor by name (kvm, qemu), `unknown hypervisor` (one hides its name), or `unknown`. */
  readonly virtualization: string;
  readonly boot_id: string;
  readonly clocksource: { readonly current: string; readonly available: readonly string[] };
  /** How QEMU runs the throwaway guest of `probe ab`: kvm, or tcg when it emulates it; absent elsewhere. */
  readonly accelerator?: string;
  readonly tier: Tier;
  readonly hooks: readonly HookFact[];
  /** Which wake_flags table decoded the signatures, for example `6.12+`. */
  readonly decode: string;
  /**
   * The declared protocol. analysis/ reads runs, period_ns, trigger, wake, target, load, offset_margin_ns,
   * ttwu_to_tkread_margin_ns, alpha and names any other field that differs.
   */
  readonly runbook: Readonly<Record<string, string | number | boolean>>;
  readonly runbook_sha256: string;
  /** The file that declared it; absent when the program's defaults did. */
  readonly runbook_file?: { readonly name: string; readonly sha256: string };
  /** Fields of the runbook that are not as the file, or the default, has them; absent when all are. */
  readonly overrides?: readonly string[];
  /** UTC, ISO 8601. */
  readonly started: string;
  /** Half the width of the bracket in which the edge was placed on CLOCK_MONOTONIC, in ns. */
  readonly edge_uncertainty_ns: number;
  /** The device that gave the edges; absent where the kernel's timer did. It is not part of the protocol. */
  readonly trigger_device?: string;
  /** The counter clock_step_ns is measured against: the machine's own, such as tsc, or CLOCK_MONOTONIC_RAW. */
  readonly clock_step_counter: string;
  /** What the target had when the measurement began; absent in files of before it was read, and of a task that had ended. */
  readonly attributes?: Attributes;
  /** Whose wakeups the rows are; absent for the built-in target. */
  readonly task?: TaskFact;
}

/** What a `# resumed` line holds: from here on the rows are those of another call of the program. */
export interface Resumption {
  /** Number of the first run of that call. */
  readonly run: number;
  /** UTC, ISO 8601. */
  readonly started: string;
}

/** A series that loses everything must not fill its end line. */
export const MOST_LOSSES = 100;

/** One run that lost something: what, and how far its chain had come. */
export interface Loss {
  readonly run: number;
  /** timeout and aborted: the chain is incomplete; ring_full: its record found no room in the ring buffer. */
  readonly what: "timeout" | "aborted" | "ring_full";
  /** Value of the row's last_stage. */
  readonly stage: string;
}

/** What the kernel counted of one BPF program while rows were measured. */
export interface ProgramCost {
  readonly program: string;
  readonly run_cnt: number;
  /** In the program itself: the kernel's way into it and out of it is not in it. */
  readonly run_time_ns: number;
}

/** Runs of one kind: how long after the edge the target read the clock. */
export interface LatencySide {
  readonly n: number;
  readonly median_ns: number | null;
}

/** Latency of the wakeup with the probes against without, as the target's own clock read shows it. */
export interface WakeupCost {
  readonly armed: LatencySide;
  readonly unarmed: LatencySide;
  /** Hodges-Lehmann shift armed - unarmed; null: too few runs. */
  readonly shift_ns: number | null;
  /** Its 95 % interval; null: too few runs for one. */
  readonly shift_ci_ns: readonly [number, number] | null;
}

/** What the measurement itself cost; by `probe run --measure-overhead`. */
export interface Overhead {
  readonly programs: readonly ProgramCost[];
  /** null: the target was not the built-in one, whose reads alone are known. */
  readonly wakeup: WakeupCost | null;
}

/** Edges of the trigger between the first that a run took and the last. */
export interface EdgeCounts {
  /** Came, and were no run's. */
  readonly missed: number;
  /** Should have come by the time between the others, and did not; null: the device does not tell when they were. */
  readonly absent: number | null;
}

export interface End {
  readonly rows: number;
  readonly complete: number;
  readonly timeout: number;
  readonly aborted: number;
  readonly lost_events: number;
  /** null: the kernel does not count them (before 5.12). */
  readonly recursion_misses: number | null;
  readonly self_reads: number;
  /** Absent unless it was asked for. */
  readonly overhead?: Overhead;
  /** Absent when no run took an edge, and in a file that was resumed: the counts of the first part are lost. */
  readonly edges?: EdgeCounts;
  /** The first losses, at most {@linkcode MOST_LOSSES}, in the order of the runs; absent when there is none. */
  readonly losses?: readonly Loss[];
  /** Recursion misses by BPF program, those above 0; absent when there is none. */
  readonly recursion_misses_of?: Readonly<Record<string, number>>;
  /** Runs that were done again, and facts on which two observers of a run disagreed; absent when there is none. */
  readonly notices?: readonly string[];
}
