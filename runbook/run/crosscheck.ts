/**
 * What two observers of the same fact say, side by side. The tables of wake flags and the layout of
 * preempt_count() are assumptions chosen by kernel release. Here each run tests them, and a disagreement is
 * always reported.
 */

import type { KernelContext } from "../../analysis/result/columns.ts";
import type { ChainRecord } from "../../ffi/record.ts";
import type { DecodeTable, WakeFlagName } from "../row/wake_flags.ts";

/** Both values in words, or null when they agree or one of them was not observed. */
type Check = (record: ChainRecord, stackContext: KernelContext | null, decode: DecodeTable | null) =>
  | string
  | null;

/** try_to_wake_up() ORs WF_MIGRATED in exactly when it calls set_task_cpu() (6.1, 6.12, 7.3). */
function migrationBit(record: ChainRecord, _: unknown, decode: DecodeTable | null): string | null {
  const { prev_cpu, target_cpu, wake_flags } = record;
  const bit = decode?.bits.WF_MIGRATED;
  if (bit === undefined || target_cpu === null || wake_flags === null) return null;
  const flagged = (wake_flags & bit) !== 0;
  if (flagged === (prev_cpu !== target_cpu)) return null;
  return `the target's CPU was ${prev_cpu} before and ${target_cpu} after, but wake_flags ${
    hex(wake_flags)
  } ` +
    `${flagged ? "have" : "lack"} ${hex(bit)}, WF_MIGRATED in table ${decode!.name}`;
}

function migrationEvent({ migrate_cpu, target_cpu }: ChainRecord): string | null {
  if (migrate_cpu === null || target_cpu === null || migrate_cpu === target_cpu) return null;
  return `sched_migrate_task said CPU ${migrate_cpu}, sched_wakeup CPU ${target_cpu}`;
}

function wakerContext({ waker_context }: ChainRecord, stackContext: KernelContext | null): string | null {
  if (waker_context === null || stackContext === null || waker_context === stackContext) return null;
  return `preempt_count says that the waker ran in context ${waker_context}, its stack says ${stackContext}`;
}

const CHECKS: readonly Check[] = [migrationBit, migrationEvent, wakerContext];

/**
 * enum scx_wake_flags (kernel/sched/ext.c) takes its values from the WF_* bits, and BTF contains it where it
 * exists.
 */
export const SCX_WAKE_FLAGS = "scx_wake_flags";

const SCX_NAMES: Readonly<Record<string, WakeFlagName>> = {
  SCX_WAKE_FORK: "WF_FORK",
  SCX_WAKE_TTWU: "WF_TTWU",
  SCX_WAKE_SYNC: "WF_SYNC",
};

export class CrossCheck {
  readonly #first = new Map<Check, { run: number; said: string; runs: number }>();
  readonly #tables: readonly string[];

  /**
   * @param kernel release, for the notices
   * @param scxWakeFlags values of {@linkcode SCX_WAKE_FLAGS} in the kernel's BTF; empty without that enum
   */
  constructor(
    readonly kernel: string,
    readonly decode: DecodeTable | null,
    scxWakeFlags: ReadonlyMap<string, number>,
  ) {
    this.#tables = Object.entries(SCX_NAMES).flatMap(([name, flag]) => {
      const value = scxWakeFlags.get(name);
      const bit = decode?.bits[flag];
      if (value === undefined || decode === null || value === bit) return [];
      const has = bit === undefined ? "has none" : `has ${hex(bit)}`;
      return [`${name} is ${hex(value)} in the kernel's BTF, table ${decode.name} ${has} for ${flag}`];
    });
  }

  /** @param stackContext where the waker ran, according to its stack */
  add(run: number, record: ChainRecord | null, stackContext: KernelContext | null): void {
    if (record === null) return;
    for (const check of CHECKS) {
      const said = check(record, stackContext, this.decode);
      if (said === null) continue;
      const first = this.#first.get(check);
      if (first !== undefined) first.runs++;
      else this.#first.set(check, { run, said, runs: 1 });
    }
  }

  /**
   * One for each fact on which observers disagreed: both values in the first such run, and the number of such
   * runs.
   */
  notices(): string[] {
    const ofRuns = [...this.#first.values()].map(({ run, said, runs }) =>
      `run ${run}: ${said}${runs > 1 ? ` (${runs} such runs)` : ""}`
    );
    return [...this.#tables, ...ofRuns].map((text) => `disagreement on kernel ${this.kernel}: ${text}`);
  }
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
