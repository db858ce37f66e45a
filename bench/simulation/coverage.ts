/** Coverage: how often each interval that the program prints contains the true value. */

import { decide } from "../../analysis/compare/answer.ts";
import { TEST_NEEDS } from "../../analysis/sample/sample.ts";
import { serialShift } from "../../analysis/stats/block_bootstrap.ts";
import { cramersVInterval } from "../../analysis/stats/cramers_v.ts";
import { hodgesLehmann } from "../../analysis/stats/hodges_lehmann.ts";
import { ordered } from "../../analysis/stats/ordered.ts";
import type { Xoshiro128 } from "../../analysis/stats/random.ts";
import { ShiftTest } from "../../analysis/stats/shift_test.ts";
import { madRatio } from "../../analysis/stats/spread_ratio.ts";
import { stratifiedHodgesLehmann, stratifiedShiftInterval } from "../../analysis/stats/van_elteren.ts";
import {
  COUNTS,
  draw,
  drawSeries,
  generatorOf,
  type Pairs,
  pairsOf,
  type Population,
  POPULATIONS,
  sampleOf,
} from "./populations.ts";

interface Bounds {
  readonly low: number | null;
  readonly high: number | null;
}

interface Interval {
  readonly name: string;
  readonly confidence: number;
  readonly resampling: boolean;
  /** Draws one pair of samples of `n` runs a side. */
  once(population: Population, n: number, random: Xoshiro128): Drawn;
}

interface Drawn {
  /** null when the sample is too small for the method. */
  readonly of: Bounds | null;
  readonly truth: number;
  /** The estimate that the interval belongs to; without it, ticks are not examined. */
  readonly estimate?: () => number | null;
}

/** B lies this many units above A. */
const SHIFT = 2;
/** B spreads this many times as wide as A. */
const SCALE = 2;
/** Name of an interval that is only shown to demonstrate what goes wrong. */
export const AS_IF = "as if independent";
/** Lag-1 autocorrelation of the series whose runs are not exchangeable. */
const SERIAL = 0.5;

function shifted(population: Population, n: number, random: Xoshiro128) {
  const truth = SHIFT * population.unitNs;
  const a = draw(population, n, random).sort();
  const b = draw(population, n, random).map((value) => value + truth).sort();
  return { a, b, truth };
}

function scaled(population: Population, n: number, random: Xoshiro128) {
  const a = draw(population, n, random).sort();
  const b = draw(population, n, random).map((value) => SCALE * value).sort();
  return { a, b };
}

function serial(population: Population, n: number, random: Xoshiro128) {
  const truth = SHIFT * population.unitNs;
  const a = drawSeries(population, n, SERIAL, random);
  const b = drawSeries(population, n, SERIAL, random).map((value) => value + truth);
  return { a, b, truth };
}

/** Two strata at levels 10 units apart, mixed 2 : 1 in A and 1 : 2 in B; the shift is the same in both. */
function stratified(population: Population, n: number, random: Xoshiro128) {
  const truth = SHIFT * population.unitNs;
  const third = Math.round(n / 3);
  const stratum = (nA: number, nB: number, level: number) => ({
    a: draw(population, nA, random).map((value) => value + level).sort(),
    b: draw(population, nB, random).map((value) => value + level + truth).sort(),
  });
  const strata = [stratum(n - third, third, 0), stratum(third, n - third, 10 * population.unitNs)];
  return { strata, truth };
}

/**
 * Counts of stack clusters by side, from the clusters' shares in A and in B. The true V follows from these
 * shares.
 */
function tableOf(n: number, shareA: number, shareB: number, random: Xoshiro128) {
  const counts = [shareA, shareB].map((share) => {
    let first = 0;
    for (let i = 0; i < n; i++) if (random.uniform() < share) first++;
    return [first, n - first];
  });
  const mean = (shareA + shareB) / 2;
  const truth = Math.abs(shareA - shareB) / (2 * Math.sqrt(mean * (1 - mean)));
  const full = counts.every((row) => row.some((count) => count > 0)) &&
    [0, 1].every((column) => counts.some((row) => row[column]! > 0));
  return { table: full ? counts : null, truth };
}

function shift(confidence: number): Interval {
  return {
    name: "shift, Hodges-Lehmann",
    confidence,
    resampling: false,
    once(population, n, random) {
      const { a, b, truth } = shifted(population, n, random);
      const test = new ShiftTest(a, b);
      return { of: test.interval(confidence), truth, estimate: () => test.estimate };
    },
  };
}

function association(name: string, shareA: number, shareB: number): Interval {
  return {
    name: `Cramer's V, ${name}`,
    confidence: 0.95,
    resampling: false,
    once(_population, n, random) {
      const { table, truth } = tableOf(n, shareA, shareB, random);
      return { of: table === null ? null : cramersVInterval(table), truth };
    },
  };
}

