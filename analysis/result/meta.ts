/** What the `# meta`, `# resumed` and `# end` lines of a result file hold. Written by runbook/, read here. */

import type { Attributes } from "./attributes.ts";
import type { Stage } from "./columns/column.ts";

export type { Stage };

export const TIERS = ["full", "kprobe", "raw", "tracepoint"] as const;
export type Tier = (typeof TIERS)[number];

/** One attach point and the result of trying it. */
export interface HookFact {
  readonly stage: Stage;
  /** Kernel function or tracepoint, as the kernel spells it. */
  readonly hook: string;
  readonly kind: "fentry" | "fexit" | "kprobe" | "kretprobe" | "tp_btf" | "raw_tp";
  readonly attached: boolean;
  /** Why it is not attached; absent when it is attached. */
  readonly reason?: string;
}

/** A task that existed before the measurement. */
export interface TaskFact {
  /** In the pid namespace of the measuring process. */
  readonly pid: number;
  /** Its name when the measurement began. */
  readonly comm: string;
  /** When it was started, in clock ticks since boot (field 22 of /proc/PID/stat): pids are reused. */
  readonly start_ticks: number;
}

/** What the host of a VM saw of the VM's wakeups, and why it saw no more. */
export interface HostPart {
  /** Of the host; empty: it did not follow the VM. */
  readonly hooks: readonly HookFact[];
  /** Why rows of the first turn lack it. */
  readonly reasons: readonly string[];
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
  /** Model of the CPU as the kernel names it, or `unknown`. */
  readonly cpu: string;
  /** Number of CPUs that are online. */
  readonly cpus: number;
  /** `none`, the hypervisor by name (kvm, qemu), `unknown hypervisor` (it hides its name), or `unknown`. */
  readonly virtualization: string;
  readonly boot_id: string;
  readonly clocksource: { readonly current: string; readonly available: readonly string[] };
  /** How QEMU runs the throwaway guest of `probe ab`: kvm, or tcg for emulation; absent elsewhere. */
  readonly accelerator?: string;
  /** Which boot of that guest the first rows belong to, from 1; absent elsewhere. */
  readonly boot?: number;
  readonly tier: Tier;
  /** The file that gave the kernel's types (--btf); absent: the kernel's own did. */
  readonly btf?: {
    readonly name: string;
    readonly sha256: string;
    /** How many struct sizes of it are the running kernel's; 0: the kernel tells none, so it was not checked. */
    readonly agreed_sizes: number;
  };
  readonly hooks: readonly HookFact[];
  /** The wake_flags table that decoded the signatures, for example `6.12+`. */
  readonly decode: string;
  /**
   * The declared protocol. analysis/ uses runs, period_ns, trigger, wake, target, load, the margins of the questions,
   * spread_ratio, locks_in_share, tail_margin_percent, deadline_ns and alpha, and names any other field that differs.
   */
  readonly runbook: Readonly<Record<string, string | number | boolean>>;
  readonly runbook_sha256: string;
  /** The file that declared it; absent when the program's defaults apply. */
  readonly runbook_file?: { readonly name: string; readonly sha256: string };
  /** Fields that differ from the runbook's file, or from the defaults; absent when no field does. */
  readonly overrides?: readonly string[];
  /** UTC, ISO 8601. */
  readonly started: string;
  /**
   * Half the width of the bracket that placed the edge on CLOCK_MONOTONIC, in ns; where pulses were foreseen, how far the
   * edges of the first turn may be off at most.
   */
  readonly edge_uncertainty_ns: number;
  /** The device that gave the edges; absent for the kernel's timer. Not part of the protocol. */
  readonly trigger_device?: string;
  /**
   * Only with the trigger pps: `device`, the pulses are those of this machine's own device; `foreseen`, this machine is
   * a VM whose timer was set for each pulse of its host, and `probe ab` fills in when the pulse came. Absent in files of
   * older programs: `device`.
   */
  readonly pulse?: "device" | "foreseen";
  /**
   * The counter that clock_step_ns is measured against: the machine's own, such as tsc, or
   * CLOCK_MONOTONIC_RAW.
   */
  readonly clock_step_counter: string;
  /**
   * What the target had when the measurement began; absent in files of older programs, and for a task that
   * had ended.
   */
  readonly attributes?: Attributes;
  /** The task whose wakeups the rows describe; absent for the built-in target. */
  readonly task?: TaskFact;
  /**
   * Looks at the growing data, evenly spaced over the declared runs, that were planned before the first run and may
   * end the measurement, from 2; absent when it takes all of its runs.
   */
  readonly looks?: number;
  /** Only in a VM's file that `probe ab` has completed. */
  readonly host_part?: HostPart;
}

