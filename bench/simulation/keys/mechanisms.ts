/** The keys' verdicts: what `probe compare` says of two groups of runs, against what is true. */

import type { Split } from "../../../analysis/mechanisms/keys.ts";
import type { MechanismVerdict } from "../../../analysis/mechanisms/mechanism.ts";
import { mechanismAnswers } from "../../../analysis/mechanisms/mechanisms.ts";
import type { FileSample } from "../../../analysis/sample/sample.ts";
import type { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { draw, generatorOf, type Population, POPULATIONS, sampleOf } from "../populations.ts";

const LIMIT = 2;
const FAR = 9;
const ALPHA = 0.05;
/** Margin of the place, in the population's units: never what decides here. */
const UNITS_PER_MARGIN = 3;

/** How many times as wide the second group is, in A and in B. */
export const STORIES: readonly { readonly name: string; readonly ratios: readonly [number, number] }[] = [
  { name: "two, the same on both sides", ratios: [FAR, FAR] },
  { name: "on the limit on both sides", ratios: [LIMIT, LIMIT] },
  { name: "two in A, on the limit in B", ratios: [FAR, LIMIT] },
  { name: "one on both sides", ratios: [1, 1] },
  { name: "two in B only", ratios: [1, FAR] },
  { name: "two, flipped in B", ratios: [FAR, 1 / FAR] },
];

export const MECHANISM_VERDICTS = [
  "TWO",
  "ONE",
  "INCONCLUSIVE",
  "CONFOUNDED",
] as const satisfies readonly MechanismVerdict[];

export interface MechanismShares {
  readonly population: string;
  readonly story: string;
  readonly n: number;
  readonly pairs: number;
  readonly shares: Readonly<Record<MechanismVerdict, number>>;
}

/** `n` runs, every other one in the second group, which is `ratio` times as wide about the same median. */
function sideOf(population: Population, n: number, ratio: number, random: Xoshiro128): FileSample {
  const median = population.of(0);
  const series = draw(population, n, random).map((value, i) =>
    i % 2 === 0 ? value : median + Math.round(ratio * (value - median))
  );
  return { ...sampleOf(series), rows: Uint32Array.from(series, (_, i) => i) };
}

function splitOf(n: number): Split {
  const codes = Uint8Array.from({ length: n }, (_, i) => 1 + i % 2);
  return {
    keys: [{ name: "key", kind: "outcome", groups: ["one", "two"] }],
    codes: [codes, codes],
    values: ["one", "two"],
    valueCodes: [Uint32Array.from(codes), Uint32Array.from(codes)],
    others: { values: 0, runs: 0 },
  };
}

/** Shares of the verdicts on `pairs` pairs of sides with `n` runs each, in a family of one key. */
export function mechanismShares(
  population: Population,
  { name, ratios }: (typeof STORIES)[number],
  n: number,
  pairs: number,
): MechanismShares {
  const random = generatorOf("mechanism", population.name, name, n);
  const rules = { alpha: ALPHA, spreadRatio: LIMIT, marginNs: UNITS_PER_MARGIN * population.unitNs };
  const counts = new Map<MechanismVerdict, number>();
  for (let pair = 0; pair < pairs; pair++) {
    const sides = [
      sideOf(population, n, ratios[0], random),
      sideOf(population, n, ratios[1], random),
    ] as const;
    const { verdict } = mechanismAnswers([splitOf(n)], sides, rules)[0]!;
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  const shares = MECHANISM_VERDICTS.map((verdict) => [verdict, (counts.get(verdict) ?? 0) / pairs] as const);
  return {
    population: population.name,
    story: name,
    n,
    pairs,
    shares: Object.fromEntries(shares) as Record<MechanismVerdict, number>,
  };
}

/** Every story in every population: each cell to be simulated when it is called. */
export function mechanismCells(sizes: readonly number[], pairs: number): (() => MechanismShares)[] {
  return POPULATIONS.flatMap((population) =>
    STORIES.flatMap((story) => sizes.map((n) => () => mechanismShares(population, story, n, pairs)))
  );
}
