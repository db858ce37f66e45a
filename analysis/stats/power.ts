import { medianSorted } from "./quantile.ts";
import { Xoshiro128 } from "./random.ts";
import { ShiftTest } from "./shift_test.ts";

/** What the equivalence test must show, and how surely. */
export interface Design {
  /** Half width of the region of equivalence, > 0, in the unit of the samples. */
  readonly margin: number;
  /** In (0, 1/2). */
  readonly alpha: number;
  /** Requested probability of showing equivalence, in (0, 1). */
  readonly power: number;
  /** Assumed shift B - A, inside the margin. */
  readonly shift?: number;
}

export interface RunsNeeded {
  /** Runs per side. */
  readonly runs: number;
  /** The power simulated with that many runs; at least the requested one. */
  readonly power: number;
  readonly simulations: number;
  readonly method: string;
}

/** Pairs of samples drawn per size: a power of 0.8 is known to +-0.025 (two standard errors). */
export const SIMULATIONS = 1000;

/** The search stops at this many runs per side. */
export const MOST_RUNS = 10_000;

/** With fewer runs a side, nothing is tested. */
const LEAST_RUNS = 4;

/**
 * Power of the equivalence test (two one-sided Brunner-Munzel tests) with `runs` a side, by drawing with replacement
 * from each sample, both moved to one median and B further by the assumed shift. The same seed gives the same power.
 *
 * @throws RangeError for an empty sample, a margin, alpha, power or shift outside its domain, or runs below 1
 */
export function equivalencePower(
  sortedA: Float64Array,
  sortedB: Float64Array,
  runs: number,
  design: Design,
  seed?: number,
): number {
  requireDesign(design);
  if (!(Number.isSafeInteger(runs) && runs >= 1)) {
    throw new RangeError(`power: runs are ${runs}, must be an integer of at least 1`);
  }
  return powerReaching(0, sortedA, sortedB, runs, design, seed)!;
}

/**
 * The runs per side that equivalence needs: doubled until the power suffices, then bisected between the last
 * two sizes; except for the error of the simulation, power rises with the size.
 *
 * @returns null when MOST_RUNS do not suffice
 * @throws RangeError as equivalencePower
 */
export function runsForEquivalence(
  sortedA: Float64Array,
  sortedB: Float64Array,
  design: Design,
  seed?: number,
): RunsNeeded | null {
  requireDesign(design);
  const powerWith = (runs: number) => powerReaching(design.power, sortedA, sortedB, runs, design, seed);
  let enough = LEAST_RUNS;
  let power = powerWith(enough);
  let tooFew = enough - 1;
  while (power === null) {
    if (enough === MOST_RUNS) return null;
    tooFew = enough;
    enough = Math.min(MOST_RUNS, 2 * enough);
    power = powerWith(enough);
  }
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    const found = powerWith(middle);
    if (found !== null) [enough, power] = [middle, found];
    else tooFew = middle;
  }
  return {
    runs: enough,
    power,
    simulations: SIMULATIONS,
    method: `TOST, ${SIMULATIONS} simulated pairs per size`,
  };
}

/** The simulated power; null as soon as it can no longer reach `wanted`. */
function powerReaching(
  wanted: number,
  sortedA: Float64Array,
  sortedB: Float64Array,
  runs: number,
  design: Design,
  seed: number | undefined,
): number | null {
  const random = Xoshiro128.seeded(seed);
  const moved = medianSorted(sortedB) - medianSorted(sortedA) - (design.shift ?? 0);
  let shown = 0;
  for (let i = 0; i < SIMULATIONS; i++) {
    if ((shown + SIMULATIONS - i) / SIMULATIONS < wanted) return null;
    const a = drawn(sortedA, runs, random);
    const b = drawn(sortedB, runs, random).map((value) => value - moved);
    const test = new ShiftTest(a, b);
    if (test.pAbove(-design.margin) < design.alpha && test.pBelow(design.margin) < design.alpha) shown++;
  }
  return shown / SIMULATIONS < wanted ? null : shown / SIMULATIONS;
}

function drawn(sorted: Float64Array, runs: number, random: Xoshiro128): Float64Array {
  const sample = new Float64Array(runs);
  for (let i = 0; i < runs; i++) sample[i] = sorted[Math.floor(random.uniform() * sorted.length)]!;
  return sample.sort();
}

function requireDesign({ margin, alpha, power, shift = 0 }: Design): void {
  if (!(margin > 0 && Number.isFinite(margin))) {
    throw new RangeError(`power: margin is ${margin}, must be positive and finite`);
  }
  if (!(alpha > 0 && alpha < 0.5)) throw new RangeError(`power: alpha is ${alpha}, must lie in (0, 1/2)`);
  if (!(power > 0 && power < 1)) throw new RangeError(`power: power is ${power}, must lie in (0, 1)`);
  if (!(Math.abs(shift) < margin)) {
    throw new RangeError(`power: shift is ${shift}, must lie inside the margin ${margin}`);
  }
}
