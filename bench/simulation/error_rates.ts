/** Type-I error: how often each test says "different" when both are the same. */

import { TEST_NEEDS } from "../../analysis/sample/sample.ts";
import { andersonDarling } from "../../analysis/stats/anderson_darling.ts";
import { changePoint } from "../../analysis/stats/change_point.ts";
import { association, gTest } from "../../analysis/stats/contingency.ts";
import { dipTest } from "../../analysis/stats/dip.ts";
import { equivalence } from "../../analysis/stats/equivalence.ts";
import { kolmogorovSmirnov } from "../../analysis/stats/kolmogorov_smirnov.ts";
import { breslowDay, mantelHaenszel } from "../../analysis/stats/mantel_haenszel.ts";
import { ordered } from "../../analysis/stats/ordered.ts";
import { centredRanks } from "../../analysis/stats/rank.ts";
import type { Xoshiro128 } from "../../analysis/stats/random.ts";
import { lag1Autocorrelation } from "../../analysis/stats/series.ts";
import { ShiftTest } from "../../analysis/stats/shift_test.ts";
import { flignerKilleen, spreadTest } from "../../analysis/stats/spread.ts";
import { vanElteren } from "../../analysis/stats/van_elteren.ts";
import {
  COUNTS,
  draw,
  generatorOf,
  type Pairs,
  pairsOf,
  type Population,
  POPULATIONS,
} from "./populations.ts";

interface Test {
  readonly name: string;
  /** Whether a verdict depends on this test; the others are shown next to it. */
  readonly decides: boolean;
  /** Whether it permutes, resamples or simulates. */
  readonly resampling: boolean;
  /** Populations for which its null hypothesis holds. */
  readonly holdsFor: (population: Population) => boolean;
  /** p of one simulated file or pair for which the null hypothesis holds; null when the test refuses. */
  once(population: Population, n: number, random: Xoshiro128): number | null;
}

const ALPHA = 0.05;
const everywhere = () => true;

function pairTest(
  name: string,
  { decides, resampling = false }: { readonly decides: boolean; readonly resampling?: boolean },
  p: (a: Float64Array, b: Float64Array) => number | null,
): Test {
  return {
    name,
    decides,
    resampling,
    holdsFor: everywhere,
    once: (population, n, random) =>
      p(draw(population, n, random).sort(), draw(population, n, random).sort()),
  };
}

function spreadOf(name: string, sizes: (n: number) => readonly number[]): Test {
  return {
    name: `spread: Brown-Forsythe, zeros removed, ${name}`,
    decides: true,
    resampling: false,
    holdsFor: everywhere,
    once: (population, n, random) =>
      spreadTest(sizes(n).map((size) => draw(population, size, random).sort())).p,
  };
}

function seriesTest(name: string, resampling: boolean, p: (runs: Float64Array) => number | null): Test {
  return {
    name,
    decides: true,
    resampling,
    holdsFor: everywhere,
    once: (population, n, random) => p(draw(population, n, random)),
  };
}

/**
 * Counts of side by cluster, `n` runs a side, `strata` times; 30 % of each side's runs belong to the first
 * cluster.
 */
function tables(n: number, strata: number, random: Xoshiro128): number[][][] {
  return Array.from({ length: strata }, () =>
    [0, 1].map(() => {
      let first = 0;
      for (let i = 0; i < n; i++) if (random.uniform() < 0.3) first++;
      return [first, n - first];
    }));
}

const filled = (table: number[][]) => [0, 1].every((column) => table.some((row) => row[column]! > 0));

function countTest(name: string, decides: boolean, p: (tables: number[][][]) => number | null): Test {
  return {
    name,
    decides,
    resampling: false,
    holdsFor: everywhere,
    once(_population, n, random) {
      const drawn = tables(n, 3, random);
      return drawn.every(filled) ? p(drawn) : null;
    },
  };
}

