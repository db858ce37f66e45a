import { moverRatio } from "./mover.ts";
import { type BoundRanks, boundRanks, quantileBounds } from "./quantile_bounds.ts";
import { Xoshiro128 } from "./random.ts";
import { uniformOrderStatistics } from "./uniform_order.ts";

/** How often equivalence is tried: a power of 0.8 is known to +-0.025 (two standard errors). */
const SIMULATIONS = 1000;

/** What the equivalence of two quantiles must show. */
export interface TailDesign {
  /** Which quantile, in (0, 1). */
  readonly p: number;
  /** Share of A's quantile by which B's may differ, above 0. */
  readonly margin: number;
  /** Of each bound, in (0, 1/2). */
  readonly alpha: number;
}

/**
 * Power of the equivalence of two quantiles when both are equal, at the sizes of the samples: each side is drawn
 * with replacement from its own sample, B scaled to A's quantile. Only the order statistics that the interval
 * needs are drawn, so time does not depend on the sizes. The same seed gives the same power.
 *
 * @param sortedA ascending; Infinity for values of which only a lower limit is known
 * @param sortedB likewise
 * @returns null when a quantile is not above 0 or not known
 */
export function tailPower(
  sortedA: Float64Array,
  sortedB: Float64Array,
  { p, margin, alpha }: TailDesign,
  seed?: number,
): number | null {
  const [ofA, ofB] = [sortedA, sortedB].map((sorted) => {
    const ranks = boundRanks(sorted.length, p, 1 - alpha);
    return { sorted, p, ranks, estimate: quantileBounds(sorted, p, ranks).estimate };
  }) as [Resampled, Resampled];
  const scale = ofA.estimate / ofB.estimate;
  if (!(scale > 0 && Number.isFinite(scale))) return null;
  const random = Xoshiro128.seeded(seed);
  let shown = 0;
  for (let i = 0; i < SIMULATIONS; i++) {
    const a = resampled(ofA, 1, random);
    const b = resampled(ofB, scale, random);
    const ratio = Number.isFinite(a.estimate) && Number.isFinite(b.estimate) ? moverRatio(a, b) : null;
    if (ratio !== null && ratio.low > 1 - margin && ratio.high < 1 + margin) shown++;
  }
  return shown / SIMULATIONS;
}

interface Resampled {
  readonly sorted: Float64Array;
  readonly p: number;
  readonly ranks: BoundRanks;
  readonly estimate: number;
}

/** Estimate and bounds of a sample of the same size, drawn with replacement. */
function resampled({ sorted, p, ranks }: Resampled, scale: number, random: Xoshiro128) {
  const n = sorted.length;
  const position = (n - 1) * p;
  const places = [ranks.low, Math.floor(position) + 1, Math.ceil(position) + 1, ranks.high];
  const drawn = [...new Set(places)].filter((rank) => rank >= 1 && rank <= n).sort((x, y) => x - y);
  const values = uniformOrderStatistics(n, drawn, random).map((u) => scale * sorted[Math.floor(u * n)]!);
  const at = (rank: number, none: number) => values[drawn.indexOf(rank)] ?? none;
  const [below, above] = [at(places[1]!, NaN), at(places[2]!, NaN)];
  const estimate = above === Infinity
    ? Infinity
    : below + (position - Math.floor(position)) * (above - below);
  return {
    estimate,
    low: Math.min(at(ranks.low, -Infinity), estimate),
    high: Math.max(at(ranks.high, Infinity), estimate),
  };
}
