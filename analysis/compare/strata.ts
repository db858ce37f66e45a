/** The question OF_STRATA stratum by stratum: both sides of each, and the spread between them. */

import type { KeyName } from "../sample/key_columns.ts";
import { contrast, shiftTestOf } from "./contrast.ts";
import { deferred, once, withFields } from "../lazy.ts";
import type { Exploration } from "./exploration.ts";
import type { Group, Grouping } from "../sample/grouping.ts";
import { both, completeness, type FileSample, samplesByName, TEST_NEEDS } from "../sample/sample.ts";
import { decidingTests, type RatioInterval, ratioOf, spreadTests, STRATA_RESAMPLED } from "./spread.ts";
import { OF_STRATA, type WholeName, WHOLES } from "./questions.ts";
import type { StratumReason } from "./reasons.ts";
import { stratifiedShifts } from "./stratified.ts";
import type { StrataSpread, Stratification, Stratum } from "./comparison.ts";
import type { Pair } from "../sample/summary.ts";
import { type Bins, binsOver } from "../sample/histogram.ts";
import type { ResultFile } from "../result/file.ts";
import { medianSorted } from "../stats/quantile.ts";
import { merged } from "../stats/rank.ts";

/** One side of a stratification; its maps are keyed by the name of the stratum. */
interface Grouped {
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** ns, sorted ascending. */
  readonly samples: ReadonlyMap<string, Float64Array>;
  readonly timeout: ReadonlyMap<string, number>;
  readonly aborted: ReadonlyMap<string, number>;
  readonly notObserved: number;
}

/**
 * The durations that are examined stratum by stratum: one of them for each stratum, all of them across
 * strata.
 */
type StrataSamples = Readonly<Record<WholeName, Pair<FileSample>>>;

const EMPTY = new Float64Array(0);

/**
 * @param samples of the files
 * @param columns by which the runs are grouped
 * @param confounded why shifts by this key support no conclusion, or null
 */
export function stratify(
  files: Pair<ResultFile>,
  samples: StrataSamples,
  columns: readonly KeyName[],
  groupings: Pair<Grouping>,
  alpha: number,
  confounded: StratumReason | null,
  exploration: Exploration,
): Stratification {
  const grouped = bySide(files, samples[OF_STRATA.name], groupings);
  const values = new Map(grouped.flatMap((side) => [...side.values]));
  const strata = [...values.keys()].filter((name) =>
    grouped.some(({ samples, timeout, aborted }) =>
      samples.has(name) || timeout.has(name) || aborted.has(name)
    )
  );
  const size = (name: string) => total(both(samplesOf(grouped, name), (sample) => sample.length));
  strata.sort((x, y) => size(y) - size(x) || (x < y ? -1 : 1));
  const ordered = strata.map((name) => samplesOf(grouped, name));
  const bins = binsOver(ordered.flat());
  const groups = strata.map((name, index) => {
    const refused = refusalOf(samplesOf(grouped, name), confounded);
    const ofRatio = index < STRATA_RESAMPLED ? "resampled" : "left out";
    return stratum(name, values.get(name)!, grouped, ordered[0]!, alpha, refused, exploration, bins, ofRatio);
  });
  const inStrata = (question: WholeName) => {
    if (question === OF_STRATA.name) return ordered;
    const sides = bySide(files, samples[question], groupings);
    return strata.map((name) => samplesOf(sides, name));
  };
  const stratified = exploration.later(() =>
    confounded !== null
      ? []
      : WHOLES.flatMap(({ name }) => stratifiedShifts(name, inStrata(name), alpha, exploration))
  );
  return {
    key: columns.join(","),
    columns,
    same_runs_as: null,
    n: both(grouped, ({ samples }) => totalOf(samples)),
    not_observed: both(grouped, ({ notObserved }) => notObserved),
    groups,
    spread: spreadBetween(ordered, alpha, exploration),
    get stratified() {
      return stratified();
    },
  };
}

