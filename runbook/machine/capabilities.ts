/** What this process is allowed to do, according to the kernel. */

import type { ReadText } from "./machine.ts";

/** Bits of CapEff, include/uapi/linux/capability.h. */
const BITS = {
  CAP_SYS_PTRACE: 19n,
  CAP_SYS_ADMIN: 21n,
  CAP_SYS_NICE: 23n,
  CAP_SYS_RESOURCE: 24n,
  CAP_SYSLOG: 34n,
  CAP_PERFMON: 38n,
  CAP_BPF: 39n,
} as const;

export type Capability = keyof typeof BITS;

/** @returns null when /proc does not say */
export function hasCapability(read: ReadText, capability: Capability): boolean | null {
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(read("/proc/self/status") ?? "")?.[1];
  if (effective === undefined) return null;
  return (BigInt(`0x${effective}`) >> BITS[capability] & 1n) === 1n;
}
