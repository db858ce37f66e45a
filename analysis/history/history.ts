/** Series of one protocol in the order of time: where a level changes, and what else changed there. */

import { protocolDifferences } from "../compare/confounding.ts";
import { QUESTIONS } from "../compare/questions.ts";
import type { Confounding } from "../compare/reasons.ts";
import { factDifferences } from "../compare/warnings.ts";
import { isSameMeasurement } from "../pool/pool.ts";
import type { Meta } from "../result/meta.ts";
import type { Pair } from "../sample/summary.ts";
import { boundRanks, quantileBounds } from "../stats/quantile_bounds.ts";
import { energyChanges } from "../stats/energy_changes.ts";
import type { HistorySeries } from "./series.ts";

/** Chance of any change in a history without one, over all questions. */
const FALSE_ALARMS = 0.05;
/** With fewer, no order of the series is rare enough to be a change. */
export const HISTORY_NEEDS = 10;
/** Of one boot: a series may wait a day for its hours; what is further apart was a clock that was set. */
const CLOCK_TOLERANCE_S = 25 * 3600;
/** Between neighbours; a clock that is a year off makes such a gap. */
const LONG_GAP_S = 180 * 86_400;

/** Series between two changes. */
export interface Segment {
  /** Index of the first and of the last series. */
  readonly from: number;
  readonly to: number;
  /** Median of the medians of its series, and a 95 % interval of it by order statistics. */
  readonly level_ns: number;
  readonly level_ci_ns: Pair<number | null>;
}

/** A fact of `# meta` that is another one after a change. */
export interface FactChange {
  readonly field: string;
  readonly values: Pair<string>;
  /** All series before the change, back to the one before it, have the first value, and all after it the second. */
  readonly is_only_here: boolean;
}

export interface Change {
  /** Index of the first series with the new level. */
  readonly at: number;
  readonly p: number;
  /** Level after the change minus that before it, and in percent of that before it. */
  readonly by_ns: number;
  readonly by_percent: number | null;
  readonly facts: readonly FactChange[];
}

export interface QuestionHistory {
  readonly name: string;
  /** Indexes of the series in which the question was observed. */
  readonly observed: readonly number[];
  readonly segments: readonly Segment[];
  readonly changes: readonly Change[];
  /** Why no change was looked for; null: it was. */
  readonly reason: "few_series" | null;
}

/** Why a series is no part of the history. */
export type PassedOver =
  | { readonly file: string; readonly code: "protocol"; readonly differences: readonly Confounding[] }
  | { readonly file: string; readonly code: "env"; readonly env: string }
  | { readonly file: string; readonly code: "same_measurement"; readonly as: string }
  | { readonly file: string; readonly code: "no_date"; readonly started: string };

export type HistoryWarning =
  /** The clock was set between two series of one boot, or one of them is wrong. */
  | { readonly code: "clock"; readonly files: Pair<string>; readonly seconds: number }
  | { readonly code: "gap"; readonly files: Pair<string>; readonly days: number }
  /** Series of several hosts alternate: the host is in every level. */
  | { readonly code: "hosts_alternate"; readonly hosts: readonly string[] }
  | { readonly code: "cut_off"; readonly file: string };

export interface History {
  /** In the order of time. */
  readonly series: readonly HistorySeries[];
  readonly env: string;
  /** Level of each test. */
  readonly alpha: number;
  readonly questions: readonly QuestionHistory[];
  readonly passedOver: readonly PassedOver[];
  readonly warnings: readonly HistoryWarning[];
}

/** @param all in any order, one at least that has a date */
export function historyOf(all: readonly HistorySeries[]): History {
  const { series, passedOver } = alike(all);
  const alpha = FALSE_ALARMS / QUESTIONS.length;
  return {
    series,
    env: series[0]!.meta.env,
    alpha,
    questions: QUESTIONS.map(({ name }) => questionHistory(name, series, alpha)),
    passedOver,
    warnings: [
      ...clocks(series),
      ...gaps(series),
      ...hostsThatAlternate(series),
      ...series.filter(({ cutOff }) => cutOff).map(({ file }): HistoryWarning => ({ code: "cut_off", file })),
    ],
  };
}

/** The series of the protocol and env that most have, in the order of time, and why the others are not among them. */
function alike(all: readonly HistorySeries[]): Pick<History, "series" | "passedOver"> {
  const passedOver: PassedOver[] = [];
  const once: HistorySeries[] = [];
  for (const one of all) {
    const same = once.find(({ meta }) => isSameMeasurement(meta, one.meta));
    if (Number.isNaN(timeOf(one))) {
      passedOver.push({ file: one.file, code: "no_date", started: one.meta.started });
    } else if (same === undefined) once.push(one);
    else passedOver.push({ file: one.file, code: "same_measurement", as: same.file });
  }
  once.sort((a, b) => timeOf(a) - timeOf(b) || (a.file < b.file ? -1 : 1));
  const groups: HistorySeries[][] = [];
  for (const one of once) {
    const group = groups.find(([first]) => isAlike(first!.meta, one.meta));
    if (group === undefined) groups.push([one]);
    else group.push(one);
  }
  const [series = []] = groups.toSorted((a, b) => b.length - a.length);
  for (const one of once) {
    if (series.includes(one)) continue;
    const differences = protocolDifferences(series[0]!.meta, one.meta);
    passedOver.push(
      differences.length === 0
        ? { file: one.file, code: "env", env: one.meta.env }
        : { file: one.file, code: "protocol", differences },
    );
  }
  return { series, passedOver };
}