function bySide(
  files: Pair<ResultFile>,
  samples: Pair<FileSample>,
  groupings: Pair<Grouping>,
): Pair<Grouped> {
  return [groupBy(files[0], samples[0], groupings[0]), groupBy(files[1], samples[1], groupings[1])];
}

function groupBy(file: ResultFile, sample: FileSample, grouping: Grouping): Grouped {
  const { groups, codes } = grouping;
  const status = file.texts.status.codes();
  const isComplete = completeness(file);
  const timedOut = file.texts.status.values.indexOf("timeout");
  const timeout = new Float64Array(groups.length);
  const aborted = new Float64Array(groups.length);
  for (let row = 0; row < codes.length; row++) {
    if (status[row] === timedOut) timeout[codes[row]!]!++;
    else if (!isComplete(row)) aborted[codes[row]!]!++;
  }
  const samples = samplesByName(sample, grouping);
  const above0 = (numbers: Float64Array) =>
    new Map(
      groups.flatMap(({ name }, code): [string, number][] =>
        name === null || numbers[code] === 0 ? [] : [[name, numbers[code]!]]
      ),
    );
  return {
    values: new Map(
      groups.flatMap(({ name, values }): [string, readonly string[]][] =>
        name === null ? [] : [[name, values]]
      ),
    ),
    samples,
    timeout: above0(timeout),
    aborted: above0(aborted),
    notObserved: sample.sorted.length - totalOf(samples),
  };
}

function stratum(
  value: string,
  values: readonly string[],
  grouped: Pair<Grouped>,
  first: Pair<Float64Array>,
  alpha: number,
  refused: Refusal,
  exploration: Exploration,
  bins: Bins | null,
  ofRatio: RatioInterval,
): Stratum {
  const samples = samplesOf(grouped, value);
  const [a, b] = samples;
  const isFirst = a === first[0] && b === first[1];
  const smaller = Math.min(a.length, b.length);
  const test = shiftTestOf(samples);
  const numbers = contrast(samples, alpha, exploration, null, test, bins, ofRatio);
  const timeout = both(grouped, (side) => side.timeout.get(value) ?? 0);
  const aborted = both(grouped, (side) => side.aborted.get(value) ?? 0);
  const tested = exploration.later((): Pick<Stratum, "brunner_munzel"> => ({
    brunner_munzel: test === null ? null : exploration.add(test.p, null, {
      u: (test.excess(0) + 0.5) * a.length * b.length,
      method: test.method,
    }),
  }));
  const ratios = once((): Stratum["mad_ratio_to_first"] =>
    isFirst ? [null, null] : [ratioOf([first[0], a], alpha, ofRatio), ratioOf([first[1], b], alpha, ofRatio)]
  );
  const told = withFields({ value, values }, withFields(numbers, deferred(["brunner_munzel"], tested)));
  return withFields(told, {
    get shift_ns() {
      return smaller < TEST_NEEDS ? null : numbers.shift_ns;
    },
    censored: [timeout[0] + aborted[0], timeout[1] + aborted[1]] as const,
    timeout,
    aborted,
    get mad_ratio_to_first() {
      return ratios();
    },
    ...refused,
  });
}

/** Why a stratum cannot be compared, or null. */
type Refusal = Pick<Stratum, "verdict" | "reason">;

function refusalOf([a, b]: Pair<Float64Array>, confounded: StratumReason | null): Refusal {
  if (a.length + b.length === 0) return { verdict: "NO-DATA", reason: { code: "no_complete_run" } };
  if (a.length === 0 || b.length === 0) {
    return {
      verdict: "CONFOUNDED",
      reason: { code: "no_complete_run_in", side: a.length === 0 ? 0 : 1 },
    };
  }
  if (confounded !== null) return { verdict: "CONFOUNDED", reason: confounded };
  return Math.min(a.length, b.length) < TEST_NEEDS
    ? { verdict: "NO-DATA", reason: { code: "few_complete_runs", needs: TEST_NEEDS } }
    : { verdict: null, reason: null };
}

