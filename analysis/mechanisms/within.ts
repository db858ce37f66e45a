/** Whether a key still makes a difference among runs that are alike in another one. */

import { type GroupSample, groupSamples } from "./groups.ts";
import type { Split } from "./keys.ts";
import { type FileSample, INTERVAL_NEEDS, samplesByGroup } from "../sample/sample.ts";
import type { Pair } from "../sample/summary.ts";
import { standardError } from "../stats/log_mad.ts";
import { Nearness } from "../stats/nearness.ts";
import { normalQuantile } from "../stats/special.ts";

/** Which group is the wider one: 1 the second, -1 the first. */
export type Direction = 1 | -1;

/** Combinations of two groups and two groups. */
const CELLS = 4;

/**
 * Whether the key's wider group is the wider one within the groups of the other key too: the logarithm of the ratio,
 * averaged over both sides and both groups of the other key with the inverse of its variance as weight, lies beyond 0
 * by its normal interval of confidence 1 - 2 alpha. False where no group of the other key has enough runs of both.
 *
 * @param samples of both sides
 */
export function isToldFrom(
  { codes: key }: Split,
  { codes: other }: Split,
  samples: Pair<FileSample>,
  direction: Direction,
  alpha: number,
): boolean {
  let weights = 0;
  let sum = 0;
  for (const side of [0, 1] as const) {
    const [of, within] = [key[side], other[side]];
    const cell = new Uint8Array(of.length);
    for (let row = 0; row < of.length; row++) {
      if (of[row] !== 0 && within[row] !== 0) cell[row] = 2 * within[row]! + of[row]! - 2;
    }
    const groups = groupSamples(samples[side], cell, CELLS, side);
    for (const held of [0, 2]) {
      const ratio = logRatio(groups[held]!, groups[held + 1]!);
      if (ratio === null) continue;
      weights += 1 / ratio.variance;
      sum += ratio.estimate / ratio.variance;
    }
  }
  if (weights === 0) return false;
  return (direction * sum) / weights > -normalQuantile(alpha) / Math.sqrt(weights);
}

function logRatio({ spread: first }: GroupSample, { spread: second }: GroupSample) {
  if (first === null || second === null) return null;
  const estimate = second.estimate - first.estimate;
  const variance = standardError(first) ** 2 + standardError(second) ** 2;
  return Number.isFinite(estimate) && Number.isFinite(variance) && variance > 0
    ? { estimate, variance }
    : null;
}

/**
 * Whether the runs with one value of a key lie nearer to each other than to the others among runs that are alike in the
 * other key too: the share of triples, averaged over both sides and all values of the other key with the inverse of its
 * variance as weight, lies above 1/2 by its normal interval of confidence 1 - 2 alpha. False where no value of the other
 * key has enough runs with the value and without.
 *
 * @param code of the value, from 1 on
 * @param samples of both sides
 */
export function isNearerWithin(
  { valueCodes: key }: Split,
  code: number,
  { valueCodes: other, values }: Split,
  samples: Pair<FileSample>,
  alpha: number,
): boolean {
  let weights = 0;
  let sum = 0;
  for (const side of [0, 1] as const) {
    const [of, within] = [key[side], other[side]];
    const cell = new Uint32Array(of.length);
    for (let row = 0; row < of.length; row++) {
      if (of[row] !== 0 && within[row] !== 0) cell[row] = 2 * within[row]! + (of[row] === code ? 1 : 0);
    }
    const cells = samplesByGroup(samples[side], cell, 2 * values.length + 2);
    for (let held = 2; held < cells.length; held += 2) {
      const [others, own] = [cells[held]!, cells[held + 1]!];
      if (Math.min(others.length, own.length) < INTERVAL_NEEDS) continue;
      const { excess, variance } = Nearness.ofTicks(own, others).nearer;
      weights += 1 / variance;
      sum += excess / variance;
    }
  }
  return sum / Math.sqrt(weights) > -normalQuantile(alpha);
}
