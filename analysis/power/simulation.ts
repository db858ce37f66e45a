/** Comparisons with as many runs as asked for, drawn from what was measured. */

import { decide } from "../compare/answer.ts";
import { placeOf } from "../compare/verdict.ts";
import type { Margin } from "../units/margin.ts";
import { INTERVAL_NEEDS, type Sample } from "../sample/sample.ts";
import type { Pair } from "../sample/summary.ts";
import { ordered } from "../stats/ordered.ts";
import { Xoshiro128 } from "../stats/random.ts";
import { wholeResamples } from "../stats/resample.ts";
import { type Aim, runsForEquivalence } from "../stats/settling.ts";
import { ShiftTest } from "../stats/shift_test.ts";
import { thinned } from "../stats/pairwise_difference.ts";
import { normalQuantile } from "../stats/special.ts";

/** Pairs of sides drawn for a number of runs: a power of 0.8 is known to +-0.036 (two standard errors). */
export const SIMULATIONS = 500;

/** More runs a side are not looked for. */
export const MOST_RUNS = 10_000;

/** Numbers of runs that are simulated at most, each nearer to the wanted power. */
const MOST_TRIES = 8;

/** Numbers this near to one that is too small are not looked at further, as a share. */
const NEAR_ENOUGH = 0.04;

/** Resamples of the measured runs that the range of the number is from, and the share of them outside it. */
export const PILOTS = 199;
export const OUTSIDE = 0.2;

/** Of more measured runs an even choice is resampled. */
const PILOT_RUNS = 1000;

/** Runs a side, and the share of simulated comparisons that they settled. */
export interface Simulated {
  readonly runs: number;
  readonly power: number;
}

/** B moved to lie a shift above A, to the ns. */
export function movedTo(shiftNs: number, a: Float64Array, b: Float64Array): Pair<Float64Array> {
  const by = Math.round(new ShiftTest(a, b).estimate) - shiftNs;
  return [a, b.map((value) => value - by)];
}

/**
 * Share of comparisons with so many independent runs a side whose interval lies inside the margin, by the whole rule:
 * the order of the drawn runs is looked at too.
 *
 * @param sides sorted ascending, ns
 */
function simulatedPower([a, b]: Pair<Float64Array>, runs: number, margin: Margin, alpha: number): number {
  const random = Xoshiro128.seeded();
  let shown = 0;
  for (let i = 0; i < SIMULATIONS; i++) {
    const { tost, margin_ns } = decide([drawn(a, runs, random), drawn(b, runs, random)], margin, alpha);
    if (tost !== null && placeOf(tost.ci_ns, margin_ns!) === "inside") shown++;
  }
  return shown / SIMULATIONS;
}

function drawn(sorted: Float64Array, runs: number, random: Xoshiro128): Sample {
  const series = Float64Array.from(
    { length: runs },
    () => sorted[Math.floor(random.uniform() * sorted.length)]!,
  );
  return { ...ordered(series), runAt: (index) => index + 1 };
}

/**
 * The runs a side that show equivalence with the wanted power: first as a normal approximation has it, then simulated,
 * and moved until the simulation reaches it.
 *
 * @param first from runsForEquivalence
 * @returns null when more than MOST_RUNS would be needed
 */
export function runsWithPower(
  sides: Pair<Float64Array>,
  first: number,
  margin: Margin,
  aim: Omit<Aim, "margin">,
): Simulated | null {
  const z = (p: number) => -normalQuantile(aim.alpha) + normalQuantile(Math.min(0.99, Math.max(0.3, p)));
  let found: Simulated | null = null;
  let tooFew = INTERVAL_NEEDS - 1;
  let runs = first;
  for (let tries = 0; tries < MOST_TRIES && runs <= MOST_RUNS; tries++) {
    const power = simulatedPower(sides, runs, margin, aim.alpha);
    if (power >= aim.power) found = { runs, power };
    else tooFew = runs;
    // The standard error falls with the root of the runs.
    const next = Math.ceil(runs * (z(aim.power) / z(power)) ** 2);
    if (found === null) runs = Math.max(tooFew + 1, next);
    else {
      if (found.runs - tooFew <= NEAR_ENOUGH * found.runs + 1) break;
      runs = next > tooFew && next < found.runs ? next : Math.ceil((tooFew + found.runs) / 2);
    }
  }
  return found;
}

/**
 * The runs a side that other measurements of as many runs would have asked for; null: no number, or too many.
 *
 * @param times as many runs the simulation needed as the normal approximation
 */
export function likelyRange(
  [a, b]: Pair<Float64Array>,
  isOneFile: boolean,
  shiftNs: number,
  aim: Aim,
  times: number,
): Pair<number | null> {
  const random = Xoshiro128.seeded();
  const [ofA, ofB] = [a, b].map((sorted) => wholeResamples(thinned(sorted, PILOT_RUNS), random)) as [
    () => Float64Array,
    () => Float64Array,
  ];
  const numbers = Float64Array.from({ length: PILOTS }, () => {
    const pilot = ofA();
    const [x, y] = movedTo(shiftNs, pilot, isOneFile ? pilot : ofB());
    return runsForEquivalence(new ShiftTest(x, y), aim, INTERVAL_NEEDS) ?? Infinity;
  }).sort();
  const at = (share: number) => {
    const runs = numbers[Math.round((PILOTS + 1) * share) - 1]!;
    return runs * times <= MOST_RUNS ? Math.round(runs * times) : null;
  };
  return [at(OUTSIDE / 2), at(1 - OUTSIDE / 2)];
}