function spreadBetween(
  ordered: readonly Pair<Float64Array>[],
  alpha: number,
  exploration: Exploration,
): StrataSpread {
  const [ofA, ofB] = [ordered.map(([a]) => a), ordered.map(([, b]) => b)];
  const sides = both([ofA, ofB], (groups) => decidingTests(groups, exploration));
  const tests = withFields(spreadTests(() => ordered.map(aroundOwnMedians), exploration), {
    get sides() {
      return both(sides, ({ brown_forsythe }) => brown_forsythe);
    },
    get side_tests() {
      return both(sides, ({ test }) => test);
    },
  });
  return withFields(tests, deferred(["verdict", "reason"], () => concluded(tests, alpha)));
}

function concluded(
  { test, side_tests }: Pick<StrataSpread, "test" | "side_tests">,
  alpha: number,
): Pick<StrataSpread, "verdict" | "reason"> {
  const differs = (one: typeof test) => one !== null && one.p_bh < alpha;
  // Strata that change places, where the wider one of one side is the tighter one of the other, look alike
  // together.
  const each = !differs(test) && side_tests.every(differs);
  return {
    verdict: test === null ? "NO-DATA" : differs(test) || each ? "DIFFERENT" : "INCONCLUSIVE",
    reason: each ? { code: "each_side_alone" } : null,
  };
}

/**
 * Both sides of a stratum together, each around its own median, so a shift between sides does not count as
 * spread.
 */
function aroundOwnMedians(samples: Pair<Float64Array>): Float64Array {
  const [a, b] = both(samples, (sorted) => {
    if (sorted.length < TEST_NEEDS) return EMPTY;
    const median = medianSorted(sorted);
    const around = new Float64Array(sorted.length);
    for (let i = 0; i < sorted.length; i++) around[i] = sorted[i]! - median;
    return around;
  });
  return merged(a, b);
}

function samplesOf(grouped: Pair<Grouped>, name: string): Pair<Float64Array> {
  return [grouped[0].samples.get(name) ?? EMPTY, grouped[1].samples.get(name) ?? EMPTY];
}

function totalOf(samples: Grouped["samples"]): number {
  let sum = 0;
  for (const sample of samples.values()) sum += sample.length;
  return sum;
}

const total = ([a, b]: Pair<number>): number => a + b;

/** From the name of each group of one key to the group of another key; null means "not observed". */
export type Renaming = ReadonlyMap<string | null, Group>;

/**
 * How to rename the values of key `from` to those of key `to`, or null when the keys do not split the runs of
 * both files in the same way.
 */
export function renaming(from: Pair<Grouping>, to: Pair<Grouping>): Renaming | null {
  const forward = new Map<string | null, Group>();
  const backward = new Map<string | null, string | null>();
  for (const side of [0, 1] as const) {
    const [source, target] = [from[side], to[side]];
    const expected = new Int32Array(source.groups.length).fill(-1);
    for (let row = 0; row < source.codes.length; row++) {
      const code = source.codes[row]!;
      if (expected[code] === target.codes[row]) continue;
      if (expected[code] !== -1) return null;
      expected[code] = target.codes[row]!;
    }
    for (const [code, targetCode] of expected.entries()) {
      if (targetCode === -1) continue;
      const [{ name }, renamed] = [source.groups[code]!, target.groups[targetCode]!];
      if (forward.has(name) && forward.get(name)!.name !== renamed.name) return null;
      if (backward.has(renamed.name) && backward.get(renamed.name) !== name) return null;
      if ((name === null) !== (renamed.name === null)) return null;
      forward.set(name, renamed);
      backward.set(renamed.name, name);
    }
  }
  return forward;
}

/** A stratification rewritten for another key that splits the runs in the same way. */
export function renamed(
  original: Stratification,
  columns: readonly string[],
  names: Renaming,
): Stratification {
  const groups = original.groups.map((group) => {
    const renamed = names.get(group.value);
    return renamed === undefined || renamed.name === null
      ? group
      : withFields(group, { value: renamed.name, values: renamed.values });
  });
  return withFields(original, { key: columns.join(","), columns, same_runs_as: original.key, groups });
}
