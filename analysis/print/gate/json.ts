/** `gate_result.json`. */

import type { JudgedQuestion, JudgedSeries } from "../../gate/judge.ts";
import { lettersOf } from "../compare/reasons.ts";
import { answerJson } from "../json.ts";
import { type Gated, gateReason, type GateSource, missingInWords, tellGate, type ToldGate } from "./told.ts";

/** What was judged, by what, and how it came out; the same bytes for the same files, wherever they lie. */
export function gateJson(gated: Gated, told: ToldGate = tellGate(gated)): string {
  const { judgement, policy, policyFile, files, probe } = gated;
  return answerJson("gate", {
    probe,
    outcome: judgement.outcome,
    comment_only: policy.commentOnly,
    top_reasons: told.topReasons.map(({ text }) => text),
    second_series: told.secondSeries,
    policy: {
      file: policyFile.name,
      sha256: policyFile.sha256,
      verdicts: policy.verdicts,
      least_runs: policy.leastRuns,
      zone: policy.zone,
      flaky_runs: policy.flakyRuns,
      timeouts: policy.timeouts,
      deadline_ns: policy.deadlineNs,
    },
    baseline: sideOf(judgement.series[0]!, 0, files[0]!),
    series: judgement.series.map((series, index) => {
      const letters = lettersOf(series.comparison);
      return {
        ...sideOf(series, 1, files[index + 1]!),
        outcome: series.outcome,
        alpha: series.comparison.alpha,
        missing: series.missing.map((one) => missingInWords(one, letters).text),
        questions: series.questions.map((question) => questionOf(question, letters, policy.verdicts)),
      };
    }),
  });
}

function sideOf({ comparison }: JudgedSeries, index: 0 | 1, { name: file, sha256 }: GateSource) {
  const { env, host, kernel, tier, started, rows, complete, timeout, aborted } = comparison.sides[index];
  return { file, sha256, env, host, kernel, tier, started, rows, complete, timeout, aborted };
}

function questionOf(
  question: JudgedQuestion,
  letters: ReturnType<typeof lettersOf>,
  verdicts: Gated["policy"]["verdicts"],
) {
  const { name, kind, verdict, outcome, reasons, n, values, estimate, interval, limits, leaveOut } = question;
  return {
    name,
    kind,
    outcome,
    verdict,
    outcome_of_verdict: verdicts[verdict],
    reasons: reasons.map((reason) => ({
      code: reason.code === "missing" ? reason.missing.code : reason.code,
      text: gateReason(reason, letters)?.text ?? null,
    })),
    n,
    values,
    estimate,
    interval,
    limits,
    left_out: leaveOut === null ? null : {
      runs: leaveOut.runs,
      verdict: leaveOut.verdict,
      searched: leaveOut.searched,
    },
  };
}
