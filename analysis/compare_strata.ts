/** ttwu_to_tkread stratum by stratum: both sides of each, and the spread between them. */

import { directionOf, INTERVAL_NEEDS, TEST_NEEDS } from "./compare_question.ts";
import { completeCode, pValue, summarise } from "./compare_sample.ts";
import type { Pair, Spread, SpreadTest, Stratification, Stratum } from "./comparison.ts";
import type { ResultFile } from "./result_file.ts";
import type { TextName } from "./result_row.ts";
import { hodgesLehmann, shiftInterval } from "./stats/hodges_lehmann.ts";
import { medianSorted } from "./stats/quantile.ts";
import { brownForsythe, flignerKilleen } from "./stats/spread.ts";

/** One side of a stratification. */
interface Grouped {
  /** ns, sorted ascending. */
  readonly samples: ReadonlyMap<string, Float64Array>;
  readonly censored: ReadonlyMap<string, number>;
  readonly notObserved: number;
}

const EMPTY = new Float64Array(0);

/**
 * @param confounded why shifts by this key cannot be concluded from, or null
 */
export function stratify(
  files: Pair<ResultFile>,
  key: TextName,
  alpha: number,
  confounded: string | null,
): Stratification {
  const grouped: Pair<Grouped> = [groupBy(files[0], key), groupBy(files[1], key)];
  const values = [
    ...new Set(grouped.flatMap(({ samples, censored }) => [...samples.keys(), ...censored.keys()])),
  ];
  const groups = values.map((value) => stratum(value, grouped, alpha, confounded));
  groups.sort((x, y) => total(y.n) - total(x.n) || (x.value < y.value ? -1 : 1));
  const ordered = groups.map(({ value }) => samplesOf(grouped, value));
  return {
    key,
    same_runs_as: null,
    n: [totalOf(grouped[0]), totalOf(grouped[1])],
    not_observed: [grouped[0].notObserved, grouped[1].notObserved],
    groups,
    spread: {
      ...spreadOf(ordered.map(aroundOwnMedians)),
      sides: [brownForsytheOf(ordered.map(([a]) => a)), brownForsytheOf(ordered.map(([, b]) => b))],
    },
  };
}

function groupBy(file: ResultFile, key: TextName): Grouped {
  const codes = file.texts[key].codes();
  const { values: names } = file.texts[key];
  const status = file.texts.status.codes();
  const complete = completeCode(file);
  const durations = file.durations.ttwu_to_tkread_ns;
  const sizes = new Float64Array(names.length);
  const incomplete = new Float64Array(names.length);
  const counts = (row: number) => status[row] === complete && !Number.isNaN(durations[row]!);
  for (let row = 0; row < codes.length; row++) {
    if (counts(row)) sizes[codes[row]!]!++;
    else if (status[row] !== complete) incomplete[codes[row]!]!++;
  }
  const samples = Array.from(sizes, (size) => new Float64Array(size));
  const next = new Float64Array(names.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    if (counts(row)) samples[code]![next[code]!++] = durations[row]!;
  }
  const observed = names.flatMap((name, code) => name === null ? [] : [[name, code] as const]);
  return {
    samples: new Map(
      observed.filter(([, code]) => sizes[code]! > 0).map(([name, code]) => [name, samples[code]!.sort()]),
    ),
    censored: new Map(
      observed.filter(([, code]) => incomplete[code]! > 0).map(([name, code]) => [name, incomplete[code]!]),
    ),
    notObserved: sizes[0]!,
  };
}

function stratum(value: string, grouped: Pair<Grouped>, alpha: number, confounded: string | null): Stratum {
  const samples = samplesOf(grouped, value);
  const [a, b] = samples;
  const smaller = Math.min(a.length, b.length);
  const interval = smaller < INTERVAL_NEEDS ? null : shiftInterval(a, b, 1 - alpha);
  const ends: Pair<number> | null = interval === null ? null : [interval.low, interval.high];
  const absent = a.length === 0 ? "A" : b.length === 0 ? "B" : null;
  const refusal: Pick<Stratum, "verdict" | "reason"> = total([a.length, b.length]) === 0
    ? { verdict: "NO-DATA", reason: "no complete run on either side" }
    : absent !== null
    ? { verdict: "CONFOUNDED", reason: `no complete run in ${absent}` }
    : confounded !== null
    ? { verdict: "CONFOUNDED", reason: confounded }
    : smaller < TEST_NEEDS
    ? { verdict: "NO-DATA", reason: `fewer than ${TEST_NEEDS} complete runs on a side` }
    : { verdict: null, reason: null };
  return {
    value,
    ...summarise(samples),
    censored: [grouped[0].censored.get(value) ?? 0, grouped[1].censored.get(value) ?? 0],
    shift_ns: smaller < TEST_NEEDS ? null : hodgesLehmann(a, b),
    shift_ci_ns: ends,
    direction: directionOf(ends),
    ...refusal,
  };
}

/** Both tests of equal spread between those groups that are large enough to have one. */
function spreadOf(groups: readonly Float64Array[]): Omit<Spread, "sides"> {
  const large = groups.filter(isLarge);
  const fk = large.length < 2 ? null : flignerKilleen(large);
  return {
    brown_forsythe: brownForsytheOf(groups),
    fligner_killeen: fk === null || fk.chiSquare === null || fk.p === null
      ? null
      : { chi_square: fk.chiSquare, df: fk.df, ...pValue(fk.p) },
  };
}

function brownForsytheOf(groups: readonly Float64Array[]): SpreadTest | null {
  const large = groups.filter(isLarge);
  if (large.length < 2) return null;
  const { f, df1, df2, p } = brownForsythe(large);
  return f === null || p === null ? null : { f, df1, df2, ...pValue(p) };
}

function isLarge(group: Float64Array): boolean {
  return group.length >= TEST_NEEDS;
}

/** Both sides of a stratum together, each about its own median, so that a shift between sides is no spread. */
function aroundOwnMedians(samples: Pair<Float64Array>): Float64Array {
  const [a, b] = samples.map((sorted) => {
    if (sorted.length < TEST_NEEDS) return EMPTY;
    const median = medianSorted(sorted);
    return sorted.map((value) => value - median);
  }) as unknown as Pair<Float64Array>;
  const merged = new Float64Array(a.length + b.length);
  for (let i = 0, j = 0; i + j < merged.length;) {
    const fromA = j === b.length || (i < a.length && a[i]! <= b[j]!);
    merged[i + j] = fromA ? a[i++]! : b[j++]!;
  }
  return merged;
}

function samplesOf(grouped: Pair<Grouped>, value: string): Pair<Float64Array> {
  return [grouped[0].samples.get(value) ?? EMPTY, grouped[1].samples.get(value) ?? EMPTY];
}

function totalOf(side: Grouped): number {
  let sum = 0;
  for (const sample of side.samples.values()) sum += sample.length;
  return sum;
}

const total = ([a, b]: Pair<number>): number => a + b;
