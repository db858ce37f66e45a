/** How far B lies from A on one host, from the levels of its series, and how well that is known. */

import type { Pair } from "../sample/summary.ts";
import { satterthwaite } from "../stats/placements.ts";
import { tQuantile } from "../stats/special.ts";
import type { FleetSeries, SeriesLevel } from "./series.ts";
import type { Host } from "./sides.ts";

export interface HostShift {
  /** Series in which the question was observed, and their runs. */
  readonly series: Pair<number>;
  readonly runs: Pair<number>;
  /** Mean of the medians of the series. */
  readonly levels_ns: Pair<number>;
  /** B - A. */
  readonly shift_ns: number;
  /** Of the shift, ns^2, between series and within them. */
  readonly variance: number;
  /** To which it is known. */
  readonly df: number;
  readonly ci_ns: Pair<number>;
}

/** How far the levels of one host's series lie apart beyond what their runs explain, on one side. */
export interface BetweenSeries {
  /** ns^2 */
  readonly variance: number;
  readonly df: number;
}

/**
 * The variance between series of one host, on each side, from all hosts that have two or more: expected are, of the squares
 * around the mean of m levels with variances v, (m - 1) of it and (1 - 1 / m) of the sum of v. A host with few series
 * alone would not tell.
 *
 * @returns null on a side where no host has two
 */
export function betweenSeries(hosts: readonly Host[], question: string): Pair<BetweenSeries | null> {
  return [0, 1].map((side) => {
    let [squares, within, df] = [0, 0, 0];
    for (const { series } of hosts) {
      const levels = levelsOf(series[side]!, question);
      if (levels.length < 2) continue;
      const mean = meanOf(levels);
      df += levels.length - 1;
      for (const { median_ns, variance } of levels) {
        squares += (median_ns - mean) ** 2;
        within += variance * (1 - 1 / levels.length);
      }
    }
    return df === 0 ? null : { variance: Math.max(0, (squares - within) / df), df };
  }) as [BetweenSeries | null, BetweenSeries | null];
}

/** @param host with a level on each side */
export function hostShift(
  { series }: Host,
  question: string,
  between: Pair<BetweenSeries | null>,
  alpha: number,
): HostShift {
  const sides = series.map((side) => levelsOf(side, question)) as [SeriesLevel[], SeriesLevel[]];
  const levels: Pair<number> = [meanOf(sides[0]), meanOf(sides[1])];
  const parts = sides.flatMap((side, index): [number, number][] => [
    ...side.map(({ variance, n }): [number, number] => [variance / side.length ** 2, n - 1]),
    ...between[index] == null
      ? []
      : [[between[index].variance / side.length, between[index].df] as [number, number]],
  ]);
  const { variance, df } = satterthwaite(parts);
  const shift = levels[1] - levels[0];
  const reach = tQuantile(alpha / 2, df) * Math.sqrt(variance);
  return {
    series: [sides[0].length, sides[1].length],
    runs: sides.map((side) => side.reduce((sum, { n }) => sum + n, 0)) as [number, number],
    levels_ns: levels,
    shift_ns: shift,
    variance,
    df,
    ci_ns: [shift - reach, shift + reach],
  };
}

function levelsOf(series: readonly FleetSeries[], question: string): SeriesLevel[] {
  return series.flatMap(({ levels }) => levels.get(question) ?? []);
}

function meanOf(levels: readonly SeriesLevel[]): number {
  return levels.reduce((sum, { median_ns }) => sum + median_ns, 0) / levels.length;
}
