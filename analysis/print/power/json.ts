import { type PowerAnalysis, runsAnswers } from "../../power/power.ts";
import { answerJson } from "../json.ts";
import { noAnswerInWords, powerWarningInWords } from "./reasons.ts";

/** The fields of `PowerAnalysis`, its questions as a list; reasons and warnings in words. */
export function powerJson(analysis: PowerAnalysis): string {
  const { files, alpha, power, method } = analysis;
  const questions = runsAnswers(analysis).map((answer) => {
    const { reason } = answer;
    return { ...answer, reason: reason === null ? null : noAnswerInWords(reason).text };
  });
  return answerJson("power", {
    files,
    alpha,
    power,
    questions,
    method,
    warnings: analysis.warnings.map((warning) => powerWarningInWords(warning).text),
  });
}
