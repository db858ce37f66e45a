/** What a fleet has to say, in words, once for every form. */

import { VERDICTS } from "../../compare/verdict.ts";
import type { Fleet, FleetAnswer, FleetMean, FleetWarning, HostAnswer } from "../../fleet/fleet.ts";
import type { Moderated } from "../../fleet/moderators.ts";
import type { Host, LeftOut, Unpaired } from "../../fleet/sides.ts";
import type { Pair } from "../../sample/summary.ts";
import { otherSeriesInWords, reasonInWords } from "../compare/reasons.ts";
import type { Said, Stranger } from "../model.ts";
import {
  confidence,
  declaredMargin,
  duration,
  exact,
  interval,
  joined,
  plain,
  pValue,
  say,
  share,
  shift,
  statistic,
} from "../said.ts";

export interface ToldAnswer {
  readonly name: string;
  /** Mean, interval, margin, verdict; or why there is none. */
  readonly says: Said;
  /** A further host, hosts that stand out or are missing, and what differs by a fact. */
  readonly brief: readonly Said[];
  /** All that is estimated and tested, and host by host. */
  readonly details: readonly Said[];
}

export interface ToldFleet {
  readonly headline: Said;
  readonly sides: Pair<Said>;
  readonly answers: readonly ToldAnswer[];
  readonly warnings: readonly Said[];
  readonly strangers: readonly Stranger[];
  readonly unpaired: readonly Said[];
  readonly methods: readonly Said[];
}

/** The letters by which reasons name the sides of a host. */
const LETTERS: Pair<string> = ["A", "B"];

/** Why a host has no shift of a question. */
export const FEW_RUNS = "too few runs in which it was observed";
/** In the order of a comparison: what was found, then what was not. */
const SERIOUS = [...VERDICTS.filter((verdict) => verdict !== "EQUIVALENT"), "EQUIVALENT"] as const;
/** How many hosts that stand out are named beside the mean. */
const NAMED = 5;

/** Such as `1 host` and `2 hosts`. */
function counted(n: number, word: string): Said {
  return say`${exact(n)} ${n === 1 ? word : `${word}s`}`;
}

/** @param unread files that are no result files, with the reason of each */
export function tellFleet(fleet: Fleet, unread: readonly Stranger[]): ToldFleet {
  const { answers, alpha, warnings, unpaired, leftOut, envs, hosts } = fleet;
  const counts = SERIOUS.flatMap((verdict) => {
    const names = answers.filter((answer) => answer.verdict === verdict).map(({ name }) => name);
    const named = verdict === "DIFFERENT" ? ` (${names.join(", ")})` : "";
    return names.length === 0 ? [] : [plain(`${names.length} ${verdict}${named}`)];
  });
  return {
    headline: say`${exact(answers.length)} questions: ${joined(counts, ", ")}`,
    sides: [sideOf(hosts, envs[0], 0), sideOf(hosts, envs[1], 1)],
    answers: answers.map((answer) => tellAnswer(answer, alpha)),
    warnings: warnings.map(warningInWords),
    strangers: [...unread, ...leftOut.map((one) => ({ file: one.file, reason: whyLeftOut(one).text }))],
    unpaired: unpaired.map(unpairedInWords),
    methods: [
      say`The host is the unit: B - A of a host is the mean of its series' medians on B less that on A, with Maritz and Jarrett's variance within series and that between series of one host, taken from all hosts; intervals ${
        confidence(alpha)
      } by Student's t.`,
      say`Over hosts: random effects, REML, interval and prediction interval by Hartung and Knapp; p of the ${
        exact(answers.filter((answer) => answer.fleet !== null).length)
      } questions adjusted by Holm. Hosts stand out by studentized deleted residuals, p by Student's t, Holm over all hosts. Moderators are explored: F of a model with one tau for all levels, Benjamini-Hochberg over ${
        exact(fleet.bh_family)
      }.`,
    ],
  };
}

function sideOf(hosts: readonly Host[], env: string, side: 0 | 1): Said {
  const series = hosts.flatMap((host) => host.series[side]);
  const runs = series.reduce((sum, { complete }) => sum + complete, 0);
  const rows = series.reduce((sum, one) => sum + one.rows, 0);
  return say`${env} on ${counted(hosts.length, "host")}: ${exact(series.length)} series, ${exact(runs)} of ${
    exact(rows)
  } runs complete`;
}

function tellAnswer(answer: FleetAnswer, alpha: number): ToldAnswer {
  const { name, fleet, hosts, without, moderators } = answer;
  const missing = without.map(({ host, confounded }) =>
    confounded === null
      ? say`without ${host}: ${FEW_RUNS}`
      : say`without ${host}: ${reasonInWords(confounded, LETTERS)}`
  );
  const telling = moderators.filter(({ test }) => test !== null && test.p_bh < alpha);
  return {
    name,
    says: fleet === null ? whyNoMean(answer) : meanInWords(answer, fleet, alpha),
    brief: [
      ...fleet === null ? hosts.map(briefHost) : [furtherHost(fleet, alpha)],
      ...outsiders(hosts),
      ...missing.slice(0, NAMED),
      ...missing.length > NAMED ? [say`and without ${exact(missing.length - NAMED)} more`] : [],
      ...telling.map(levelsInWords),
    ],
    details: [
      ...fleet === null ? [] : [furtherHost(fleet, alpha), heterogeneity(fleet)],
      ...outsiders(hosts),
      ...missing,
      ...moderators.map(moderatorInWords),
      ...hosts.map(hostInWords),
    ],
  };
}

