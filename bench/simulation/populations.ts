/**
 * The populations from which the simulation draws runs. Each turns one standard normal number per run into a
 * value.
 */

import type { Sample } from "../../analysis/sample/sample.ts";
import { ordered } from "../../analysis/stats/ordered.ts";
import { Xoshiro128 } from "../../analysis/stats/random.ts";
import { normalCdf, normalQuantile } from "../../analysis/stats/special.ts";

export interface Population {
  readonly name: string;
  readonly what: string;
  /**
   * A value in ns, a whole number, from a standard normal number; non-decreasing in it where densities are
   * not 0.
   */
  of(z: number): number;
  /**
   * The unit of shifts and margins, ns: a whole number, and a multiple of ticks where the population has
   * ticks.
   */
  readonly unitNs: number;
  readonly hasTicks: boolean;
}

const MS = 1_000_000;
const SPREAD_NS = 100_000;
const TICK_NS = 50_000;

/** Share of the lower mode. */
const LOWER = 0.7;

export const POPULATIONS: readonly Population[] = [
  {
    name: "normal",
    what: "mean 1 ms, standard deviation 0.1 ms",
    of: (z) => Math.round(MS + SPREAD_NS * z),
    unitNs: SPREAD_NS,
    hasTicks: false,
  },
  {
    name: "lognormal",
    what: "1 ms and a skewed rest: 0.1 ms times exp of a standard normal number",
    of: (z) => Math.round(MS + SPREAD_NS * Math.exp(z)),
    unitNs: SPREAD_NS,
    hasTicks: false,
  },
  {
    name: "bimodal",
    what: "70 % normal (1 ms, 0.03 ms), 30 % normal (2 ms, 0.06 ms)",
    of: (z) => Math.round(bimodal(normalCdf(z))),
    unitNs: SPREAD_NS,
    hasTicks: false,
  },
  {
    name: "heavy ties",
    what: "as normal, on a clock with ticks of 0.05 ms: 9 values hold 97 % of the runs",
    of: (z) => Math.round((MS + SPREAD_NS * z) / TICK_NS) * TICK_NS,
    unitNs: SPREAD_NS,
    hasTicks: true,
  },
];

/** Counts of runs instead of times. */
export const COUNTS: Population = {
  name: "counts",
  what: "two shares",
  of: () => 0,
  unitNs: 1,
  hasTicks: false,
};

function bimodal(u: number): number {
  const quantile = (share: number) => normalQuantile(Math.min(1 - 1e-15, Math.max(1e-15, share)));
  return u < LOWER
    ? MS + 30_000 * quantile(u / LOWER)
    : 2 * MS + 60_000 * quantile((u - LOWER) / (1 - LOWER));
}

/**
 * How many pairs of samples are drawn for a cell: methods that resample take a thousand times as long as the
 * others.
 */
export interface Pairs {
  readonly plain: number;
  /** For methods that resample or permute. */
  readonly resampling: number;
  /** For those methods, with more than LARGE runs a side. */
  readonly resamplingLarge: number;
  readonly verdicts: number;
  /** For sides of unequal shapes. */
  readonly shapes: number;
  /** For looks at data that grow. */
  readonly looks: number;
  /** For the keys' verdicts. */
  readonly mechanisms: number;
  /** For what locks in. */
  readonly locksIn: number;
  /** For levels over time: histories, not pairs. */
  readonly histories: number;
}

/** With more runs a side than this, resampling is slow. */
export const LARGE = 100;

/** How many pairs of samples a cell gets. */
export function pairsOf(pairs: Pairs, { resampling }: { readonly resampling: boolean }, n: number): number {
  if (!resampling) return pairs.plain;
  return n > LARGE ? pairs.resamplingLarge : pairs.resampling;
}

/** Runs in the order in which they were drawn. */
export function sampleOf(series: Float64Array): Sample {
  return { ...ordered(series), runAt: (index) => index + 1 };
}

/** Standard normal numbers: the inverse distribution function of a uniform number. */
function standardNormal(random: Xoshiro128): number {
  // The middle of the cell: never 0, never 1.
  return normalQuantile((random.uint32() + 0.5) / 2 ** 32);
}

/** `n` independent runs, in no order. */
export function draw(population: Population, n: number, random: Xoshiro128): Float64Array {
  return Float64Array.from({ length: n }, () => population.of(standardNormal(random)));
}

/**
 * `n` runs in order, where neighbours depend on each other: the normal numbers behind them are an AR(1)
 * series.
 */
export function drawSeries(population: Population, n: number, r: number, random: Xoshiro128): Float64Array {
  let z = standardNormal(random);
  return Float64Array.from({ length: n }, () => {
    const value = population.of(z);
    z = r * z + Math.sqrt(1 - r * r) * standardNormal(random);
    return value;
  });
}

/**
 * So many runs of each boot, in order: the normal numbers behind the runs of one boot share a part.
 *
 * @param between share of their variance
 */
export function drawBoots(
  population: Population,
  boots: number,
  runs: number,
  between: number,
  random: Xoshiro128,
): Float64Array {
  const levels = Array.from({ length: boots }, () => Math.sqrt(between) * standardNormal(random));
  const own = Math.sqrt(1 - between);
  return Float64Array.from(
    { length: boots * runs },
    (_, i) => population.of(levels[Math.floor(i / runs)]! + own * standardNormal(random)),
  );
}

/** Seed of one cell of a table: the same cell always gets the same numbers, whatever else is simulated. */
export function generatorOf(...names: readonly (string | number)[]): Xoshiro128 {
  // FNV-1a over the names.
  let hash = 0x811c9dc5;
  for (const character of names.join("/")) {
    hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193);
  }
  return Xoshiro128.seeded(hash);
}
