/**
 * How much of the spread of a sum each of its parts explains. The parts of each run add up to its total, so
 * both methods' shares add up to 1; a share is negative when a part shrinks while the total grows.
 */

import { ordered } from "./ordered.ts";
import { endOfRun } from "./rank.ts";

/**
 * Ranks of the fast and of the slow runs, as shares of n: bands around the quartiles, without the extremes.
 */
const FAST = [0.1, 0.4] as const;
const SLOW = [0.6, 0.9] as const;

export const VARIANCE_SHARE = "cov(part, total) / var(total)";
export const QUARTILE_SHARE =
  "mean of the part over the runs of rank 60 to 90 % of the total less that over rank 10 to 40 %, by the same of the total";

/**
 * Shares of the variance: cov(part, total) / var(total).
 *
 * @param parts each of the length of `total`, and of its unit
 * @returns null when the total does not vary
 * @throws RangeError when a part has another length than the total
 */
export function varianceShares(parts: readonly Float64Array[], total: Float64Array): number[] | null {
  requireLengths(parts, total);
  const centred = aroundMean(total);
  let squares = 0;
  for (const value of centred) squares += value * value;
  if (!(squares > 0)) return null;
  return parts.map((part) => {
    const centredPart = aroundMean(part);
    let products = 0;
    for (let i = 0; i < centred.length; i++) products += centredPart[i]! * centred[i]!;
    return products / squares;
  });
}

/**
 * Shares of the distance between the fast and the slow half, without the tenth at either end: a few extreme
 * runs can affect the variance, but not this. Runs with equal totals count equally, whatever their order.
 *
 * @param parts as varianceShares
 * @returns null when fast and slow runs have the same total
 * @throws RangeError as varianceShares
 */
export function quartileShares(parts: readonly Float64Array[], total: Float64Array): number[] | null {
  requireLengths(parts, total);
  const weights = bandWeights(total);
  const contrast = (values: Float64Array) => {
    let sum = 0;
    for (let i = 0; i < weights.length; i++) if (weights[i] !== 0) sum += weights[i]! * values[i]!;
    return sum;
  };
  const whole = contrast(aroundMean(total));
  if (!(whole > 0)) return null;
  return parts.map((part) => contrast(aroundMean(part)) / whole);
}

/** Weight of each run in the mean over SLOW (positive) minus the mean over FAST (negative). */
function bandWeights(total: Float64Array): Float64Array {
  const n = total.length;
  const { sorted, order } = ordered(total);
  const covered = (from: number, to: number, [low, high]: readonly [number, number]) =>
    Math.max(0, Math.min(to, high * n) - Math.max(from, low * n)) / ((high - low) * n);
  const weights = new Float64Array(n);
  for (let from = 0; from < n;) {
    const to = endOfRun(sorted, from, sorted[from]!);
    const weight = (covered(from, to, SLOW) - covered(from, to, FAST)) / (to - from);
    for (; from < to; from++) weights[order[from]!] = weight;
  }
  return weights;
}

function aroundMean(values: Float64Array): Float64Array {
  const first = values[0] ?? 0;
  let mean = 0;
  for (const value of values) mean += (value - first) / values.length;
  return values.map((value) => value - first - mean);
}

function requireLengths(parts: readonly Float64Array[], total: Float64Array): void {
  for (const [i, part] of parts.entries()) {
    if (part.length === total.length) continue;
    throw new RangeError(
      `shares of spread: part ${i + 1} has ${part.length} values, the total ${total.length}`,
    );
  }
}
