/**
 * Many hosts with series of two sides each: how far B lies from A on each host, on a host on average, and on a further one.
 * The host is the unit; its series are nested in it, and the runs in these. Runs are never pooled.
 */

import { hookDifferences, stageDifference } from "../compare/confounding.ts";
import { type Besides, type Declared, marginOf, type Margins } from "../compare/limits.ts";
import { QUESTIONS } from "../compare/questions.ts";
import type { Confounding } from "../compare/reasons.ts";
import { placeOf, type Verdict, verdictOf } from "../compare/verdict.ts";
import type { Meta } from "../result/meta.ts";
import { cappedP } from "../sample/sample.ts";
import type { Pair, PValue } from "../sample/summary.ts";
import { benjaminiHochberg, holm } from "../stats/holm.ts";
import { medianSorted } from "../stats/quantile.ts";
import {
  meanInterval,
  PLACES_NEEDED,
  predictionInterval,
  randomEffects,
  studentizedDeleted,
} from "../stats/random_effects.ts";
import { tSurvival } from "../stats/special.ts";
import { betweenSeries, type HostShift, hostShift } from "./host_shift.ts";
import { type Moderated, moderatedBy, MODERATORS } from "./moderators.ts";
import type { FleetSeries } from "./series.ts";
import type { Host, Sides } from "./sides.ts";

/** A host in a question. */
export interface HostAnswer extends HostShift {
  readonly host: string;
  readonly ci_ns: Pair<number>;
  /** Studentized deleted residual; null with too few hosts. */
  readonly residual: number | null;
  /** Its p by Student's t, adjusted by Holm over all hosts. */
  readonly p_holm: number | null;
  readonly stands_out: boolean;
}

/** Why a host has no shift in a question. */
export interface HostWithout {
  readonly host: string;
  /** Null: too few runs in which it was observed. */
  readonly confounded: Confounding | null;
}

/** What all hosts together say. */
export interface FleetMean {
  readonly mean_ns: number;
  readonly se_ns: number;
  readonly df: number;
  readonly ci_ns: Pair<number>;
  /** At 1 - 2 alpha, against the margin. */
  readonly tost_ci_ns: Pair<number>;
  /** Where the shift of a further host lies. */
  readonly prediction_ns: Pair<number>;
  /** Standard deviation of the true shifts of hosts. */
  readonly tau_ns: number;
  readonly i2: number;
  readonly q: number;
  readonly q_df: number;
  readonly q_p: PValue;
  readonly p: PValue;
  readonly p_holm: number;
}

export interface FleetAnswer {
  readonly name: string;
  readonly title: string;
  readonly verdict: Verdict;
  readonly declared: Declared;
  /** Null: a share of a level that is not above 0, or of none. */
  readonly margin_ns: number | null;
  /** Mean over the hosts of the levels of A, of which the margin may be a share. */
  readonly level_a_ns: number | null;
  readonly hosts: readonly HostAnswer[];
  readonly without: readonly HostWithout[];
  /** Variance between series of one host on each side, ns^2; null: no host has two of them. */
  readonly between_series: Pair<number | null>;
  /** Null with too few hosts. */
  readonly fleet: FleetMean | null;
  readonly moderators: readonly Moderated[];
}

export type FleetWarning =
  /** Of a series: this many days from the middle of the others. */
  | { readonly code: "clock"; readonly host: string; readonly file: string; readonly days: number }
  | { readonly code: "cut_off"; readonly file: string }
  | { readonly code: "few_hosts"; readonly hosts: number; readonly needs: number }
  /** On a side no host has two series: how far boots of a host lie apart is in the spread between hosts. */
  | { readonly code: "one_series_a_side"; readonly env: string };

export interface Fleet extends Sides {
  readonly envs: Pair<string>;
  readonly alpha: number;
  readonly answers: readonly FleetAnswer[];
  readonly warnings: readonly FleetWarning[];
  /** How many p of moderators are adjusted together. */
  readonly bh_family: number;
}

export interface FleetOptions {
  /** Override the runbook's. */
  readonly margins: Margins;
  readonly alpha: number;
  /** What the runbook asks besides QUESTIONS. */
  readonly besides: readonly Besides[];
}

/** Further from the middle of the others a clock was not right, or the series is no part of this measurement. */
const FAR_DAYS = 180;
const DAY_MS = 86_400_000;

export function fleetOf(sides: Sides, envs: Pair<string>, options: FleetOptions): Fleet {
  const first = sides.hosts[0]!.series[0][0]!;
  const asked = [
    ...QUESTIONS.map((question) => ({
      name: question.name as string,
      title: question.title as string,
      declared: marginOf({ name: first.file, meta: first.meta }, question, options.margins),
      differences: (a: Meta, b: Meta) => hookDifferences(question, a, b),
    })),
    ...options.besides.map(({ name, title, hooked, declared }) => ({
      name,
      title,
      declared,
      differences: (a: Meta, b: Meta) => hooked.flatMap((stage) => stageDifference(stage, a, b) ?? []),
    })),
  ];
  const open = asked.map((question) => estimated(question, sides.hosts, options.alpha));
  const tested = open.flatMap(({ fleet }) => fleet === null ? [] : [fleet.p.p]);
  const adjusted = holm(tested);
  let next = 0;
  const explored = open.flatMap(({ moderators }) =>
    moderators.flatMap(({ test }) => test === null ? [] : [test.p.p])
  );
  const shared = benjaminiHochberg(explored);
  let nextExplored = 0;
  const answers = open.map((one): FleetAnswer => ({
    ...one,
    ...one.fleet === null
      ? {
        fleet: null,
        verdict: one.hosts.length === 0 && one.without.some(isConfounded) ? "CONFOUNDED" : "NO-DATA",
      }
      : concluded(one.fleet, one.margin_ns, adjusted[next++]!, options.alpha),
    moderators: one.moderators.map((moderator) =>
      moderator.test === null
        ? moderator
        : { ...moderator, test: { ...moderator.test, p_bh: shared[nextExplored++]! } }
    ),
  }));
  return {
    ...sides,
    envs,
    alpha: options.alpha,
    answers,
    warnings: warningsOf(sides.hosts, envs),
    bh_family: explored.length,
  };
}