function timeOf({ meta }: HistorySeries): number {
  return Date.parse(meta.started);
}

function isAlike(a: Meta, b: Meta): boolean {
  return a.env === b.env && protocolDifferences(a, b).length === 0;
}

function questionHistory(name: string, series: readonly HistorySeries[], alpha: number): QuestionHistory {
  const observed = series.flatMap(({ levels }, index) => levels.get(name)!.median_ns === null ? [] : [index]);
  const medians = Float64Array.from(observed, (index) => series[index]!.levels.get(name)!.median_ns!);
  const isEnough = observed.length >= HISTORY_NEEDS;
  // A level that is half as high again is as large a change from 1 ms as from 1 us.
  const values = medians.every((ns) => ns > 0) ? medians.map(Math.log) : medians;
  const found = isEnough ? energyChanges(values, alpha) : [];
  const bounds = [0, ...found.map(({ after }) => after), observed.length];
  const segments = bounds.slice(1).flatMap((to, index) =>
    to === 0 ? [] : [segmentOf(medians, observed, bounds[index]!, to)]
  );
  return {
    name,
    observed,
    segments,
    changes: found.map(({ after, p }, index): Change => {
      const [before, now] = [segments[index]!, segments[index + 1]!];
      const by = now.level_ns - before.level_ns;
      return {
        at: observed[after]!,
        p,
        by_ns: by,
        by_percent: before.level_ns > 0 ? (100 * by) / before.level_ns : null,
        facts: factsAt(series.slice(before.from, before.to + 1), series.slice(now.from, now.to + 1)),
      };
    }),
    reason: isEnough ? null : "few_series",
  };
}

function segmentOf(medians: Float64Array, observed: readonly number[], from: number, to: number): Segment {
  const sorted = medians.slice(from, to).sort();
  const { estimate, low, high } = quantileBounds(sorted, 0.5, boundRanks(sorted.length, 0.5, CONFIDENCE));
  const known = (bound: number) => Number.isFinite(bound) ? bound : null;
  return {
    from: observed[from]!,
    to: observed[to - 1]!,
    level_ns: estimate,
    level_ci_ns: [known(low), known(high)],
  };
}

/** Of each bound of a level. */
const CONFIDENCE = 0.975;

/** What differs between the last series before a change and the first one after it. */
function factsAt(before: readonly HistorySeries[], after: readonly HistorySeries[]): FactChange[] {
  const [last, first] = [before.at(-1)!.meta, after[0]!.meta];
  return factsBetween(last, first).map(({ field, values }): FactChange => {
    const differs = (one: HistorySeries, other: Meta) =>
      factsBetween(one.meta, other).some((fact) => fact.field === field);
    return {
      field,
      values,
      is_only_here: before.every((one) => !differs(one, last)) && after.every((one) => !differs(one, first)),
    };
  }).sort((a, b) => Number(b.is_only_here) - Number(a.is_only_here));
}

function factsBetween(a: Meta, b: Meta): { readonly field: string; readonly values: Pair<string> }[] {
  const named = (["host", "boot_id"] as const).filter((field) => a[field] !== b[field])
    .map((field) => ({ field, values: [a[field], b[field]] as const }));
  const hooks = [hooksOf(a), hooksOf(b)] as const;
  return [
    ...named,
    ...factDifferences(a, b),
    ...hooks[0] === hooks[1] ? [] : [{ field: "hooks", values: hooks }],
  ];
}

function hooksOf({ hooks }: Meta): string {
  const attached = hooks.filter((hook) => hook.attached).map(({ kind, hook }) => `${kind} ${hook}`);
  return [...new Set(attached)].sort().join(", ");
}

/** Within one boot, CLOCK_MONOTONIC says how far two series lie apart. */
function clocks(series: readonly HistorySeries[]): HistoryWarning[] {
  const boots = Map.groupBy(series.filter(({ bootedAt }) => bootedAt !== null), ({ meta }) => meta.boot_id);
  return [...boots.values()].flatMap(([first, ...others]) =>
    others.flatMap((one): HistoryWarning[] => {
      const seconds = Math.round(one.bootedAt! - first!.bootedAt!);
      return Math.abs(seconds) <= CLOCK_TOLERANCE_S
        ? []
        : [{ code: "clock", files: [first!.file, one.file], seconds }];
    })
  );
}

function gaps(series: readonly HistorySeries[]): HistoryWarning[] {
  return series.slice(1).flatMap((one, index): HistoryWarning[] => {
    const before = series[index]!;
    const seconds = (timeOf(one) - timeOf(before)) / 1000;
    return seconds < LONG_GAP_S
      ? []
      : [{ code: "gap", files: [before.file, one.file], days: Math.floor(seconds / 86_400) }];
  });
}

/** One host after the other is a change in time; hosts that come back are not. */
function hostsThatAlternate(series: readonly HistorySeries[]): HistoryWarning[] {
  const turns = series.map(({ meta }) => meta.host).filter((host, index, all) => host !== all[index - 1]);
  const hosts = [...new Set(turns)];
  return turns.length === hosts.length ? [] : [{ code: "hosts_alternate", hosts }];
}
