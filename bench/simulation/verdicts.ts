/** The verdict table: what `probe compare` says about the offset, by what is true. */

import { decide } from "../../analysis/compare/answer.ts";
import { placeOf, type Verdict, verdictOf, VERDICTS } from "../../analysis/compare/verdict.ts";
import { draw, generatorOf, type Population, POPULATIONS, sampleOf } from "./populations.ts";

/** Shift of B in margins; the margin is three units of the population. */
export const TRUTHS: readonly { readonly name: string; readonly margins: number }[] = [
  { name: "no shift", margins: 0 },
  { name: "shift of 1/3 margin", margins: 1 / 3 },
  { name: "shift on the margin", margins: 1 },
  { name: "shift of 2 margins", margins: 2 },
];

const UNITS_PER_MARGIN = 3;
const ALPHA = 0.05;

export interface VerdictShares {
  readonly population: string;
  readonly truth: string;
  readonly n: number;
  readonly pairs: number;
  readonly shares: Readonly<Record<Verdict, number>>;
}

/**
 * Decides like compare's answer() for sides of at least six runs that nothing confounds, in a family of one.
 */
function verdictFrom({ brunner_munzel, tost }: ReturnType<typeof decide>, margin: number): Verdict {
  if (tost === null) return "INCONCLUSIVE";
  const isSignificant = brunner_munzel !== null && brunner_munzel.p < ALPHA;
  return verdictOf(placeOf(tost.ci_ns, margin), isSignificant);
}

/** Shares of the verdicts over `pairs` pairs of sides with `n` runs each. */
export function verdictShares(
  population: Population,
  truth: (typeof TRUTHS)[number],
  n: number,
  pairs: number,
): VerdictShares {
  const random = generatorOf("verdict", population.name, truth.name, n);
  const margin = UNITS_PER_MARGIN * population.unitNs;
  const counts = new Map<Verdict, number>();
  for (let pair = 0; pair < pairs; pair++) {
    const a = sampleOf(draw(population, n, random));
    const b = sampleOf(draw(population, n, random).map((value) => value + truth.margins * margin));
    const verdict = verdictFrom(decide([a, b], { kind: "duration", ns: margin }, ALPHA), margin);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  const shares = VERDICTS.map((verdict) => [verdict, (counts.get(verdict) ?? 0) / pairs] as const);
  return {
    population: population.name,
    truth: truth.name,
    n,
    pairs,
    shares: Object.fromEntries(shares) as Record<Verdict, number>,
  };
}

/** Every truth in every population; each cell is simulated when it is called. */
export function verdictCells(sizes: readonly number[], pairs: number): (() => VerdictShares)[] {
  return POPULATIONS.flatMap((population) =>
    TRUTHS.flatMap((truth) => sizes.map((n) => () => verdictShares(population, truth, n, pairs)))
  );
}
