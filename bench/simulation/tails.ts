/** Tails: how often P95 and P99 are called the same, or different, by what is true. */

import { verdictOfRatio } from "../../analysis/tails/tails.ts";
import { moverRatio } from "../../analysis/stats/mover.ts";
import { boundRanks, type QuantileBounds, quantileBounds } from "../../analysis/stats/quantile_bounds.ts";
import { draw, generatorOf, type Population, POPULATIONS } from "./populations.ts";

const ALPHA = 0.05;
/** The default runbook's. */
const MARGIN = 0.2;
const SIZES = [100, 300, 1000];
const QUANTILES = [{ name: "P95", p: 0.95, sizes: SIZES }, { name: "P99", p: 0.99, sizes: SIZES.slice(1) }];

/** All of the time is in the tail, unlike in those populations that add a fixed time to it. */
const LONG: Population = {
  name: "long tail",
  what: "1 ms times exp of half a standard normal number",
  of: (z) => Math.round(1_000_000 * Math.exp(z / 2)),
  unitNs: 1_000_000,
  hasTicks: false,
};

export const TAIL_POPULATIONS: readonly Population[] = [
  ...POPULATIONS.filter(({ name }) => name === "normal" || name === "lognormal"),
  LONG,
];

/** Shares of the pairs. */
export interface TailShares {
  readonly population: string;
  readonly quantile: string;
  readonly n: number;
  readonly pairs: number;
  /** B's quantile lies on the upper end of the margin, and is called inside it; the same of the lower end. */
  readonly insideUpper: number;
  readonly insideLower: number;
  /** B's quantile lies there, and is called beyond the margin. */
  readonly beyondUpper: number;
  readonly beyondLower: number;
  /** The 90 % interval of the ratio holds the true one. */
  readonly covered: number;
  /** Both quantiles are the same, and are called so. */
  readonly power: number;
}

/** One quantile in one population at one size. */
export function tailShares(
  population: Population,
  { name, p }: { readonly name: string; readonly p: number },
  n: number,
  pairs: number,
): TailShares {
  const random = generatorOf("tails", population.name, name, n);
  const ranks = boundRanks(n, p, 1 - ALPHA);
  const bounds = () => quantileBounds(draw(population, n, random).sort(), p, ranks);
  const counts = { insideUpper: 0, insideLower: 0, beyondUpper: 0, beyondLower: 0, covered: 0, power: 0 };
  for (let pair = 0; pair < pairs; pair++) {
    const [a, b] = [bounds(), bounds()];
    const scaled = (by: number) => moverRatio(a, times(b, by))!;
    const same = scaled(1);
    const [upper, lower, middle] = [scaled(1 + MARGIN), scaled(1 - MARGIN), same].map((ratio) =>
      verdictOfRatio(ratio, MARGIN)
    );
    if (upper === "EQUIVALENT") counts.insideUpper++;
    if (lower === "EQUIVALENT") counts.insideLower++;
    if (upper === "DIFFERENT") counts.beyondUpper++;
    if (lower === "DIFFERENT") counts.beyondLower++;
    if (middle === "EQUIVALENT") counts.power++;
    if (same.low <= 1 && 1 <= same.high) counts.covered++;
  }
  const shares = Object.fromEntries(Object.entries(counts).map(([key, count]) => [key, count / pairs]));
  return {
    population: population.name,
    quantile: name,
    n,
    pairs,
    ...shares as Record<keyof typeof counts, number>,
  };
}

function times({ estimate, low, high }: QuantileBounds, by: number): QuantileBounds {
  return { estimate: by * estimate, low: by * low, high: by * high };
}

/** Every quantile at every size that has bounds; each cell is simulated when it is called. */
export function tailCells(pairs: number): (() => TailShares)[] {
  return TAIL_POPULATIONS.flatMap((population) =>
    QUANTILES.flatMap((quantile) =>
      quantile.sizes.map((n) => () => tailShares(population, quantile, n, pairs))
    )
  );
}
