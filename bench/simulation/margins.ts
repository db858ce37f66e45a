/** Margins that are a share of A's median: how often a shift on one is called inside it, or beyond it. */

import { uncertaintyOf } from "../../analysis/compare/answer.ts";
import { placeOf } from "../../analysis/compare/verdict.ts";
import type { Pair } from "../../analysis/sample/summary.ts";
import { quantileSorted } from "../../analysis/stats/quantile.ts";
import { ShiftTest } from "../../analysis/stats/shift_test.ts";
import { draw, generatorOf, type Pairs, type Population, POPULATIONS } from "./populations.ts";

const ALPHA = 0.05;

/** Percent of A's median. */
const MARGINS = [10, 30] as const;

/** Runs of A and of B. */
const SIZES: readonly Pair<number>[] = [[30, 30], [30, 300], [300, 30], [300, 300], [30, 3000]];

/** Ticks make medians sure, and the interval ends on the margin. */
const SHOWN: readonly Population[] = POPULATIONS.filter(({ hasTicks }) => !hasTicks);

export interface MarginErrors {
  readonly population: string;
  readonly percent: number;
  /** The end of the margin on which the shift lies. */
  readonly end: "upper" | "lower";
  readonly sizes: Pair<number>;
  readonly pairs: number;
  /** Shares of pairs called inside the margin, and beyond it. */
  readonly inside: number;
  readonly beyond: number;
}

/** @param percent of the population's median, by which B is later or earlier */
export function marginErrors(
  population: Population,
  percent: number,
  end: MarginErrors["end"],
  sizes: Pair<number>,
  pairs: number,
): MarginErrors {
  const random = generatorOf("margin", population.name, percent, end, ...sizes);
  const truth = Math.round((end === "upper" ? 1 : -1) * population.of(0) * percent / 100);
  let [inside, beyond] = [0, 0];
  for (let pair = 0; pair < pairs; pair++) {
    const a = draw(population, sizes[0], random).sort();
    const b = draw(population, sizes[1], random).map((value) => value + truth).sort();
    const inflation = uncertaintyOf({ kind: "share", percent }, new ShiftTest(a, b));
    const { low, high } = new ShiftTest(a, b, inflation).interval(1 - 2 * ALPHA);
    const place = placeOf([low, high], quantileSorted(a, 0.5) * percent / 100);
    if (place === "inside") inside++;
    if (place === "outside") beyond++;
  }
  return {
    population: population.name,
    percent,
    end,
    sizes,
    pairs,
    inside: inside / pairs,
    beyond: beyond / pairs,
  };
}

/** The same numbers for the same plan; each cell is simulated when it is called. */
export function marginCells({ shapes }: Pairs): (() => MarginErrors)[] {
  return SHOWN.flatMap((population) =>
    MARGINS.flatMap((percent) =>
      (["upper", "lower"] as const).flatMap((end) =>
        SIZES.map((sizes) => () => marginErrors(population, percent, end, sizes, shapes))
      )
    )
  );
}
