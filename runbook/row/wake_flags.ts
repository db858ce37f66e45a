/**
 * Names of the WF_* bits of `wake_flags` (kernel/sched/sched.h). They are #defines, so BTF lacks them, and
 * their values changed between kernels. So the release picks a table, and the file says which one was used.
 */

export type WakeFlagName =
  | "WF_SYNC"
  | "WF_FORK"
  | "WF_EXEC"
  | "WF_MIGRATED"
  | "WF_ON_CPU"
  | "WF_CURRENT_CPU"
  | "WF_TTWU"
  | "WF_RQ_SELECTED";

export interface DecodeTable {
  /** Its name in the file, for example `6.12+`. */
  readonly name: string;
  /** First release with these values. */
  readonly since: readonly [major: number, minor: number];
  /** Bits in the order in which a signature names them. */
  readonly bits: Readonly<Partial<Record<WakeFlagName, number>>>;
}

/** The scheduler sets these for itself: they say nothing about why or how the waker woke the target. */
const BOOKKEEPING: ReadonlySet<WakeFlagName> = new Set(["WF_TTWU", "WF_RQ_SELECTED"]);

/** Oldest first. Each table is valid until the next one begins. */
export const DECODE_TABLES: readonly DecodeTable[] = [
  { name: "5.4-5.7", since: [5, 4], bits: { WF_SYNC: 0x01, WF_FORK: 0x02, WF_MIGRATED: 0x04 } },
  {
    name: "5.8-5.10",
    since: [5, 8],
    bits: { WF_SYNC: 0x01, WF_FORK: 0x02, WF_MIGRATED: 0x04, WF_ON_CPU: 0x08 },
  },
  {
    name: "5.11-5.19",
    since: [5, 11],
    bits: { WF_SYNC: 0x10, WF_FORK: 0x04, WF_EXEC: 0x02, WF_MIGRATED: 0x20, WF_ON_CPU: 0x40, WF_TTWU: 0x08 },
  },
  {
    name: "6.0-6.5",
    since: [6, 0],
    bits: { WF_SYNC: 0x10, WF_FORK: 0x04, WF_EXEC: 0x02, WF_MIGRATED: 0x20, WF_TTWU: 0x08 },
  },
  {
    name: "6.6-6.11",
    since: [6, 6],
    bits: {
      WF_SYNC: 0x10,
      WF_FORK: 0x04,
      WF_EXEC: 0x02,
      WF_MIGRATED: 0x20,
      WF_CURRENT_CPU: 0x40,
      WF_TTWU: 0x08,
    },
  },
  {
    name: "6.12+",
    since: [6, 12],
    bits: {
      WF_SYNC: 0x10,
      WF_FORK: 0x04,
      WF_EXEC: 0x02,
      WF_MIGRATED: 0x20,
      WF_CURRENT_CPU: 0x40,
      WF_TTWU: 0x08,
      WF_RQ_SELECTED: 0x80,
    },
  },
];

/**
 * The table for a kernel release such as `6.12.117-cloud-amd64`.
 *
 * @returns null when the release is older than every table or contains no version: signatures stay empty then
 */
export function decodeTableFor(release: string): DecodeTable | null {
  const version = /^(\d+)\.(\d+)/.exec(release);
  if (version === null) return null;
  const major = Number(version[1]);
  const minor = Number(version[2]);
  return DECODE_TABLES.findLast(({ since }) =>
    major > since[0] || (major === since[0] && minor >= since[1])
  ) ??
    null;
}

/**
 * The wake flags by name, joined by `|` in the table's order. Bits that the scheduler sets for itself are
 * left out; bits that the table does not know follow as one `0x…`; `none` when no bit is left.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * import { decodeTableFor, signature } from "./wake_flags.ts";
 * assert.equal(signature(0xb8, decodeTableFor("6.12.117")!), "WF_SYNC|WF_MIGRATED");
 * ```
 */
export function signature(flags: number, table: DecodeTable): string {
  const words: string[] = [];
  let rest = flags >>> 0;
  for (const [name, bit] of Object.entries(table.bits) as [WakeFlagName, number][]) {
    if ((rest & bit) !== 0 && !BOOKKEEPING.has(name)) words.push(name);
    rest = (rest & ~bit) >>> 0;
  }
  if (rest !== 0) words.push(`0x${rest.toString(16)}`);
  return words.length === 0 ? "none" : words.join("|");
}
