/** How a call of `probe run` ends: with a summary, or with the reason why it has nothing to sum up. */

import { EXIT, type ExitCode, Failure } from "../../analysis/failure.ts";
import { printable } from "../../analysis/print/printable.ts";
import { summaryJson, summaryText } from "../files/summary.ts";
import type { Measured } from "./series.ts";

export interface ConclusionOptions {
  /** Declared number of runs. */
  readonly runs: number;
  /** Number of this call's last run. */
  readonly last: number;
  /** Exit code of an interruption. */
  readonly interrupted: ExitCode;
  /** The command that goes on with what was interrupted; null: it cannot go on. */
  readonly resume: string | null;
  readonly json: boolean;
  readonly quiet: boolean;
}

/**
 * @param write receives the summary, of an interrupted series that of the runs it has
 * @throws Failure when a signal ended the series, or no run of the whole series completed
 */
export function conclude(
  { summary, interruptedAt }: Measured,
  { runs, last, interrupted, resume, json, quiet }: ConclusionOptions,
  write: (text: string) => void,
): ExitCode {
  const { complete, rows } = summary.tally.end();
  const goesOn = last < runs;
  const slowEnded = summary.slow !== undefined && summary.slow.ended_at !== null;
  if (interruptedAt === null || rows > 0) {
    if (json) write(summaryJson(summary));
    else if (!goesOn || slowEnded) write(quiet ? `${printable(summary.path)}\n` : summaryText(summary));
  }
  if (interruptedAt !== null) {
    const kept = complete === 1 ? "1 complete row is" : `${complete} complete rows are`;
    throw new Failure(
      interrupted,
      `interrupted at run ${interruptedAt} of ${runs}; ${kept} in ${summary.path}`,
      resume === null ? "start again" : `go on with: ${resume}`,
    );
  }
  if (complete > 0 || goesOn) return EXIT.done;
  throw new Failure(
    EXIT.failed,
    `none of the ${runs} runs completed: no clock read of the target was seen`,
    `see column last_stage in ${summary.path} for where the runs stopped`,
  );
}
