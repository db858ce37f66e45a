/** How a call of `probe run` ends: with a summary, or with the reason why it has nothing to sum up. */

import { EXIT, type ExitCode, Failure } from "../../analysis/failure.ts";
import { summaryJson, summaryText } from "../files/summary.ts";
import type { Measured } from "./series.ts";

export interface ConclusionOptions {
  /** Declared number of runs. */
  readonly runs: number;
  /** Number of this call's last run. */
  readonly last: number;
  readonly json: boolean;
  readonly quiet: boolean;
}

/**
 * @param write receives the summary
 * @throws Failure when Ctrl-C ended the series, or no run of the whole series completed
 */
export function conclude(
  { summary, interruptedAt }: Measured,
  { runs, last, json, quiet }: ConclusionOptions,
  write: (text: string) => void,
): ExitCode {
  const { complete } = summary.tally.end();
  if (interruptedAt !== null) {
    const rows = complete === 1 ? "1 complete row is" : `${complete} complete rows are`;
    throw new Failure(
      EXIT.failed,
      `interrupted at run ${interruptedAt} of ${runs}`,
      `${rows} in ${summary.path}; --resume goes on`,
    );
  }
  const goesOn = last < runs;
  if (json) write(`${summaryJson(summary)}\n`);
  else if (!quiet && !goesOn) write(summaryText(summary));
  if (complete > 0 || goesOn) return EXIT.done;
  throw new Failure(
    EXIT.failed,
    `none of the ${runs} runs completed: no clock read of the target was seen`,
    `see column last_stage in ${summary.path} for where the runs stopped`,
  );
}
