/** `probe power FILE [FILE]`: how many runs each side needs. Needs no privilege beyond reading the files. */

import { EXIT, type ExitCode } from "../analysis/failure.ts";
import { powerJson } from "../analysis/print/power/json.ts";
import { powerAnalysis } from "../analysis/power/power.ts";
import { powerText } from "../analysis/print/power/text.ts";
import { type GivenMargin, marginsOf } from "./compared_files.ts";
import { inTurn, readWhere, type Where } from "./where.ts";

export interface PowerFlags {
  /** One margin for all questions, or for the one that is named; default: the runbook's. */
  readonly margin?: readonly GivenMargin[];
  /** Default: the runbook's. */
  readonly alpha?: number;
  readonly power: number;
  /** Assumed shift of the question LEAD in ns; without it none. */
  readonly shift?: number;
  /** Which runs of each file are meant; default: all. */
  readonly where?: Where;
  readonly format: "text" | "json";
}

/**
 * @param paths one file for both sides, or one each for A and B
 * @param write receives the answer
 * @throws Failure when a file cannot be read or is refused
 */
export async function powerCommand(
  flags: PowerFlags,
  paths: readonly string[],
  write: (text: string) => void,
): Promise<ExitCode> {
  const files = await inTurn(paths, (path) => readWhere(path, flags.where ?? null));
  const analysis = powerAnalysis(files, {
    power: flags.power,
    ...(flags.margin === undefined ? {} : { margins: marginsOf(flags.margin) }),
    ...(flags.shift === undefined ? {} : { shiftNs: flags.shift }),
    ...(flags.alpha === undefined ? {} : { alpha: flags.alpha }),
  });
  write(flags.format === "json" ? powerJson(analysis) : powerText(analysis));
  return EXIT.done;
}
