/** What the programs are told before they are loaded: which tier they serve, and where the kernel's variables are. */

import { PROBE_CONFIG } from "../../ffi/layout.generated.ts";
import { type Ladder, PER_CPU_OFFSET, PREEMPT_COUNT } from "./ladder.ts";

/**
 * If one of these functions exists, preempt_count() has the newer layout: see bpf/kernel.h. Which one is not inlined
 * differs between Debian's 7.3 for x86 and for arm64.
 */
export const HARDIRQ_DISABLE_MARKS: readonly string[] = [
  "local_interrupt_disable",
  "_local_interrupt_enable",
];

/** The timekeeper and its seqcount: timekeeper_data, an array that begins with it, since 6.17 or so (seen in 7.3). */
const TIMEKEEPERS = ["tk_core", "timekeeper_data"] as const;
/** Where KVM writes it, and whether it is told at all. */
const STEAL_TIME = "steal_time";
const STEAL_ENABLED = "paravirt_steal_enabled";

/** The kernel's runqueues, one per CPU (kernel/sched/core.c). */
export const RUNQUEUES = "runqueues";

/** Variables of the kernel that are read by their address, because the BTF of some kernels lacks them. */
export const VARIABLES: readonly string[] = [
  "curr_clocksource",
  ...TIMEKEEPERS,
  STEAL_TIME,
  STEAL_ENABLED,
  ...PREEMPT_COUNT === null ? [] : [...PREEMPT_COUNT.variables, PER_CPU_OFFSET],
];

/** bpf/chain.bpf.c compiled with and without per-CPU variables, and for the tier raw: see bpf/kernel.h. */
export interface ChainObjects {
  readonly withPercpu: Uint8Array<ArrayBuffer>;
  readonly withoutPercpu: Uint8Array<ArrayBuffer>;
  readonly raw: Uint8Array<ArrayBuffer>;
}

/**
 * The programs to load. A kernel that does not name its per-CPU variables refuses those that reach them; but where the
 * context of a read is in one, no other programs can tell the target's own read.
 */
export function objectFor(
  { tier, definitions }: Ladder,
  { withPercpu, withoutPercpu, raw }: ChainObjects,
): Uint8Array<ArrayBuffer> {
  if (tier === "raw") return raw;
  const reachesPercpu = tier !== "tracepoint" && (PREEMPT_COUNT !== null || definitions.has(RUNQUEUES));
  return reachesPercpu ? withPercpu : withoutPercpu;
}

/** At the tiers that hook functions the kernel itself shows every read. */
export function tellsRead({ tier, asked: { targetTells } }: Ladder): boolean {
  return tier === "tracepoint" && targetTells;
}

/**
 * struct probe_config, as the programs get it before they are loaded.
 *
 * @param recentEvents how many recent events each CPU keeps, a power of two; 0: none
 */
export function configOf(
  ladder: Ladder,
  pidNamespace: number | null,
  recentEvents: number,
): Uint8Array<ArrayBuffer> {
  const { tier, inBtf, definitions } = ladder;
  const bytes = new Uint8Array(PROBE_CONFIG.size);
  const { ttwu_is_hooked, counts_hardirq_disable, target_tells_read, pid_namespace } = PROBE_CONFIG.fields;
  const { recent_events } = PROBE_CONFIG.fields;
  const { curr_clocksource, preempt_count, per_cpu_offset, timekeeper, steal_time, steal_enabled } =
    PROBE_CONFIG.fields;
  const setAddress = (field: { readonly offset: number }, variable: string) => {
    const [only, ...more] = definitions.get(variable) ?? [];
    if (only === undefined || more.length > 0) return;
    new DataView(bytes.buffer).setBigUint64(field.offset, only.address, true);
  };
  setAddress(curr_clocksource, "curr_clocksource");
  for (const name of TIMEKEEPERS) setAddress(timekeeper, name);
  setAddress(steal_time, STEAL_TIME);
  setAddress(steal_enabled, STEAL_ENABLED);
  for (const name of PREEMPT_COUNT?.variables ?? []) setAddress(preempt_count, name);
  setAddress(per_cpu_offset, PER_CPU_OFFSET);
  bytes[counts_hardirq_disable.offset] = HARDIRQ_DISABLE_MARKS.some((name) => inBtf.has(name)) ? 1 : 0;
  new DataView(bytes.buffer).setUint32(pid_namespace.offset, pidNamespace ?? 0, true);
  new DataView(bytes.buffer).setUint32(recent_events.offset, recentEvents, true);
  bytes[target_tells_read.offset] = tellsRead(ladder) ? 1 : 0;
  bytes[ttwu_is_hooked.offset] = tier === "tracepoint" ? 0 : 1;
  return bytes;
}