function isConfounded({ confounded }: HostWithout): boolean {
  return confounded !== null;
}

interface Question {
  readonly name: string;
  readonly title: string;
  readonly declared: Declared;
  differences(a: Meta, b: Meta): readonly Confounding[];
}

type Open = Omit<FleetAnswer, "verdict" | "fleet"> & { readonly fleet: Omit<FleetMean, "p_holm"> | null };

/** One question over all hosts, before p are adjusted. */
function estimated(question: Question, hosts: readonly Host[], alpha: number): Open {
  const { name, title, declared } = question;
  const without: HostWithout[] = [];
  const usable = hosts.flatMap((host) => {
    const confounded = firstDifference(host, question);
    const isObserved = host.series.every((side) => side.some(({ levels }) => levels.get(name) != null));
    if (isObserved && confounded === null) return [host];
    without.push({ host: host.name, confounded });
    return [];
  });
  const between = betweenSeries(usable, name);
  const shifts = usable.map((host) => ({ host: host.name, ...hostShift(host, name, between, alpha) }));
  const [estimates, variances] = [
    shifts.map(({ shift_ns }) => shift_ns),
    shifts.map(({ variance }) => variance),
  ];
  const isEnough = shifts.length >= PLACES_NEEDED;
  const residuals = isEnough ? studentizedDeleted(estimates, variances)! : null;
  const outside = residuals === null ? null : holm(
    Array.from(residuals, (residual) => Math.min(1, 2 * tSurvival(Math.abs(residual), shifts.length - 2))),
  );
  const level = shifts.length === 0
    ? null
    : shifts.reduce((sum, { levels_ns: [a] }) => sum + a, 0) / shifts.length;
  return {
    name,
    title,
    declared,
    margin_ns: marginIn(declared, level),
    level_a_ns: level,
    hosts: shifts.map((shift, index) => ({
      ...shift,
      residual: residuals?.[index] ?? null,
      p_holm: outside?.[index] ?? null,
      stands_out: outside !== null && outside[index]! < alpha,
    })),
    without,
    between_series: between.map((one) => one?.variance ?? null) as [number | null, number | null],
    fleet: isEnough ? meanOf(estimates, variances, alpha) : null,
    moderators: isEnough ? MODERATORS.map((field) => moderatedBy(field, usable, shifts, alpha)) : [],
  };
}

/** The first way in which the series of a host were not observed alike. */
function firstDifference({ series: [a, b] }: Host, { differences }: Question): Confounding | null {
  const [first, ...others] = [...a, ...b];
  for (const other of others) {
    const [difference] = differences(first!.meta, other.meta);
    if (difference !== undefined) return difference;
  }
  return null;
}

function marginIn({ margin }: Declared, level: number | null): number | null {
  if (margin.kind === "duration") return margin.ns;
  return level !== null && level > 0 ? (level * margin.percent) / 100 : null;
}

function meanOf(estimates: readonly number[], variances: readonly number[], alpha: number) {
  const { means: [mean], tau2, q, qDf, qP, i2 } = randomEffects(estimates, variances);
  return {
    mean_ns: mean!.mean,
    se_ns: mean!.se,
    df: mean!.df,
    ci_ns: meanInterval(mean!, 1 - alpha),
    tost_ci_ns: meanInterval(mean!, 1 - 2 * alpha),
    prediction_ns: predictionInterval(mean!, tau2, 1 - alpha),
    tau_ns: Math.sqrt(tau2),
    i2,
    q,
    q_df: qDf,
    q_p: cappedP(qP),
    p: cappedP(mean!.p),
  };
}

function concluded(
  fleet: Omit<FleetMean, "p_holm">,
  marginNs: number | null,
  p_holm: number,
  alpha: number,
): Pick<FleetAnswer, "fleet" | "verdict"> {
  const verdict = marginNs === null
    ? "NO-DATA"
    : verdictOf(placeOf(fleet.tost_ci_ns, marginNs), p_holm < alpha);
  return { fleet: { ...fleet, p_holm }, verdict };
}

function warningsOf(hosts: readonly Host[], envs: Pair<string>): FleetWarning[] {
  const all = hosts.flatMap(({ name, series }) => series.flat().map((one) => ({ host: name, one })));
  const times = Float64Array.from(all, ({ one }) => Date.parse(one.meta.started)).sort();
  const middle = medianSorted(times);
  const daysOf = (one: FleetSeries) => Math.round((Date.parse(one.meta.started) - middle) / DAY_MS);
  return [
    ...(hosts.length < PLACES_NEEDED
      ? [{ code: "few_hosts" as const, hosts: hosts.length, needs: PLACES_NEEDED }]
      : []),
    ...all.flatMap(({ host, one }): FleetWarning[] =>
      Math.abs(daysOf(one)) < FAR_DAYS ? [] : [{ code: "clock", host, file: one.file, days: daysOf(one) }]
    ),
    ...envs.flatMap((env, side): FleetWarning[] =>
      hosts.every(({ series }) => series[side]!.length === 1) ? [{ code: "one_series_a_side", env }] : []
    ),
    ...all.flatMap(({ one }): FleetWarning[] => one.cutOff ? [{ code: "cut_off", file: one.file }] : []),
  ];
}
