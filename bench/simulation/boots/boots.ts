/** Runs that are nested in boots: how often that leads to a wrong verdict, and how often where it is not heeded. */

import { decide } from "../../../analysis/compare/answer.ts";
import type { Sample } from "../../../analysis/sample/sample.ts";
import { UNITS_NEEDED } from "../../../analysis/stats/nested.ts";
import {
  draw,
  drawBoots,
  generatorOf,
  type Pairs,
  type Population,
  POPULATIONS,
  sampleOf,
} from "../populations.ts";

const ALPHA = 0.05;

/** Boots of B, and runs of each; A has as many runs as B, of one boot. */
const SIDES: readonly (readonly [boots: number, runs: number])[] = [
  [4, 10],
  [5, 6],
  [5, 30],
  [10, 6],
  [10, 30],
];

/** Shares of the variance, of the normal numbers behind the runs, that lie between boots. */
const SHARES = [0, 0.2, 0.5, 0.9] as const;

/** Where ticks or modes do not blur what the boots do. */
const SHOWN: readonly Population[] = POPULATIONS.filter(({ name }) =>
  name === "normal" || name === "lognormal"
);

/** Shares of pairs. */
interface Errors {
  /** No shift, and p < 0.05. */
  readonly significant: number;
  /** A shift on the margin that is called inside it, and beyond it. */
  readonly inside: number;
  readonly beyond: number;
}

export interface BootErrors extends Errors {
  readonly population: string;
  readonly boots: number;
  readonly runs: number;
  readonly between: number;
  readonly pairs: number;
  /** Share of pairs on the margin that have no interval. */
  readonly refused: number;
  /** The same where nobody counted the boots. */
  readonly ignored: Errors;
}

/** A sample whose parts are boots. */
function nested(series: Float64Array, boots: number): Sample {
  const runs = series.length / boots;
  const joints = Array.from({ length: boots - 1 }, (_, boot) => (boot + 1) * runs);
  return { ...sampleOf(series), joints, nested: true };
}

/** @param pairs of sides, with B where A is and with B shifted by the margin, one unit of the population */
function bootErrors(
  population: Population,
  [boots, runs]: (typeof SIDES)[number],
  between: number,
  pairs: number,
): BootErrors {
  const random = generatorOf("boots", population.name, boots, runs, between);
  const margin = population.unitNs;
  const of = (a: Sample, b: Sample) => decide([a, b], { kind: "duration", ns: margin }, ALPHA);
  const counts = [0, 1].map(() => ({ significant: 0, inside: 0, beyond: 0 }));
  let refused = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const a = sampleOf(draw(population, boots * runs, random));
    const series = drawBoots(population, boots, runs, between, random);
    const shifted = series.map((value) => value + margin);
    const heeded = [nested(series, boots), nested(shifted, boots)];
    const ignored = [sampleOf(series), sampleOf(shifted)];
    for (const [at, [same, onMargin]] of [heeded, ignored].entries()) {
      const count = counts[at]!;
      const { brunner_munzel: test } = of(a, same!);
      if (test !== null && test.p < ALPHA) count.significant++;
      const { tost } = of(a, onMargin!);
      if (tost === null) {
        if (at === 0) refused++;
        continue;
      }
      const [low, high] = tost.ci_ns;
      if (-margin < low && high < margin) count.inside++;
      if (low > margin || high < -margin) count.beyond++;
    }
  }
  const [heeded, ignored] = counts.map(({ significant, inside, beyond }) => ({
    significant: significant / pairs,
    inside: inside / pairs,
    beyond: beyond / pairs,
  }));
  const share = refused / pairs;
  return {
    population: population.name,
    boots,
    runs,
    between,
    pairs,
    refused: share,
    ...heeded!,
    ignored: ignored!,
  };
}

/** All numbers of boots in both populations: each cell to be simulated when it is called. */
export function bootCells({ verdicts }: Pairs): (() => BootErrors)[] {
  return SHOWN.flatMap((population) =>
    SIDES.flatMap((side) => SHARES.map((between) => () => bootErrors(population, side, between, verdicts)))
  );
}

/** Fewer are refused. */
export const FEWEST = UNITS_NEEDED;
