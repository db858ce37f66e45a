/** `probe gate`: judges series against a baseline by a policy, and writes what it found. */

import { EXIT, type ExitCode, Failure } from "../../analysis/failure.ts";
import { gateJson } from "../../analysis/print/gate/json.ts";
import { gateJunit } from "../../analysis/print/gate/junit.ts";
import { gateMarkdown } from "../../analysis/print/gate/markdown.ts";
import { gateText } from "../../analysis/print/gate/text.ts";
import { tellGate } from "../../analysis/print/gate/told.ts";
import { removeDerivedFile, writeDerivedFile } from "../../runbook/files/derived_file.ts";
import { createOutputFolder } from "../../runbook/files/output_file.ts";
import { requireOneInput } from "../../runbook/machine/named_file.ts";
import { judgeFiles, readPolicy } from "./inputs.ts";

export interface GateFlags {
  /** Path of the policy. */
  readonly policy: string;
  /** Folder for what is written. */
  readonly out: string;
  /** Whether files of an earlier gate are replaced; default: no. */
  readonly force?: boolean;
  /** Folder with earlier series, to be judged instead of two files. */
  readonly backtest?: string;
}

const RESULT = "gate_result.json";
const COMMENT = "gate_comment.md";
const JUNIT = "gate_junit.xml";

/**
 * @param paths the baseline, then the series to be judged
 * @param write receives the short answer
 * @param say receives which questions fail
 * @returns the exit code of a gate on FAIL, unless the policy only comments
 * @throws Failure when a file cannot be read or is refused, or they cannot be judged, or the output cannot be written
 */
export async function gateCommand(
  flags: GateFlags,
  paths: readonly string[],
  write: (text: string) => void,
  say: (text: string) => void,
): Promise<ExitCode> {
  if (flags.backtest !== undefined) {
    if (paths.length > 0) {
      const found = `${paths[0]} is given, and --backtest judges the files of its folder`;
      throw new Failure(EXIT.usage, found, "leave one of them out");
    }
    const { backtest } = await import("./backtest.ts");
    return await backtest(flags.backtest, flags.policy, write);
  }
  if (paths.length < 2) {
    const found = `${paths.length === 0 ? "no file is" : "one file is"} given, and a gate needs two`;
    throw new Failure(EXIT.usage, found, "name the baseline and the files to judge");
  }
  requireOneInput([flags.policy, ...paths]);
  const policy = await readPolicy(flags.policy);
  const out = flags.out.replace(/(?<=.)\/+$/, "");
  makeRoom(out, flags.force ?? false);
  const gated = await judgeFiles(paths, policy);
  const told = tellGate(gated);
  // The result last: where it is, the others are.
  await writeText(`${out}/${COMMENT}`, gateMarkdown(told));
  await writeText(`${out}/${JUNIT}`, gateJunit(told));
  await writeText(`${out}/${RESULT}`, gateJson(gated, told));
  write(`${gateText(told)}\n${[RESULT, COMMENT, JUNIT].map((name) => `${out}/${name}\n`).join("")}`);
  if (told.outcome !== "FAIL" || told.commentOnly) return EXIT.done;
  const failed = told.series.flatMap(({ file, questions }) =>
    questions.filter(({ outcome }) => outcome === "FAIL").map(({ name }) => `${name} (${file})`)
  );
  say(`probe: ${policy.source.name}: FAIL: ${failed.join(", ")}\n`);
  return EXIT.gate;
}

/** Before anything is judged: an earlier answer must not stand where this one fails. */
function makeRoom(out: string, force: boolean): void {
  const names = [RESULT, COMMENT, JUNIT];
  if (force) names.forEach((name) => removeDerivedFile(`${out}/${name}`));
  createOutputFolder(out, true, names, "choose another folder with --out, or give --force to replace it");
}

async function writeText(path: string, text: string): Promise<void> {
  await writeDerivedFile(path, false, (write) => write(new TextEncoder().encode(text)));
}
