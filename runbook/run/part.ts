/**
 * Which runs of a series one call measures: --resume continues after the last existing run, --until stops
 * early.
 */

import { EXIT, Failure } from "../../analysis/failure.ts";
import { isStandardOutput } from "../files/output_file.ts";
import type { Begun } from "../files/resume.ts";
import type { Runbook } from "../protocol/settings.ts";

/** Options of the call that choose a part of the series. */
export interface PartOptions {
  /** Continue the file `out`, which was cut off. */
  readonly resume: boolean;
  /** Default: ENV-HOST-UTCTIME.csv in the current folder. */
  readonly out?: string;
  /** Number of the run after which to stop, so the file can be resumed; default: the last one. */
  readonly until?: number;
  /** Stop at the first of the planned looks that settles the comparison. */
  readonly "until-decided": boolean;
  /** Stop at the first slow run. */
  readonly "stop-on-slow"?: boolean;
  /** The file that the looks compare with; without it another process looks, after each part. */
  readonly against?: string;
  /** Also measure what the probes cost. */
  readonly "measure-overhead": boolean;
}

/**
 * The number of this call's last run.
 *
 * @throws Failure (usage) when the options contradict each other or the runbook
 */
export function lastRunOf(options: PartOptions, { runs }: Runbook): number {
  refuseResume(options);
  refuseUntil(options, runs);
  refuseLooks(options);
  return options.until ?? runs;
}

function refuseResume({ resume, out, "measure-overhead": measureOverhead }: PartOptions): void {
  if (!resume) return;
  if (out === undefined) {
    throw new Failure(
      EXIT.usage,
      "--resume does not say which file to go on with",
      "name it with --out FILE",
    );
  }
  if (measureOverhead) {
    throw new Failure(
      EXIT.usage,
      "--measure-overhead cannot be resumed: what the rows before cost is not known any more",
      "leave it out, or begin another file",
    );
  }
}

function refuseUntil(
  { until, "stop-on-slow": stopOnSlow, "measure-overhead": measureOverhead }: PartOptions,
  runs: number,
): void {
  if (until !== undefined && until > runs) {
    throw new Failure(EXIT.usage, `--until ${until} is after the last of ${runs} runs`, "give one of them");
  }
  if (measureOverhead && (until !== undefined || stopOnSlow)) {
    throw new Failure(
      EXIT.usage,
      "--measure-overhead cannot stop in between: what goes on with its file does not know it any more",
      `leave out --${until === undefined ? "stop-on-slow" : "until"}, or --measure-overhead`,
    );
  }
}

function refuseLooks(options: PartOptions): void {
  const { until, against, out, "until-decided": untilDecided } = options;
  const refuse = (found: string, remedy: string) => new Failure(EXIT.usage, found, remedy);
  if (!untilDecided) {
    if (against === undefined) return;
    const remedy = "give it too, or leave --against out and compare afterwards";
    throw refuse("--against FILE is for --until-decided", remedy);
  }
  if (against === undefined && until === undefined) {
    throw refuse("--until-decided does not say which file decides", "name it with --against FILE");
  }
  if (against === undefined) return;
  if (until !== undefined) {
    throw refuse("--until stops at a run, --until-decided at a look", "leave one of them out");
  }
  if (isStandardOutput(out)) {
    throw refuse(
      "--until-decided reads what was measured, and that goes to standard output",
      "give --out FILE",
    );
  }
}

/**
 * Refuses a part that ends at or before the last run of the file. When the file has all runs, only its end
 * line is missing, and this call writes it.
 *
 * @param begun what the file holds; null: it is new
 * @throws Failure
 */
export function requireRunsLeft(path: string, begun: Begun | null, last: number, { runs }: Runbook): void {
  if (begun === null || begun.lastRun < last || last === runs) return;
  throw new Failure(
    EXIT.failed,
    `cannot go on with ${path} until run ${last}: its last one is ${begun.lastRun} already`,
    "give a later run with --until, or leave it out",
  );
}
