import { QUESTIONS } from "../../compare/questions.ts";
import type { PowerAnalysis } from "../../power/power.ts";
import { jsonText } from "../json.ts";
import { noAnswerInWords, powerWarningInWords } from "./reasons.ts";

/** The fields of `PowerAnalysis`, in its order; reasons and warnings in words. */
export function powerJson(analysis: PowerAnalysis): string {
  const answers = QUESTIONS.map(({ name }) => {
    const { reason } = analysis[name];
    return [name, { ...analysis[name], reason: reason === null ? null : noAnswerInWords(reason).text }];
  });
  return jsonText({
    ...analysis,
    ...Object.fromEntries(answers),
    warnings: analysis.warnings.map((warning) => powerWarningInWords(warning).text),
  });
}
