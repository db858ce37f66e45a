/** The system's limits on this process, and what probe needs of each. */

import { readGroupLimit } from "./cgroup.ts";
import type { ReadText } from "./machine.ts";

/** Rows of /proc/PID/limits. */
export type LimitName =
  | "Max locked memory"
  | "Max nice priority"
  | "Max open files"
  | "Max processes"
  | "Max realtime priority";

/** Kernels before 5.11 charge BPF memory to RLIMIT_MEMLOCK; the limit must be about this large then. */
export const MEMLOCK_BYTES = 64 * 1024 * 1024;

/**
 * Descriptors of a measurement at the best tier: at most three per hook, those of the maps and of the
 * runtime.
 */
export const OPEN_FILES = 256;

/** Threads that exist at once, besides those the runtime starts with: the target, its waker, a reserve. */
export const THREADS = 16;

/** Observed: at most 90 MiB at once, plus what the programs and their maps use in the kernel. */
export const MEMORY_BYTES = 128 * 1024 * 1024;

/** Soft limits of this process from /proc; null: not known, Infinity: no limit. */
export function limitOf(read: ReadText, name: LimitName): number | null {
  const soft = new RegExp(`^${name}\\s+(\\S+)`, "m").exec(read("/proc/self/limits") ?? "")?.[1];
  if (soft === undefined) return null;
  return soft === "unlimited" ? Infinity : Number(soft);
}

/**
 * What limits this process's threads (its user, its cgroup), to append to a sentence; empty when it cannot be
 * read.
 */
export function threadLimits(read: ReadText): string {
  const ofUser = limitOf(read, "Max processes");
  const ofGroup = readGroupLimit(read, "pids");
  const limits = [
    ...ofUser === null ? [] : [`RLIMIT_NPROC ${ofUser === Infinity ? "unlimited" : ofUser}`],
    ...ofGroup === null || ofGroup.max === Infinity ? [] : [`pids.max ${ofGroup.max} of ${ofGroup.group}`],
  ];
  return limits.length === 0 ? "" : ` (${limits.join(", ")})`;
}

/** @param bytes Infinity: no limit */
export function sizeText(bytes: number): string {
  return bytes === Infinity ? "unlimited" : `${Math.round(bytes / 1024)} KiB`;
}
