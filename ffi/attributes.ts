/** How the kernel schedules a target's thread, see ffi/native/attributes.h. */

import { errnoName } from "../system/errno.ts";

/** SCHED_* of include/uapi/linux/sched.h, named as chrt(1) names them. */
const POLICY_NUMBERS = { other: 0, fifo: 1, rr: 2, batch: 3, idle: 5, deadline: 6, ext: 7 } as const;

/** What the user asks for a target; null: left as the thread has it. */
export interface AskedAttributes {
  /** The CPUs it may run on. */
  readonly cpus: readonly number[] | null;
  readonly policy: Exclude<keyof typeof POLICY_NUMBERS, "deadline" | "ext"> | null;
  /** 1 to 99, for a real-time policy. */
  readonly priority: number | null;
  /** -20 to 19. */
  readonly nice: number | null;
}

export const AS_IT_IS: AskedAttributes = { cpus: null, policy: null, priority: null, nice: null };

/** What a target actually has. */
export interface TaskAttributes {
  /** other, fifo, rr, batch, idle, deadline or ext; for a policy not listed here, its number. */
  readonly policy: string;
  /** Of a real-time policy; 0 under any other policy. */
  readonly priority: number;
  readonly nice: number;
  /** How late its timers may fire, ns; 0 under a real-time policy; null: not known. */
  readonly slackNs: number | null;
  /** The CPUs it may run on, ascending; null: not known. */
  readonly cpus: readonly number[] | null;
}

/** The kernel did not give what was asked for, or did not take it back. */
export class AttributesError extends Error {
  override readonly name = "AttributesError";

  constructor(readonly does: "not give" | "not take back", readonly errno: number) {
    super(`The kernel does ${does} the target's attributes: ${errnoName(errno)}`);
  }
}

/** INHERITED of ffi/native/target.h. */
const INHERITED = -(2n ** 63n);

/** Fields of struct target_request, without the CPUs. */
export function attributeFields({ policy, priority, nice }: AskedAttributes) {
  return {
    policy: policy === null ? INHERITED : BigInt(POLICY_NUMBERS[policy]),
    priority: priority === null ? INHERITED : BigInt(priority),
    nice: nice === null ? INHERITED : BigInt(nice),
  };
}

export function policyName(number: number): string {
  return Object.entries(POLICY_NUMBERS).find(([, known]) => known === number)?.[0] ?? String(number);
}

/** struct task_attributes of ffi/native/attributes.h, field by field, 8 bytes each. */
export const ATTRIBUTE_FIELDS = ["policy", "priority", "nice", "slack_ns"] as const;

/** A mask of CPUs as sched_setaffinity(2) takes it. */
export function cpuMask(cpus: readonly number[]): Uint8Array<ArrayBuffer> {
  const words = new BigUint64Array(Math.floor(Math.max(...cpus) / 64) + 1);
  for (const cpu of cpus) words[Math.floor(cpu / 64)]! |= 1n << BigInt(cpu % 64);
  return new Uint8Array(words.buffer);
}

/** The CPUs of such a mask, ascending. */
function cpusIn(mask: Uint8Array): number[] {
  return Array.from({ length: 8 * mask.length }, (_, cpu) => cpu)
    .filter((cpu) => (mask[Math.floor(cpu / 8)]! >> cpu % 8 & 1) === 1);
}

/** As many as the largest kernels support (NR_CPUS): they refuse to write into a shorter mask. */
const MASK_BYTES = 8192 / 8;

/**
 * Reads what a target with that request gets.
 * @param ask the native target_attributes(); receives the buffers for the struct and for the mask
 * @throws {AttributesError}
 */
export async function foundAttributes(
  ask: (found: Uint8Array<ArrayBuffer>, mask: Uint8Array<ArrayBuffer>) => Promise<number>,
): Promise<TaskAttributes> {
  const found = new BigInt64Array(ATTRIBUTE_FIELDS.length);
  const mask = new Uint8Array(MASK_BYTES);
  const errno = await ask(new Uint8Array(found.buffer), mask);
  if (errno !== 0) throw new AttributesError(errno > 0 ? "not give" : "not take back", Math.abs(errno));
  const [policy = 0, priority = 0, nice = 0, slackNs = 0] = [...found].map(Number);
  return { policy: policyName(policy), priority, nice, slackNs, cpus: cpusIn(mask) };
}