export const TESTS: readonly Test[] = [
  pairTest("Brunner-Munzel", { decides: true }, (a, b) => new ShiftTest(a, b).p),
  {
    name: "equivalence (TOST), B on the margin",
    decides: true,
    resampling: false,
    holdsFor: everywhere,
    once(population, n, random) {
      const a = draw(population, n, random).sort();
      const b = draw(population, n, random).map((value) => value + population.unitNs).sort();
      return equivalence(new ShiftTest(a, b), population.unitNs).p;
    },
  },
  pairTest("Kolmogorov-Smirnov", { decides: true }, (a, b) => kolmogorovSmirnov(a, b).p),
  pairTest("Anderson-Darling", { decides: true, resampling: true }, (a, b) => andersonDarling([a, b]).p),
  pairTest("spread: Brown-Forsythe, zeros removed", { decides: true }, (a, b) => spreadTest([a, b]).p),
  spreadOf("B five times as many", (n) => [n, 5 * n]),
  spreadOf("four groups", (n) => [n, n, n, n]),
  pairTest(
    "spread: Brown-Forsythe, median",
    { decides: false },
    (a, b) => spreadTest([a, b]).brownForsythe.p,
  ),
  pairTest("spread: Fligner-Killeen", { decides: false }, (a, b) => flignerKilleen([a, b]).p),
  {
    name: "van Elteren, two strata",
    decides: true,
    resampling: false,
    holdsFor: everywhere,
    once(population, n, random) {
      const third = Math.round(n / 3);
      // Like compare, which examines only strata with so many runs a side.
      if (third < TEST_NEEDS) return null;
      const sample = (size: number) => draw(population, size, random).sort();
      const strata = [
        { a: sample(n - third), b: sample(third) },
        { a: sample(third), b: sample(n - third) },
      ];
      return vanElteren(strata).p;
    },
  },
  seriesTest("lag-1 autocorrelation", false, (runs) => lag1Autocorrelation(runs)?.p ?? null),
  seriesTest("Pettitt's change point", true, (runs) => changePoint(centredRanks(ordered(runs)))?.p ?? null),
  {
    name: "dip",
    decides: true,
    resampling: true,
    // Two modes are not an error of this test, and ticks are many modes.
    holdsFor: ({ name }) => name === "normal" || name === "lognormal",
    once: (population, n, random) => dipTest(draw(population, n, random).sort()).p,
  },
];

/** Tests of counts: no population of times is behind them. */
const COUNT_TESTS: readonly Test[] = [
  countTest("association (Fisher or chi-square)", true, ([table]) => association(table!).p),
  countTest("association (G)", false, ([table]) => gTest(table!).p),
  countTest("Cochran-Mantel-Haenszel, three strata", true, (strata) => mantelHaenszel(strata).p),
  countTest("Breslow-Day, three strata", true, (strata) => breslowDay(strata)?.p ?? null),
];

export interface ErrorRate {
  readonly test: string;
  readonly decides: boolean;
  readonly population: string;
  readonly n: number;
  /** Number of pairs of samples that had a p. */
  readonly tested: number;
  readonly pairs: number;
  /** Share of them with p <= 0.05; null without any. */
  readonly rejected: number | null;
}

/** Error rate of one test in one population at one size. */
export function errorRate(test: Test, population: Population, n: number, pairs: number): ErrorRate {
  const random = generatorOf(test.name, population.name, n);
  let [tested, rejected] = [0, 0];
  for (let pair = 0; pair < pairs; pair++) {
    const p = test.once(population, n, random);
    if (p === null) continue;
    tested++;
    if (p <= ALPHA) rejected++;
  }
  return {
    test: test.name,
    decides: test.decides,
    population: population.name,
    n,
    tested,
    pairs,
    rejected: tested === 0 ? null : rejected / tested,
  };
}

/**
 * Every test in every population in which its null hypothesis holds, those of counts once; each is simulated
 * when it is called.
 */
export function errorCells(sizes: readonly number[], pairs: Pairs): (() => ErrorRate)[] {
  return sizes.flatMap((n) => [
    ...TESTS.flatMap((test) =>
      POPULATIONS.filter(test.holdsFor).map((population) => () =>
        errorRate(test, population, n, pairsOf(pairs, test, n))
      )
    ),
    ...COUNT_TESTS.map((test) => () => errorRate(test, COUNTS, n, pairsOf(pairs, test, n))),
  ]);
}
