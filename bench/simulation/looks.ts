/** Looks at data that grow: how often the truth is missed by looking once, again, often, and as planned. */

import { decide } from "../../analysis/compare/answer.ts";
import { shiftTestOf } from "../../analysis/compare/contrast.ts";
import { levelsOf } from "../../analysis/compare/limits.ts";
import { placeOf } from "../../analysis/compare/verdict.ts";
import type { Pair } from "../../analysis/sample/summary.ts";
import { runsToSettle } from "../../analysis/stats/settling.ts";
import { draw, generatorOf, type Population, POPULATIONS, sampleOf } from "./populations.ts";

const ALPHA = 0.05;
const POWER = 0.8;

/** Runs of a side that grows, and of one that was measured before. */
const MOST = 100;
const FIXED = 300;
/** Runs after which `needed` is asked, and the most that are then measured. */
const FIRST = 30;
const MOST_AGAIN = 300;

/** Looks after every `every` runs, each test at that level. */
interface Rule {
  readonly name: string;
  readonly every: number;
  readonly level: number;
  readonly isPlanned: boolean;
}

const planned = (looks: number): Rule => ({
  name: `${looks} planned looks`,
  every: MOST / looks,
  level: levelsOf([{ meta: { looks } }], ALPHA).alpha,
  isPlanned: true,
});

const RULES: readonly Rule[] = [
  { name: "one look", every: MOST, level: ALPHA, isPlanned: true },
  { name: "every 10 runs at 5 %", every: 10, level: ALPHA, isPlanned: false },
  planned(2),
  planned(5),
  planned(10),
];
const AGAIN = `at ${FIRST} runs, and again with the number that needed names`;

/** Shares of pairs for one way to look. */
export interface LookErrors {
  readonly rule: string;
  /** Whether it is to keep 5 %. */
  readonly isPlanned: boolean;
  /** A shift on the margin is called inside it, or beyond it. */
  readonly inside: number;
  readonly beyond: number;
  /** p < 5 %, or below the level of a look, where there is no shift. */
  readonly significant: number;
  /** Mean number of B's runs at the end where there is no shift; the margin is one unit of the population. */
  readonly runs: number;
}

export interface LooksCell {
  readonly population: string;
  /** Runs of A; null: as many as B has. */
  readonly fixed: number | null;
  readonly pairs: number;
  readonly rules: readonly LookErrors[];
}

type Found = "inside" | "beyond" | null;

/** What a pair of sides shows at a number of runs. */
class Sides {
  readonly #sides: Pair<Float64Array>;
  readonly #fixed: number | null;
  readonly #margin: number;
  readonly #decided = new Map<string, ReturnType<typeof decide>>();

  constructor(sides: Pair<Float64Array>, fixed: number | null, margin: number) {
    this.#sides = sides;
    this.#fixed = fixed;
    this.#margin = margin;
  }

