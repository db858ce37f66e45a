/** What a file's runbook declares about the conclusions to be drawn from it. */

import { EXIT, Failure } from "../failure.ts";
import { LEAD, type Question } from "./questions.ts";
import type { ResultFile } from "../result/file.ts";

const DEFAULT_ALPHA = 0.05;

/**
 * @param option instead of the runbook's
 * @throws Failure when it lies outside (0, 1/2)
 */
export function alphaOf(file: ResultFile, option: number | undefined): number {
  const alpha = option ?? declared(file, "alpha") ?? DEFAULT_ALPHA;
  if (alpha > 0 && alpha < 0.5) return alpha;
  const found = option === undefined
    ? `the runbook of ${file.name} declares alpha ${alpha}`
    : `alpha is ${alpha}`;
  const remedy = "give --alpha a number above 0 and below 0.5, such as 0.05";
  throw new Failure(option === undefined ? EXIT.failed : EXIT.usage, found, remedy);
}

/**
 * In ns.
 *
 * @param option of the question LEAD, instead of the runbook's
 * @throws Failure when the runbook declares none above 0
 */
export function marginOf(file: ResultFile, question: Question, option: number | undefined): number {
  const isLead = question.role === LEAD.role;
  if (isLead && option !== undefined) return option;
  const margin = declared(file, question.margin);
  if (margin !== null && margin > 0) return margin;
  const remedy = isLead ? "give --margin, for example --margin 4ms" : "declare it and measure again";
  throw new Failure(
    EXIT.failed,
    `the runbook of ${file.name} declares no ${question.margin} above 0`,
    remedy,
  );
}

function declared(file: ResultFile, field: string): number | null {
  const value = file.meta.runbook[field];
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}
