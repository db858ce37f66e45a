/** `--until-decided`: what a look at the growing data finds, and whether more runs could settle more. */

import { compareAll } from "../analysis/compare/compare.ts";
import { type Answer, type Comparison, declaredAnswers } from "../analysis/compare/comparison.ts";
import { protocolDifferences } from "../analysis/compare/confounding.ts";
import { LEAD } from "../analysis/compare/questions.ts";
import { EXIT, Failure } from "../analysis/failure.ts";
import type { ResultFile } from "../analysis/result/file.ts";
import { protocolOf, runbookSha256 } from "../runbook/protocol/runbook.ts";
import type { Runbook } from "../runbook/protocol/settings.ts";
import { type ComparisonFlags, furtherQuestions, limitsOf } from "./compared_files.ts";

/** Which look it is, from 1, and how many were planned. */
export interface Look {
  readonly look: number;
  readonly planned: number;
}

/**
 * Compares what there is.
 *
 * @param files the baseline first
 * @param say receives what was found, a line a call
 * @returns whether more runs are not needed, do not help, or were not planned
 * @throws Failure when the files declare nothing that decides
 */
export function takeLook(
  files: readonly [ResultFile, ResultFile],
  flags: Omit<ComparisonFlags, "by">,
  look: Look,
  say: (line: string) => void,
): boolean {
  const { besides } = furtherQuestions(files[0], flags);
  return judge(compareAll(files, { ...limitsOf(flags), besides })[0]!, look, say);
}

/** As takeLook(), of the comparison that the files have. */
export function judge(
  comparison: Comparison,
  { look, planned }: Look,
  say: (line: string) => void,
): boolean {
  const [a, b] = comparison.sides.map(({ rows }) => rows);
  const runs = a === b ? `${a} runs a side` : `${a} and ${b} runs`;
  const questions = declaredAnswers(comparison);
  const verdicts = questions.map(({ name, answer }) => `${name} ${answer.verdict}`).join(", ");
  say(`look ${look} of ${planned}, ${runs}: ${verdicts}`);
  const lead = comparison[LEAD.name];
  if (lead.verdict === "CONFOUNDED" || (lead.verdict === "NO-DATA" && !isFew(lead))) {
    say(`more runs do not help: ${LEAD.name} is ${lead.verdict}, and probe compare says why`);
    return true;
  }
  const open = questions.filter(({ answer }) => isOpen(answer, comparison)).map(({ name }) => name);
  if (open.length === 0) say(`decided at look ${look} of ${planned}`);
  else if (look === planned) say(`still open at the last look: ${open.join(", ")}`);
  return open.length === 0 || look === planned;
}

/** Whether more runs may settle it. None of its values among complete runs: it is not observed, and will not be. */
function isOpen(answer: Answer, { sides }: Comparison): boolean {
  const mayCome = Math.min(...answer.n) > 0 || sides.some(({ complete }) => complete === 0);
  return answer.verdict === "INCONCLUSIVE" || (isFew(answer) && mayCome);
}

function isFew({ verdict, reasons }: Answer): boolean {
  return verdict === "NO-DATA" && reasons.some(({ code }) => code === "few_runs");
}

/**
 * Refuses, before the first run, what would make the comparison CONFOUNDED whatever is measured.
 *
 * @throws Failure with the first field that differs
 */
export async function requireSameRunbook(against: ResultFile, runbook: Runbook): Promise<void> {
  const here = { runbook: protocolOf(runbook), runbook_sha256: await runbookSha256(runbook) };
  const [first] = protocolDifferences(against.meta, here);
  if (first === undefined) return;
  const what = first.code === "runbook"
    ? `its ${first.field} is ${first.values[0] ?? "not declared"}, here it is ${
      first.values[1] ?? "not declared"
    }`
    : "its hash differs";
  throw new Failure(
    EXIT.failed,
    `${against.name} was measured by another runbook: ${what}`,
    "give the options and the runbook that it was measured with, or another file",
  );
}
