/** The runs of one side as a mixture that knows nothing of keys, and whether it finds the clusters of stacks. */

import { type FileSample, TEST_NEEDS } from "../sample/sample.ts";
import { withoutTicks } from "../stats/log_mad.ts";
import {
  adjustedRand,
  classesOf,
  type Component,
  type ComponentTest,
  countedMixture,
} from "../stats/mixture.ts";

/** More runs are not fitted: so many, evenly by rank, show what there is. */
const MOST_FITTED = 120;

/** A component: a part of the runs about a place. */
export interface ComponentFacts {
  readonly share: number;
  readonly median_ns: number;
  /** Half the width of the middle 68 %. */
  readonly spread_ns: number;
}

/** Explored: nothing is concluded from it. */
export interface SideMixture {
  /** Runs that were fitted, of all. */
  readonly n: number;
  readonly of_runs: number;
  /** The tightest first. */
  readonly components: readonly ComponentFacts[];
  /** Each number of components that was tested against one more. */
  readonly tests: readonly ComponentTest[];
  /** How well the components agree with the stacks of the wakeup: 1 wholly, 0 by chance; null with one component. */
  readonly adjusted_rand: number | null;
  readonly method: string;
}

/**
 * @param stacks code of each row's stack
 * @returns null with fewer than TEST_NEEDS runs, or where nothing varies
 */
export function mixtureOf(
  { sorted, order, rows }: FileSample,
  stacks: ArrayLike<number>,
  alpha: number,
): SideMixture | null {
  const n = Math.min(sorted.length, MOST_FITTED);
  if (n < TEST_NEEDS || sorted[0] === sorted.at(-1)) return null;
  const ranks = Array.from({ length: n }, (_, i) => Math.floor(((i + 0.5) * sorted.length) / n));
  // Latencies are skewed: their logarithms are nearer to a normal distribution. Ticks would be components.
  const smooth = withoutTicks(sorted);
  const isLog = smooth[0]! > 0;
  const values = Float64Array.from(ranks, (rank) => isLog ? Math.log(smooth[rank]!) : smooth[rank]!);
  if (values[0] === values.at(-1)) return null;
  const { mixture, tests } = countedMixture(values, alpha);
  const classes = classesOf(values, mixture);
  const isOne = mixture.components.length === 1;
  return {
    n,
    of_runs: sorted.length,
    components: mixture.components.map((component) => factsOf(component, isLog)),
    tests,
    adjusted_rand: isOne ? null : adjustedRand(classes, ranks.map((rank) => stacks[rows[order[rank]!]!]!)),
    method: `normal distributions${
      isLog ? " of the logarithm" : ""
    }, number by the bootstrap of the likelihood ratio`,
  };
}

function factsOf({ share, mean, sd }: Component, isLog: boolean): ComponentFacts {
  const at = (value: number) => isLog ? Math.exp(value) : value;
  return { share, median_ns: at(mean), spread_ns: (at(mean + sd) - at(mean - sd)) / 2 };
}