  samples(n: number) {
    const [a, b] = this.#sides;
    return [sampleOf(a.slice(0, this.#fixed ?? n)), sampleOf(b.slice(0, n))] as const;
  }

  decided(n: number, level: number): ReturnType<typeof decide> {
    const key = `${n} ${level}`;
    const known = this.#decided.get(key) ??
      decide(this.samples(n), { kind: "duration", ns: this.#margin }, level);
    this.#decided.set(key, known);
    return known;
  }

  found(n: number, level: number): Found {
    const { tost } = this.decided(n, level);
    const place = tost === null ? null : placeOf(tost.ci_ns, this.#margin);
    return place === "inside" ? "inside" : place === "outside" ? "beyond" : null;
  }
}

/** The first look that finds something, and its number of runs. */
function firstOf(sides: Sides, { every, level }: Rule): { found: Found; runs: number } {
  for (let runs = every; runs < MOST; runs += every) {
    const found = sides.found(runs, level);
    if (found !== null) return { found, runs };
  }
  return { found: sides.found(MOST, level), runs: MOST };
}

const isSignificant = (sides: Sides, runs: number, level: number) =>
  (sides.decided(runs, level).brunner_munzel?.p ?? 1) < level;

/** Counts of what the ways to look have found. */
class Counts {
  inside = 0;
  beyond = 0;
  significant = 0;
  runs = 0;

  add(found: Found, significant: boolean, runs: number): void {
    if (found !== null) this[found]++;
    if (significant) this.significant++;
    this.runs += runs;
  }
}

/** Draws the runs of another measurement: all that B may need, and as many of A, or A's fixed ones. */
function drawn(
  population: Population,
  fixed: number | null,
  n: number,
  random: ReturnType<typeof generatorOf>,
) {
  return [draw(population, fixed ?? n, random), draw(population, n, random)] as const;
}

const shifted = ([a, b]: Pair<Float64Array>, by: number) => [a, b.map((value) => value + by)] as const;

/** @param fixed runs of A; null: as many as B has */
export function lookErrors(population: Population, fixed: number | null, pairs: number): LooksCell {
  const random = generatorOf("looks", population.name, fixed ?? 0);
  const margin = population.unitNs;
  const counts = RULES.map(() => new Counts());
  const again = new Counts();
  for (let pair = 0; pair < pairs; pair++) {
    const runs = drawn(population, fixed, MOST, random);
    const [same, onMargin] = [runs, shifted(runs, margin)].map((sides) => new Sides(sides, fixed, margin));
    RULES.forEach((rule, at) => {
      const significant = Array.from({ length: MOST / rule.every }, (_, look) => (look + 1) * rule.every)
        .some((n) => isSignificant(same!, n, rule.level));
      counts[at]!.add(firstOf(onMargin!, rule).found, significant, firstOf(same!, rule).runs);
    });
    const more = drawn(population, fixed, MOST_AGAIN, random);
    const second = [fixed === null ? more[0] : runs[0], more[1]] as const;
    const [atSame, atMargin] = [
      twice(same!, new Sides(second, fixed, margin), fixed, margin),
      twice(onMargin!, new Sides(shifted(second, margin), fixed, margin), fixed, margin),
    ];
    again.add(atMargin.found, atSame.significant, atSame.runs);
  }
  const shares = (
    name: string,
    isPlanned: boolean,
    { inside, beyond, significant, runs }: Counts,
  ): LookErrors => ({
    rule: name,
    isPlanned,
    inside: inside / pairs,
    beyond: beyond / pairs,
    significant: significant / pairs,
    runs: runs / pairs,
  });
  return {
    population: population.name,
    fixed,
    pairs,
    rules: [
      ...RULES.map(({ name, isPlanned }, at) => shares(name, isPlanned, counts[at]!)),
      shares(AGAIN, false, again),
    ],
  };
}

/** A first measurement, and where it leaves the answer open another one with the number of runs that it names. */
function twice(first: Sides, second: Sides, fixed: number | null, margin: number) {
  const found = first.found(FIRST, ALPHA);
  const significant = isSignificant(first, FIRST, ALPHA);
  const once = { found, significant, runs: FIRST };
  if (found !== null) return once;
  const [a, b] = first.samples(FIRST);
  const fewest = Math.ceil(2 / (1 / (fixed ?? FIRST) + 1 / FIRST)) + 1;
  const needed = runsToSettle(
    shiftTestOf([a.sorted, b.sorted])!,
    { margin, alpha: ALPHA, power: POWER },
    fewest,
  );
  if (needed === null) return once;
  const n = Math.min(needed, MOST_AGAIN);
  return {
    found: second.found(n, ALPHA),
    significant: significant || isSignificant(second, n, ALPHA),
    runs: FIRST + n,
  };
}

/** Each cell is simulated when it is called. */
export function looksCells(pairs: number): (() => LooksCell)[] {
  return POPULATIONS.filter(({ name }) => name === "normal" || name === "lognormal").flatMap((population) =>
    [null, FIXED].map((fixed) => () => lookErrors(population, fixed, pairs))
  );
}
