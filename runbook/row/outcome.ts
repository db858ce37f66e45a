/** What one run left behind, before it becomes a row. */

import type { Status } from "../../analysis/result/columns.ts";
import type { ChainRecord, CpuLog } from "../../ffi/record.ts";
import type { TargetRun } from "../../ffi/target.ts";
import type { Counters } from "../probes/chain_probes.ts";
import type { DesignCell } from "../protocol/design.ts";

export interface RunOutcome {
  readonly run: number;
  /** What was declared for the run. */
  readonly cell: DesignCell;
  readonly status: Status;
  /** What the kernel saw; null: not even the wakeup. */
  readonly record: ChainRecord | null;
  /** What the CPUs of its chain did meanwhile; empty without a record. */
  readonly logs: readonly CpuLog[];
  /** What the target saw; null: it had not returned from its sleep. */
  readonly target: TargetRun | null;
  /** What was lost or filtered during this run. */
  readonly losses: Counters;
}
