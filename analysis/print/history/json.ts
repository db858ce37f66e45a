import type { History } from "../../history/history.ts";
import { answerJson } from "../json.ts";
import { otherSeriesInWords } from "../compare/reasons.ts";
import type { Stranger } from "../model.ts";
import { warningInWords } from "./told.ts";

/** A history as JSON: the series in the order of time, which questions name by their index. */
export function historyJson(
  { series, env, alpha, questions, passedOver, warnings }: History,
  unread: readonly Stranger[],
): string {
  return answerJson("history", {
    env,
    alpha,
    series: series.map(({ file, meta, rows, complete, cutOff }) => ({
      file,
      started: meta.started,
      host: meta.host,
      boot_id: meta.boot_id,
      kernel: meta.kernel,
      tier: meta.tier,
      runbook_sha256: meta.runbook_sha256,
      rows,
      complete,
      cut_off: cutOff,
    })),
    questions: questions.map(({ name, segments, changes, reason }) => ({
      name,
      levels: series.map(({ levels }) => levels.get(name)!),
      segments,
      changes,
      reason,
    })),
    passed_over: [
      ...unread,
      ...passedOver.map((one) => ({ file: one.file, reason: otherSeriesInWords(one).text })),
    ],
    warnings: warnings.map((one) => warningInWords(one).text),
  });
}
