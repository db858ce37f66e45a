/** Whether a value of a key locks in: what `probe compare` says, against what is true. */

import type { Key, Split } from "../../../analysis/mechanisms/keys.ts";
import type { LockInVerdict } from "../../../analysis/mechanisms/lock_in.ts";
import { orderTest, runsPerEffective } from "../../../analysis/compare/order.ts";
import { lockInAnswers } from "../../../analysis/mechanisms/lock_ins.ts";
import { checkSeries } from "../../../analysis/sample/series.ts";
import type { FileSample } from "../../../analysis/sample/sample.ts";
import type { Pair } from "../../../analysis/sample/summary.ts";
import type { Xoshiro128 } from "../../../analysis/stats/random.ts";
import { normalQuantile } from "../../../analysis/stats/special.ts";
import { draw, drawSeries, generatorOf, type Population, POPULATIONS, sampleOf } from "../populations.ts";

const SHARE = 0.5;
const ALPHA = 0.05;
/** Margin of the place, in the population's units: never what decides here. */
const UNITS_PER_MARGIN = 3;
/** So many times as wide as the value, and so many units apart from it. */
const FAR = 9;
const APART = 30;
/** Of runs whose flags follow the path. */
const FOLLOWS = 0.95;

/** How the other runs differ from those with the value: `limit` is where the ratio of distances is the declared share. */
type Others = "wide" | "apart" | "limit in width" | "limit in place" | "alike";

interface Story {
  readonly name: string;
  /** On each side. */
  readonly others: Pair<Others>;
  /** Of the runs that have the value. */
  readonly percent: number;
  /** The verdict is on flags that the path, the key of the story, is behind. */
  readonly isMirrored?: boolean;
  /** Of the normal numbers behind neighbouring runs; the value then comes in spells of ten runs. */
  readonly lag1?: number;
  /** What no more than 5 % may say. */
  readonly wrong: readonly LockInVerdict[];
}

export const LOCK_IN_STORIES: readonly Story[] = [
  { name: "locks in, others wide", others: ["wide", "wide"], percent: 50, wrong: ["DOES-NOT", "CONFOUNDED"] },
  {
    name: "locks in, others apart",
    others: ["apart", "apart"],
    percent: 50,
    wrong: ["DOES-NOT", "CONFOUNDED"],
  },
  { name: "nothing locks in", others: ["alike", "alike"], percent: 50, wrong: ["LOCKS-IN", "CONFOUNDED"] },
  { name: "in A only", others: ["wide", "alike"], percent: 50, wrong: ["LOCKS-IN", "DOES-NOT"] },
  {
    name: "wide, in B on the limit",
    others: ["wide", "limit in width"],
    percent: 50,
    wrong: ["LOCKS-IN", "CONFOUNDED"],
  },
  {
    name: "wide, in B on the limit, a third has the value",
    others: ["wide", "limit in width"],
    percent: 34,
    wrong: ["LOCKS-IN", "CONFOUNDED"],
  },
  {
    name: "apart, in B on the limit",
    others: ["apart", "limit in place"],
    percent: 50,
    wrong: ["LOCKS-IN", "CONFOUNDED"],
  },
  {
    name: "alike, in B on the limit",
    others: ["alike", "limit in width"],
    percent: 50,
    wrong: ["LOCKS-IN", "DOES-NOT", "CONFOUNDED"],
  },
  {
    name: "wide, in B on the limit, neighbours alike",
    others: ["wide", "limit in width"],
    percent: 50,
    lag1: 0.5,
    wrong: ["LOCKS-IN"],
  },
  {
    name: "flags that follow the path",
    others: ["wide", "wide"],
    percent: 50,
    isMirrored: true,
    wrong: ["LOCKS-IN"],
  },
];

export const LOCK_IN_VERDICTS = [
  "LOCKS-IN",
  "DOES-NOT",
  "INCONCLUSIVE",
  "CONFOUNDED",
] as const satisfies readonly LockInVerdict[];

export interface LockInShares {
  readonly population: string;
  readonly story: string;
  readonly n: number;
  readonly pairs: number;
  /** Of the key; with a mirrored one, of that which follows it. */
  readonly shares: Readonly<Record<LockInVerdict, number>>;
  readonly wrong: readonly LockInVerdict[];
}

/** A run of the others: so many times as wide about the median, and so many ns apart. */
interface Change {
  readonly times: number;
  readonly apartNs: number;
}

const changes = new Map<string, Change>();

function changeOf(population: Population, others: Others): Change {
  const key = `${population.name} ${others}`;
  const known = changes.get(key);
  if (known !== undefined) return known;
  const unit = population.unitNs;
  const found: Change = others === "wide"
    ? { times: FAR, apartNs: 0 }
    : others === "apart"
    ? { times: 1, apartNs: APART * unit }
    : others === "alike"
    ? { times: 1, apartNs: 0 }
    : others === "limit in width"
    ? onLimit(population, (of) => ({ times: 1 + of, apartNs: 0 }))
    : onLimit(population, (of) => ({ times: 1, apartNs: of * unit }));
  changes.set(key, found);
  return found;
}

function changed(value: number, population: Population, { times, apartNs }: Change): number {
  const median = population.of(0);
  return median + times * (value - median) + apartNs;
}