function meanInWords(
  { verdict, margin_ns, declared: { margin }, hosts }: FleetAnswer,
  { mean_ns, ci_ns, p_holm, p }: FleetMean,
  alpha: number,
): Said {
  const percent = margin.kind === "share" ? margin.percent : null;
  return say`${verdict}, ${shift(mean_ns)} on a host on average, ${confidence(alpha)} interval ${
    interval(ci_ns)
  }, margin ${declaredMargin({ margin_ns, margin_percent: percent })}; ${exact(hosts.length)} hosts, ${
    pValue({ p: p_holm, p_capped: p.p_capped })
  }`;
}

function whyNoMean({ verdict, hosts }: FleetAnswer): Said {
  return say`${verdict}, ${counted(hosts.length, "host")} with both sides; a mean over hosts needs 5`;
}

function furtherHost({ prediction_ns, tau_ns, i2 }: FleetMean, alpha: number): Said {
  return say`a further host: ${confidence(alpha)} in ${interval(prediction_ns)}; between hosts ${
    duration(tau_ns)
  } (tau), I2 ${share(i2)}`;
}

function heterogeneity({ q, q_df, q_p }: FleetMean): Said {
  return say`heterogeneity: Q ${statistic(q)} on ${exact(q_df)} df, ${pValue(q_p)}`;
}

function outsiders(hosts: readonly HostAnswer[]): Said[] {
  const found = hosts.filter(({ stands_out }) => stands_out)
    .sort((a, b) => Math.abs(b.residual!) - Math.abs(a.residual!));
  if (found.length === 0) return [];
  const named = found.slice(0, NAMED).map(({ host, shift_ns, residual }) =>
    say`${host} ${shift(shift_ns)} (${statistic(residual!)} standard errors)`
  );
  const more = found.length > NAMED ? [plain(`${found.length - NAMED} more`)] : [];
  return [say`stand out: ${joined([...named, ...more], ", ")}`];
}

/** Which levels there are and where each lies, without the test. */
function levelsInWords({ field, levels, test }: Moderated): Said {
  const means = levels.map(({ value, mean_ns }) => say`${value} ${shift(mean_ns)}`);
  const shown = joined([...means.slice(0, NAMED), ...means.length > NAMED ? [plain("others")] : []], ", ");
  return say`differs by ${field}: ${shown} (BH ${pValue({ p: test!.p_bh, p_capped: test!.p.p_capped })})`;
}

function moderatorInWords({ field, levels, others, test }: Moderated): Said {
  const left = others === 0 ? null : say`${counted(others, "host")} without a value that two have`;
  if (test === null) {
    const values = levels.map(({ value, hosts }) => say`${value} (${counted(hosts, "host")})`);
    return say`by ${field}: not tested; ${joined([...values, left], "; ")}`;
  }
  const means = levels.map(({ value, hosts, mean_ns, ci_ns }) =>
    say`${value} ${shift(mean_ns)} ${interval(ci_ns)} (${counted(hosts, "host")})`
  );
  const { f, df1, df2, p, p_bh, tau_ns } = test;
  return say`by ${field}: F ${statistic(f)} on ${exact(df1)} and ${exact(df2)} df, ${pValue(p)}, BH ${
    pValue({ p: p_bh, p_capped: p.p_capped })
  }; ${joined([...means, left], "; ")}; tau within ${duration(tau_ns)}`;
}

function briefHost({ host, shift_ns, ci_ns }: HostAnswer): Said {
  return say`${host}: ${shift(shift_ns)} ${interval(ci_ns)}`;
}

function hostInWords(of: HostAnswer): Said {
  const { series, runs, levels_ns, residual, stands_out } = of;
  const beyond = residual === null
    ? null
    : say`residual ${statistic(residual)}${stands_out ? ", stands out" : ""}`;
  return joined([
    briefHost(of),
    say`${duration(levels_ns[0])} and ${duration(levels_ns[1])}`,
    say`${exact(series[0])} and ${exact(series[1])} series, ${exact(runs[0])} and ${exact(runs[1])} runs`,
    beyond,
  ], "; ");
}

export function warningInWords(warning: FleetWarning): Said {
  switch (warning.code) {
    case "clock": {
      const { host, file, days } = warning;
      return say`${host}: ${file} began ${exact(Math.abs(days))} days ${
        days < 0 ? "before" : "after"
      } the middle of all series: is its clock right? Its runs are used`;
    }
    case "cut_off":
      return plain(`${warning.file} was cut off`);
    case "few_hosts":
      return say`${
        counted(warning.hosts, "host")
      } with series of both sides; what lies between hosts is known from ${
        exact(warning.needs)
      } on: each host stands for itself`;
    case "one_series_a_side":
      return plain(
        `no host has two series of ${warning.env}: the hosts' intervals lack how far boots lie apart, which is in the spread between hosts`,
      );
  }
}

export function unpairedInWords({ host, series, lacks }: Unpaired): Said {
  return say`${host}: ${exact(series)} series, none of ${lacks}`;
}

export function whyLeftOut(one: LeftOut): Said {
  switch (one.code) {
    case "integrity":
      return say`${exact(one.errors)} of ${exact(one.rows)} runs contradict themselves`;
    case "no_folder":
      return plain("it lies beside the folders that name the hosts");
    default:
      return otherSeriesInWords(one);
  }
}
