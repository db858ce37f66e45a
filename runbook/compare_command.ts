/** `probe compare A B`: opens and reads both files, compares, prints. Needs no privilege but to read them. */

import { compare } from "../analysis/compare.ts";
import { compareJson } from "../analysis/compare_json.ts";
import { compareText } from "../analysis/compare_text.ts";
import { EXIT, type ExitCode } from "../analysis/failure.ts";
import { readFile } from "./result_in.ts";

export interface CompareFlags {
  /** Margin of the offset in ns, instead of the runbook's. */
  readonly margin?: number;
  /** Instead of the runbook's. */
  readonly alpha?: number;
  readonly format: "text" | "json";
}

/**
 * @param pathA the baseline
 * @param write takes the report
 * @throws Failure when a file cannot be read or is refused
 */
export function compareCommand(
  flags: CompareFlags,
  pathA: string,
  pathB: string,
  write: (text: string) => void,
): ExitCode {
  const a = readFile(pathA);
  const b = readFile(pathB);
  const comparison = compare(a, b, {
    ...(flags.margin === undefined ? {} : { marginNs: flags.margin }),
    ...(flags.alpha === undefined ? {} : { alpha: flags.alpha }),
  });
  write(flags.format === "json" ? compareJson(comparison) : compareText(comparison));
  return EXIT.done;
}
