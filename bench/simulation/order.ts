/** Runs that depend on their neighbours: how often that is found, refused, or leads to a wrong verdict. */

import { decide } from "../../analysis/compare/answer.ts";
import { isDependent } from "../../analysis/compare/order.ts";
import type { Pair } from "../../analysis/sample/summary.ts";
import {
  drawSeries,
  generatorOf,
  type Pairs,
  type Population,
  POPULATIONS,
  sampleOf,
} from "./populations.ts";

const ALPHA = 0.05;

/** Runs a side, and the lag-1 autocorrelation of the normal numbers behind the runs of A and of B. */
const SERIES: readonly { readonly n: number; readonly lag1: Pair<number> }[] = [
  ...[6, 8, 10, 15, 30, 100].map((n) => ({ n, lag1: [0, 0] as const })),
  { n: 30, lag1: [0.3, 0.3] },
  ...[6, 8, 10, 12, 15, 20, 30, 100].map((n) => ({ n, lag1: [0.5, 0.5] as const })),
  ...[30, 100, 300].map((n) => ({ n, lag1: [0.9, 0.9] as const })),
  ...[30, 100, 300].map((n) => ({ n, lag1: [0.9, 0] as const })),
];

/** Where ticks or modes do not blur what the order does. */
const SHOWN: readonly Population[] = POPULATIONS.filter(({ name }) =>
  name === "normal" || name === "lognormal"
);

export interface OrderErrors {
  readonly population: string;
  readonly n: number;
  readonly lag1: Pair<number>;
  readonly pairs: number;
  /** Shares of pairs called dependent, and of pairs refused for too few effective runs. */
  readonly dependent: number;
  readonly refused: number;
  /** Shares of a shift on the margin that is called inside it, and beyond it. */
  readonly inside: number;
  readonly beyond: number;
}

/** @param pairs of sides, B shifted by the margin, which is one unit of the population */
export function orderErrors(
  population: Population,
  { n, lag1 }: (typeof SERIES)[number],
  pairs: number,
): OrderErrors {
  const random = generatorOf("order", population.name, n, ...lag1);
  const margin = population.unitNs;
  let [dependent, refusals, inside, beyond] = [0, 0, 0, 0];
  for (let pair = 0; pair < pairs; pair++) {
    const a = sampleOf(drawSeries(population, n, lag1[0], random));
    const b = sampleOf(drawSeries(population, n, lag1[1], random).map((value) => value + margin));
    const { order, refused, tost } = decide([a, b], { kind: "duration", ns: margin }, ALPHA);
    if (isDependent(order)) dependent++;
    if (refused) refusals++;
    if (tost === null) continue;
    const [low, high] = tost.ci_ns;
    if (-margin < low && high < margin) inside++;
    if (low > margin || high < -margin) beyond++;
  }
  const shares = { dependent, refused: refusals, inside, beyond };
  return {
    population: population.name,
    n,
    lag1,
    pairs,
    ...Object.fromEntries(
      Object.entries(shares).map(([name, count]) => [name, count / pairs]),
    ) as typeof shares,
  };
}

/** Every series of both populations: each cell to be simulated when it is called. */
export function orderCells({ verdicts }: Pairs): (() => OrderErrors)[] {
  return SHOWN.flatMap((population) =>
    SERIES.map((series) => () => orderErrors(population, series, verdicts))
  );
}