/** Values at so many even quantiles stand for the population. */
const GRID = 300;

/** The change at which half of all triples have a smaller ratio than SHARE. */
function onLimit(population: Population, change: (of: number) => Change): Change {
  const values = Array.from({ length: GRID }, (_, i) => population.of(normalQuantile((i + 0.5) / GRID)));
  const own = values.map((x) => Float64Array.from(values, (other) => Math.abs(other - x)).sort());
  const isBelow = (of: number) => {
    const others = values.map((value) => changed(value, population, change(of)));
    let below = 0;
    for (const [i, x] of values.entries()) {
      const reaches = Float64Array.from(others, (y) => SHARE * Math.abs(y - x)).sort();
      let at = 0;
      let equal = 0;
      for (const reach of reaches) {
        while (at < GRID && own[i]![at]! < reach) at++;
        if (equal < at) equal = at;
        while (equal < GRID && own[i]![equal]! <= reach) equal++;
        below += (at + equal) / 2;
      }
    }
    return below / GRID ** 3 < 0.5;
  };
  let [low, high] = [0, 20];
  while (high - low > 1e-3) {
    const middle = (low + high) / 2;
    if (isBelow(middle)) low = middle;
    else high = middle;
  }
  return change((low + high) / 2);
}

interface Drawn {
  readonly sample: FileSample;
  /** Of each run: 1 with the value, 2 without. */
  readonly codes: Uint32Array;
  /** The same of a key that follows. */
  readonly following: Uint32Array;
}

function drawn(
  population: Population,
  n: number,
  { percent, lag1 }: Story,
  change: Change,
  random: Xoshiro128,
): Drawn {
  const codes = lag1 === undefined ? dealt(n, percent) : inSpells(n, random);
  const runs = lag1 === undefined ? draw(population, n, random) : drawSeries(population, n, lag1, random);
  const tick = population.hasTicks ? population.unitNs / 2 : 1;
  const series = runs.map((value, i) =>
    codes[i] === 1 ? value : Math.round(changed(value, population, change) / tick) * tick
  );
  return {
    sample: { ...sampleOf(series), rows: Uint32Array.from(series, (_, i) => i) },
    codes,
    following: codes.map((code) => random.uniform() < FOLLOWS ? code : 3 - code),
  };
}

/** So many runs in a hundred have the value, evenly. */
function dealt(n: number, percent: number): Uint32Array {
  const upTo = (runs: number) => Math.floor((runs * percent) / 100);
  return Uint32Array.from({ length: n }, (_, i) => upTo(i + 1) > upTo(i) ? 1 : 2);
}

const SPELL = 10;

function inSpells(n: number, random: Xoshiro128): Uint32Array {
  let code = 1;
  return Uint32Array.from({ length: n }, () => {
    if (random.index(SPELL) === 0) code = 3 - code;
    return code;
  });
}

/** As compare has it. */
function inflationOf([a, b]: Pair<FileSample>): Pair<number> {
  const series = [checkSeries(a), checkSeries(b)] as const;
  return runsPerEffective(series, orderTest(series), [a, b]);
}

function splitOf(name: string, valueCodes: Pair<Uint32Array>): Split {
  const key: Key = { name, kind: "outcome", groups: ["value", "others"] };
  const codes = [Uint8Array.from(valueCodes[0]), Uint8Array.from(valueCodes[1])] as const;
  return { keys: [key], codes, values: key.groups, valueCodes, others: { values: 0, runs: 0 } };
}

/** Shares of the verdicts on `pairs` pairs of sides with `n` runs each. */
export function lockInShares(
  population: Population,
  story: Story,
  n: number,
  pairs: number,
): LockInShares {
  const { name, others, isMirrored = false, lag1, wrong } = story;
  const random = generatorOf("locks in", population.name, name, n);
  const counts = new Map<LockInVerdict, number>();
  for (let pair = 0; pair < pairs; pair++) {
    const [a, b] = [0, 1].map((side) =>
      drawn(population, n, story, changeOf(population, others[side as 0 | 1]), random)
    ) as [Drawn, Drawn];
    const path = splitOf("path", [a.codes, b.codes]);
    const splits = isMirrored ? [path, splitOf("signature", [a.following, b.following])] : [path];
    const rules = {
      alpha: ALPHA,
      share: SHARE,
      marginNs: UNITS_PER_MARGIN * population.unitNs,
      inflation: lag1 === undefined ? [1, 1] as const : inflationOf([a.sample, b.sample]),
    };
    const { verdict } = lockInAnswers(splits, [a.sample, b.sample], rules).at(-1)!;
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  const shares = LOCK_IN_VERDICTS.map((verdict) => [verdict, (counts.get(verdict) ?? 0) / pairs] as const);
  return {
    population: population.name,
    story: name,
    n,
    pairs,
    shares: Object.fromEntries(shares) as Record<LockInVerdict, number>,
    wrong,
  };
}

/** Every story in every population: each cell to be simulated when it is called. */
export function lockInCells(sizes: readonly number[], pairs: number): (() => LockInShares)[] {
  return POPULATIONS.flatMap((population) =>
    LOCK_IN_STORIES.flatMap((story) => sizes.map((n) => () => lockInShares(population, story, n, pairs)))
  );
}
