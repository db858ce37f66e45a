import type { Fleet } from "../../fleet/fleet.ts";
import { reasonInWords } from "../compare/reasons.ts";
import { answerJson } from "../json.ts";
import type { Stranger } from "../model.ts";
import { FEW_RUNS, unpairedInWords, warningInWords, whyLeftOut } from "./told.ts";

/** A fleet as JSON. */
export function fleetJson(fleet: Fleet, unread: readonly Stranger[]): string {
  const { envs, alpha, hosts, answers, unpaired, leftOut, warnings, bh_family } = fleet;
  return answerJson("fleet", {
    envs,
    alpha,
    bh_family,
    hosts: hosts.map(({ name, series }) => ({
      name,
      series: series.map((side) =>
        side.map(({ file, meta, rows, complete, cutOff }) => ({
          file,
          started: meta.started,
          host: meta.host,
          boot_id: meta.boot_id,
          kernel: meta.kernel,
          cpu: meta.cpu,
          virtualization: meta.virtualization,
          rows,
          complete,
          cut_off: cutOff,
        }))
      ),
    })),
    questions: answers.map((
      {
        name,
        title,
        verdict,
        declared,
        margin_ns,
        level_a_ns,
        hosts,
        without,
        fleet,
        between_series,
        moderators,
      },
    ) => ({
      name,
      title,
      verdict,
      margin_ns,
      margin_percent: declared.margin.kind === "share" ? declared.margin.percent : null,
      margin_source: declared.source,
      level_a_ns,
      fleet: fleet === null ? null : { ...fleet, q_p: fleet.q_p.p, p: fleet.p.p, p_capped: fleet.p.p_capped },
      between_series_ns: between_series.map((variance) => variance === null ? null : Math.sqrt(variance)),
      hosts: hosts.map((
        { host, series, runs, levels_ns, shift_ns, variance, df, ci_ns, residual, p_holm, stands_out },
      ) => ({
        host,
        series,
        runs,
        levels_ns,
        shift_ns,
        se_ns: Math.sqrt(variance),
        df,
        ci_ns,
        residual,
        p_holm,
        stands_out,
      })),
      without: without.map(({ host, confounded }) => ({
        host,
        reason: confounded === null ? FEW_RUNS : reasonInWords(confounded, ["A", "B"]).text,
      })),
      moderators: moderators.map(({ test, ...moderator }) => ({
        ...moderator,
        test: test === null ? null : { ...test, p: test.p.p, p_capped: test.p.p_capped },
      })),
    })),
    unpaired: unpaired.map((one) => ({ host: one.host, reason: unpairedInWords(one).text })),
    passed_over: [
      ...unread,
      ...leftOut.map((one) => ({ file: one.file, reason: whyLeftOut(one).text })),
    ],
    warnings: warnings.map((one) => warningInWords(one).text),
  });
}
