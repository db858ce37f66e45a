/** Facts of hosts by which their shifts may differ: a factor of the random-effects model, with a test of all its levels. */

import type { Meta } from "../result/meta.ts";
import { cappedP } from "../sample/sample.ts";
import type { Pair, PValue } from "../sample/summary.ts";
import { meanInterval, PLACES_NEEDED, randomEffects } from "../stats/random_effects.ts";
import type { HostShift } from "./host_shift.ts";
import type { FleetSeries } from "./series.ts";
import type { Host } from "./sides.ts";

export const MODERATORS = ["kernel", "cpu", "virtualization"] as const satisfies readonly (keyof Meta)[];
type Moderator = (typeof MODERATORS)[number];

/** Hosts with one value. */
export interface ModeratorLevel {
  /** `A -> B` where the sides differ. */
  readonly value: string;
  readonly hosts: number;
  /** Null where the moderator is not tested. */
  readonly mean_ns: number | null;
  readonly ci_ns: Pair<number> | null;
}

export interface Moderated {
  readonly field: Moderator;
  /** With two hosts or more, the value of most hosts first. */
  readonly levels: readonly ModeratorLevel[];
  /** Hosts whose value no other has, or whose series of a side differ in it. */
  readonly others: number;
  /** That all levels have one mean; null: there is only one, or too few hosts. */
  readonly test: {
    readonly f: number;
    readonly df1: number;
    readonly df2: number;
    readonly p: PValue;
    /** Adjusted with those of all questions and moderators. */
    readonly p_bh: number;
    /** What is left between hosts of one level. */
    readonly tau_ns: number;
  } | null;
}

/** Hosts of one value, below which it says nothing. */
const LEAST = 2;

/** @param shifts of these hosts, in their order */
export function moderatedBy(
  field: Moderator,
  hosts: readonly Host[],
  shifts: readonly HostShift[],
  alpha: number,
): Moderated {
  const values = hosts.map(({ series }) => valueOf(series, field));
  const groups = [...Map.groupBy(values.keys(), (index) => values[index]!)]
    .filter(([value, { length }]) => value !== null && length >= LEAST)
    .sort(([a, { length: m }], [b, { length: n }]) => n - m || (a! < b! ? -1 : 1)) as [string, number[]][];
  const used = groups.flatMap(([, indexes]) => indexes);
  const others = hosts.length - used.length;
  const plain = groups.map(([value, { length }]) => ({ value, hosts: length, mean_ns: null, ci_ns: null }));
  if (groups.length < 2 || used.length < PLACES_NEEDED || used.length - groups.length < LEAST) {
    return { field, levels: plain, others, test: null };
  }
  const codes = groups.flatMap(([, indexes], group) => indexes.map(() => group));
  const { means, tau2, omnibus } = randomEffects(
    used.map((index) => shifts[index]!.shift_ns),
    used.map((index) => shifts[index]!.variance),
    { groups: groups.length, codes },
  );
  return {
    field,
    levels: plain.map((level, group) => ({
      ...level,
      mean_ns: means[group]!.mean,
      ci_ns: meanInterval(means[group]!, 1 - alpha),
    })),
    others,
    test: omnibus === null
      ? null
      : { ...omnibus, p: cappedP(omnibus.p), p_bh: omnibus.p, tau_ns: Math.sqrt(tau2) },
  };
}

/** Null where the series of a side do not agree. */
function valueOf([a, b]: Pair<readonly FleetSeries[]>, field: Moderator): string | null {
  const [inA, inB] = [a, b].map((side) => [...new Set(side.map(({ meta }) => meta[field]))]);
  if (inA!.length !== 1 || inB!.length !== 1) return null;
  return inA![0] === inB![0] ? inA![0]! : `${inA![0]} -> ${inB![0]}`;
}