export const INTERVALS: readonly Interval[] = [
  shift(0.95),
  shift(0.9),
  {
    name: `shift, dependent runs (r = ${SERIAL}), block bootstrap`,
    confidence: 0.95,
    resampling: true,
    once(population, n, random) {
      const { a, b, truth } = serial(population, n, random);
      const estimate = () => hodgesLehmann(a.toSorted(), b.toSorted());
      return { of: serialShift(ordered(a), ordered(b)).interval(0.95), truth, estimate };
    },
  },
  {
    name: `shift, dependent runs (r = ${SERIAL}), as compare finds out`,
    confidence: 0.9,
    resampling: true,
    once(population, n, random) {
      const { a, b, truth } = serial(population, n, random);
      const { tost } = decide([sampleOf(a), sampleOf(b)], { kind: "duration", ns: population.unitNs }, 0.05);
      const of = tost === null ? null : { low: tost.ci_ns[0], high: tost.ci_ns[1] };
      return { of, truth, estimate: () => hodgesLehmann(a.toSorted(), b.toSorted()) };
    },
  },
  {
    name: `shift, dependent runs (r = ${SERIAL}), ${AS_IF}`,
    confidence: 0.95,
    resampling: false,
    once(population, n, random) {
      const { a, b, truth } = serial(population, n, random);
      return { of: new ShiftTest(a.sort(), b.sort()).interval(0.95), truth };
    },
  },
  {
    name: "shift within strata, stratified Hodges-Lehmann",
    confidence: 0.95,
    resampling: false,
    once(population, n, random) {
      const { strata, truth } = stratified(population, n, random);
      // Like compare, which examines only strata with so many runs a side.
      const compared = strata.every(({ a, b }) => Math.min(a.length, b.length) >= TEST_NEEDS);
      const of = compared ? stratifiedShiftInterval(strata) : null;
      return { of, truth, estimate: () => stratifiedHodgesLehmann(strata) };
    },
  },
  {
    name: "ratio of MADs, bootstrap",
    confidence: 0.95,
    resampling: true,
    once(population, n, random) {
      const { a, b } = scaled(population, n, random);
      const of = madRatio(a, b);
      return { of, truth: SCALE, estimate: () => of.estimate };
    },
  },
];

/** Intervals of counts: no population of times is behind them. */
const COUNT_INTERVALS: readonly Interval[] = [
  association("no association", 0.5, 0.5),
  association("V = 0.1", 0.55, 0.45),
  association("V = 0.3", 0.65, 0.35),
];

export interface Coverage {
  readonly interval: string;
  readonly confidence: number;
  readonly population: string;
  /** Runs a side. */
  readonly n: number;
  /** Number of pairs of samples that had an interval. */
  readonly intervals: number;
  readonly pairs: number;
  /** Share of the intervals that contain the truth; null without any. */
  readonly covered: number | null;
  /** Only with ticks and intervals. */
  readonly ticks: Ticks | null;
}

/** Why an interval whose ends are ticks may contain the truth too often; shares of the intervals. */
export interface Ticks {
  /** Intervals that contain the truth even without both ends. */
  readonly withoutEnds: number;
  /** Intervals whose estimate equals the truth. */
  readonly estimateIsTruth: number;
}

/** Coverage of one interval in one population at one size. */
export function coverage(interval: Interval, population: Population, n: number, pairs: number): Coverage {
  const random = generatorOf(interval.name, interval.confidence, population.name, n);
  let [intervals, covered, withoutEnds, estimateIsTruth] = [0, 0, 0, 0];
  for (let pair = 0; pair < pairs; pair++) {
    const { of: bounds, truth, estimate } = interval.once(population, n, random);
    if (bounds === null || bounds.low === null || bounds.high === null) continue;
    intervals++;
    // A truth that is not a whole number counts as met up to rounding.
    const [least, most] = [truth * (1 - 1e-12), truth * (1 + 1e-12)];
    if (bounds.low <= most && least <= bounds.high) covered++;
    if (!population.hasTicks || estimate === undefined) continue;
    const found = estimate();
    const isTruth = found !== null && least <= found && found <= most;
    if (isTruth) estimateIsTruth++;
    if (isTruth || (bounds.low < least && most < bounds.high)) withoutEnds++;
  }
  return {
    interval: interval.name,
    confidence: interval.confidence,
    population: population.name,
    n,
    intervals,
    pairs,
    covered: intervals === 0 ? null : covered / intervals,
    ticks: intervals === 0 || !population.hasTicks
      ? null
      : { withoutEnds: withoutEnds / intervals, estimateIsTruth: estimateIsTruth / intervals },
  };
}

/** Every interval in every population, those of counts once; each cell is simulated when it is called. */
export function coverageCells(sizes: readonly number[], pairs: Pairs): (() => Coverage)[] {
  return sizes.flatMap((n) => [
    ...INTERVALS.flatMap((interval) =>
      POPULATIONS.map((population) => () => coverage(interval, population, n, pairsOf(pairs, interval, n)))
    ),
    ...COUNT_INTERVALS.map((interval) => () => coverage(interval, COUNTS, n, pairsOf(pairs, interval, n))),
  ]);
}
