/** `probe power FILE [FILE]`: how many runs a side are needed. Needs no privilege but to read the files. */

import { EXIT, type ExitCode } from "../analysis/failure.ts";
import { powerJson } from "../analysis/print/power/json.ts";
import { powerAnalysis } from "../analysis/power/power.ts";
import { powerText } from "../analysis/print/power/text.ts";
import { readFile } from "../runbook/files/result_in.ts";

export interface PowerFlags {
  /** Margin of the question LEAD in ns, instead of the runbook's. */
  readonly margin?: number;
  /** Instead of the runbook's. */
  readonly alpha?: number;
  readonly power: number;
  readonly format: "text" | "json";
}

/**
 * @param paths one file, for both sides; or those of A and B
 * @param write takes the answer
 * @throws Failure when a file cannot be read or is refused
 */
export function powerCommand(
  flags: PowerFlags,
  paths: readonly string[],
  write: (text: string) => void,
): ExitCode {
  const analysis = powerAnalysis(paths.map((path) => readFile(path)), {
    power: flags.power,
    ...(flags.margin === undefined ? {} : { marginNs: flags.margin }),
    ...(flags.alpha === undefined ? {} : { alpha: flags.alpha }),
  });
  write(flags.format === "json" ? powerJson(analysis) : powerText(analysis));
  return EXIT.done;
}
