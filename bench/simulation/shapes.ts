/** Sides that differ in spread and in size: how often a shift is called that is not there, on either side. */

import { hodgesLehmann } from "../../analysis/stats/hodges_lehmann.ts";
import { normalQuantile } from "../../analysis/stats/special.ts";
import { ShiftTest } from "../../analysis/stats/shift_test.ts";
import type { Pair } from "../../analysis/sample/summary.ts";
import { draw, generatorOf, type Pairs, type Population, POPULATIONS } from "./populations.ts";

const ALPHA = 0.05;

/** How many times as wide as A's runs those of B lie. */
const RATIOS = [1, 3, 5, 10] as const;

/** Runs of A, the tighter side, and of B. */
const SIZES: readonly Pair<number>[] = [
  [8, 8],
  [12, 12],
  [20, 20],
  [8, 30],
  [30, 8],
  [30, 300],
  [300, 30],
  [30, 3000],
  [3000, 30],
];

/** Quantiles that a median of differences is known from. */
const QUANTILES = 4001;

export interface ShapeErrors {
  readonly population: string;
  readonly ratio: number;
  readonly sizes: Pair<number>;
  readonly pairs: number;
  /** Share of pairs without a shift that have p < 0.05. */
  readonly significant: number;
  /**
   * Shares whose 90 % interval lies above the true shift, and below it: so often a shift on the margin is called
   * beyond it and within it, or the other way round on the lower margin.
   */
  readonly above: number;
  readonly below: number;
}

function widened(values: Float64Array, ratio: number): Float64Array {
  return values.map((value) => ratio * value).sort();
}

/** Shift of B, the median of all differences, where B is A's population widened; ns. */
function shiftOf(population: Population, ratio: number): number {
  const a = Float64Array.from(
    { length: QUANTILES },
    (_, i) => population.of(normalQuantile((i + 0.5) / QUANTILES)),
  );
  return Math.round(hodgesLehmann(a, widened(a, ratio)));
}

export function shapeErrors(
  population: Population,
  ratio: number,
  sizes: Pair<number>,
  pairs: number,
): ShapeErrors {
  const random = generatorOf("shapes", population.name, ratio, ...sizes);
  const shift = shiftOf(population, ratio);
  let [significant, above, below] = [0, 0, 0];
  for (let pair = 0; pair < pairs; pair++) {
    const a = draw(population, sizes[0], random).sort();
    const b = widened(draw(population, sizes[1], random), ratio).map((value) => value - shift);
    const test = new ShiftTest(a, b);
    if (test.p < ALPHA) significant++;
    if (test.pAbove(0) < ALPHA) above++;
    if (test.pBelow(0) < ALPHA) below++;
  }
  return {
    population: population.name,
    ratio,
    sizes,
    pairs,
    significant: significant / pairs,
    above: above / pairs,
    below: below / pairs,
  };
}

/** Every ratio and size in every population without ticks, which would blur the shift: each to be called. */
export function shapeCells(pairs: Pairs): (() => ShapeErrors)[] {
  return POPULATIONS.filter(({ hasTicks }) => !hasTicks).flatMap((population) =>
    RATIOS.flatMap((ratio) => SIZES.map((sizes) => () => shapeErrors(population, ratio, sizes, pairs.shapes)))
  );
}
