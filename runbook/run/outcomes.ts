/** Where each outcome of a run goes: the file, the counts, the cross-check, and the user's terminal. */

import type { HookFact, Stage } from "../../analysis/result/meta.ts";
import type { ResultWriter } from "../files/result_out.ts";
import type { Tally } from "../files/tally.ts";
import type { RunOutcome } from "../row/outcome.ts";
import { buildRow, type RowContext } from "../row/row.ts";
import type { CrossCheck } from "./crosscheck.ts";
import type { Notices } from "./notices.ts";
import type { OverheadMeter } from "./overhead.ts";
import type { SlowRuns } from "../slow/slow_runs.ts";
import type { Progress } from "./progress.ts";
import type { Trigger } from "./triggers.ts";

export interface OutcomeSinkParts {
  readonly context: RowContext;
  /** The machine's current clocksource; null when not known. */
  currentClocksource(): string | null;
  readonly file: Pick<ResultWriter, "writeRow">;
  readonly tally: Pick<Tally, "add">;
  readonly crossCheck: Pick<CrossCheck, "add">;
  readonly notices: Pick<Notices, "named">;
  readonly progress: Pick<Progress, "ran">;
  readonly trigger: Pick<Trigger, "edges">;
  /** null: slow runs are as other runs. */
  readonly slow: Pick<SlowRuns, "ran"> | null;
  /** null: the cost of the probes is not measured. */
  readonly meter: Pick<OverheadMeter, "ran"> | null;
}

export class OutcomeSink {
  readonly #parts: OutcomeSinkParts;

  constructor(parts: OutcomeSinkParts) {
    this.#parts = parts;
  }

  /**
   * The row comes first: an error after it does not lose the run. Then the run without probes that pairs with
   * it.
   *
   * @throws Failure when the disk refuses the row, or the probes cannot be attached again
   */
  async take(outcome: RunOutcome): Promise<void> {
    const { context, file, tally, crossCheck, notices, progress, trigger, slow, meter } = this.#parts;
    const built = buildRow(outcome, context, this.#parts.currentClocksource());
    const { row, stacks, stackContext } = built;
    file.writeRow(row, stacks);
    tally.add(row, stacks);
    crossCheck.add(outcome.run, outcome.record, stackContext);
    if (row.comm !== null) notices.named(outcome.run, row.comm);
    progress.ran(outcome, trigger.edges()?.missed ?? 0);
    await slow?.ran(outcome, built);
    if (outcome.status !== "aborted") await meter?.ran(outcome);
  }
}

/** Stages that these hooks observe. */
export function observedBy(hooks: readonly HookFact[]): ReadonlySet<Stage> {
  return new Set(hooks.filter(({ attached }) => attached).map(({ stage }) => stage));
}