/** What a `# resumed` line holds: the rows after it come from another call of the program. */
export interface Resumption {
  /** Number of that call's first run. */
  readonly run: number;
  /** UTC, ISO 8601. */
  readonly started: string;
  /** Whether the call before was to end where it did; absent: it was cut off. */
  readonly planned?: true;
  /** Which boot of the throwaway guest of `probe ab` these rows belong to, and its boot_id; absent elsewhere. */
  readonly boot?: number;
  readonly boot_id?: string;
}

/** More looks at the growing data than these are hardly ever worth their smaller levels. */
export const MOST_LOOKS = 20;

/** Limits the end line of a series that loses everything. */
export const MOST_LOSSES = 100;

/** One run that lost something: what it lost, and how far its chain had come. */
export interface Loss {
  readonly run: number;
  /** timeout and aborted: the chain is incomplete; ring_full: the ring buffer had no room for its record. */
  readonly what: "timeout" | "aborted" | "ring_full";
  /** Value of the row's last_stage. */
  readonly stage: string;
}

/** What the kernel counted of one BPF program while rows were measured. */
export interface ProgramCost {
  readonly program: string;
  readonly run_cnt: number;
  /** Time in the program itself, without the kernel's way into and out of it. */
  readonly run_time_ns: number;
}

/** Runs of one kind: how long after the edge the target read the clock. */
export interface LatencySide {
  readonly n: number;
  readonly median_ns: number | null;
}

/** Wakeup latency with the probes compared with that without, by the target's own clock read. */
export interface WakeupCost {
  readonly armed: LatencySide;
  readonly unarmed: LatencySide;
  /** Hodges-Lehmann shift armed - unarmed; null: too few runs. */
  readonly shift_ns: number | null;
  /** Its 95 % interval; null: too few runs for one. */
  readonly shift_ci_ns: readonly [number, number] | null;
}

/** What the measurement itself cost, from `probe run --measure-overhead`. */
export interface Overhead {
  readonly programs: readonly ProgramCost[];
  /** null: not the built-in target; the reads of other tasks are not known. */
  readonly wakeup: WakeupCost | null;
}

/** Edges of the trigger between the first and the last that a run took. */
export interface EdgeCounts {
  /** They came, but belong to no run. */
  readonly missed: number;
  /**
   * Edges that the times of the others let expect, but that did not come; null: the device does not tell edge
   * times.
   */
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
  /** Absent unless requested. */
  readonly overhead?: Overhead;
  /** Absent when no run took an edge, and in a resumed file: the counts of its first part are lost. */
  readonly edges?: EdgeCounts;
  /** The first losses, at most {@linkcode MOST_LOSSES}, in the order of the runs; absent without losses. */
  readonly losses?: readonly Loss[];
  /** Recursion misses by BPF program, only counts above 0; absent without misses. */
  readonly recursion_misses_of?: Readonly<Record<string, number>>;
  /** Of the planned looks, those that were taken: the last one ended the measurement; absent without any. */
  readonly looks?: number;
  /** Repeated runs, and facts on which two observers of a run disagreed; absent without notices. */
  readonly notices?: readonly string[];
}
