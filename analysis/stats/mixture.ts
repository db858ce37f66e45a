/** Mixtures of normal distributions: how many components, and how well they agree with a partition that is known. */

import { normalQuantile } from "./special.ts";
import { Xoshiro128 } from "./random.ts";

export interface Component {
  /** Part of the values; those of all components add up to 1. */
  readonly share: number;
  readonly mean: number;
  readonly sd: number;
}

export interface Mixture {
  /** Ascending by their sd. */
  readonly components: readonly Component[];
  readonly logLikelihood: number;
}

const MOST_ROUNDS = 200;
/** Gain of log-likelihood a value below which a round is the last. */
const CONVERGED = 1e-5;
/** Smallest sd of a component, as a part of that of all: without one the likelihood of two equal values has no bound. */
const SMALLEST_SD = 0.005;

/**
 * The mixture of k normal distributions of largest likelihood that expectation and maximisation finds, from two
 * beginnings: parts of equal size side by side, and a narrow part within a wide one.
 *
 * @param sorted ascending, at least k values that are not all equal
 */
export function fitMixture(sorted: Float64Array, k: number): Mixture {
  const whole = momentsOf(sorted);
  const floor = SMALLEST_SD * whole.sd;
  const found = (k === 1 ? [[{ share: 1, ...whole }]] : [sideBySide(sorted, k), nested(sorted, k)]).map((
    start,
  ) =>
    maximised(sorted, start.map(({ share, mean, sd }) => ({ share, mean, sd: Math.max(sd, floor) })), floor)
  );
  const best = found.reduce((best, one) => one.logLikelihood > best.logLikelihood ? one : best);
  return { ...best, components: best.components.toSorted((x, y) => x.sd - y.sd) };
}

function momentsOf(values: Float64Array): { mean: number; sd: number } {
  const first = values[0]!;
  let mean = 0;
  for (let i = 0; i < values.length; i++) mean += (values[i]! - first) / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - first - mean) ** 2;
  return { mean: first + mean, sd: Math.sqrt(squares / values.length) };
}

function sideBySide(sorted: Float64Array, k: number): Component[] {
  return Array.from({ length: k }, (_, part) => {
    const values = sorted.subarray(
      Math.floor((part * sorted.length) / k),
      Math.floor(((part + 1) * sorted.length) / k),
    );
    return { share: 1 / k, ...momentsOf(values) };
  });
}

/** Each within the one before: the middle half of it. */
function nested(sorted: Float64Array, k: number): Component[] {
  return Array.from({ length: k }, (_, part) => {
    const cut = Math.floor((sorted.length * (1 - 0.5 ** part)) / 2);
    return { share: 1 / k, ...momentsOf(sorted.subarray(cut, Math.max(cut + 1, sorted.length - cut))) };
  });
}

function maximised(sorted: Float64Array, start: readonly Component[], floor: number): Mixture {
  const n = sorted.length;
  let components = start;
  let logLikelihood = -Infinity;
  const parts = start.map(() => new Float64Array(n));
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const reached = expectation(sorted, components, parts);
    if (reached - logLikelihood < CONVERGED * n) return { components, logLikelihood: reached };
    logLikelihood = reached;
    components = parts.map((part) => weighted(sorted, part, floor));
  }
  return { components, logLikelihood: expectation(sorted, components, parts) };
}

/** Fills in each value's parts of the components. @returns the log-likelihood */
function expectation(
  sorted: Float64Array,
  components: readonly Component[],
  parts: readonly Float64Array[],
): number {
  let logLikelihood = 0;
  const logs = new Float64Array(components.length);
  const constants = components.map(({ share, sd }) =>
    Math.log(share) - Math.log(sd) - 0.5 * Math.log(2 * Math.PI)
  );
  for (let i = 0; i < sorted.length; i++) {
    let largest = -Infinity;
    for (let c = 0; c < components.length; c++) {
      const { mean, sd } = components[c]!;
      logs[c] = constants[c]! - 0.5 * ((sorted[i]! - mean) / sd) ** 2;
      if (logs[c]! > largest) largest = logs[c]!;
    }
    let sum = 0;
    for (let c = 0; c < components.length; c++) sum += parts[c]![i] = Math.exp(logs[c]! - largest);
    for (let c = 0; c < components.length; c++) parts[c]![i]! /= sum;
    logLikelihood += largest + Math.log(sum);
  }
  return logLikelihood;
}

function weighted(sorted: Float64Array, part: Float64Array, floor: number): Component {
  const first = sorted[0]!;
  let weight = 0;
  let mean = 0;
  for (let i = 0; i < sorted.length; i++) {
    weight += part[i]!;
    mean += part[i]! * (sorted[i]! - first);
  }
  // A component that has lost all values stays somewhere, with no share to speak of.
  if (weight < 1e-300) return { share: 1e-300, mean: first, sd: floor };
  mean /= weight;
  let squares = 0;
  for (let i = 0; i < sorted.length; i++) squares += part[i]! * (sorted[i]! - first - mean) ** 2;
  return {
    share: weight / sorted.length,
    mean: first + mean,
    sd: Math.max(floor, Math.sqrt(squares / weight)),
  };
}

/** Of each value the component that it most likely is of, an index into the mixture's. */
export function classesOf(sorted: Float64Array, { components }: Mixture): Uint8Array {
  const parts = components.map(() => new Float64Array(sorted.length));
  expectation(sorted, components, parts);
  return Uint8Array.from(sorted, (_, i) => {
    let best = 0;
    for (let c = 1; c < parts.length; c++) if (parts[c]![i]! > parts[best]![i]!) best = c;
    return best;
  });
}

/** A test of k components against k + 1. */
export interface ComponentTest {
  readonly components: number;
  /** By resampling: Besag and Clifford's, when enough resamples exceed early. */
  readonly p: number;
  /** It is the smallest that the resamples can give. */
  readonly p_capped: boolean;
}

/** The number of components with the tests that led to it, and the mixture. */
export interface CountedMixture {
  readonly mixture: Mixture;
  readonly tests: readonly ComponentTest[];
}

const MOST_COMPONENTS = 3;
const RESAMPLES = 39;
/** So many resamples beyond the observed ratio end a test: its p is above any level then. */
const ENOUGH = 3;

/**
 * As many components as the bootstrap of the likelihood ratio asks for (McLachlan 1987): k + 1 while samples drawn from
 * the best mixture of k hardly ever gain as much by one component more; at most 3.
 *
 * @param sorted ascending, at least 4 values that are not all equal
 * @param level below which p must be
 */
export function countedMixture(sorted: Float64Array, level: number, seed?: number): CountedMixture {
  const random = Xoshiro128.seeded(seed);
  const tests: ComponentTest[] = [];
  let mixture = fitMixture(sorted, 1);
  while (mixture.components.length < MOST_COMPONENTS) {
    const k = mixture.components.length;
    const larger = fitMixture(sorted, k + 1);
    const gain = larger.logLikelihood - mixture.logLikelihood;
    const test = { components: k, ...bootstrapP(mixture, sorted.length, gain, random) };
    tests.push(test);
    if (test.p >= level) break;
    mixture = larger;
  }
  return { mixture, tests };
}

function bootstrapP({ components }: Mixture, n: number, gain: number, random: Xoshiro128) {
  let exceeding = 0;
  for (let resample = 1; resample <= RESAMPLES; resample++) {
    const drawn = Float64Array.from({ length: n }, () => draw(components, random)).sort();
    const [less, more] = [fitMixture(drawn, components.length), fitMixture(drawn, components.length + 1)];
    if (more.logLikelihood - less.logLikelihood >= gain) exceeding++;
    if (exceeding === ENOUGH) return { p: exceeding / resample, p_capped: false };
  }
  return { p: (exceeding + 1) / (RESAMPLES + 1), p_capped: exceeding === 0 };
}

function draw(components: readonly Component[], random: Xoshiro128): number {
  let rest = random.uniform();
  const { mean, sd } = components.find(({ share }) => (rest -= share) < 0) ?? components.at(-1)!;
  return mean + sd * normalQuantile((random.uint32() + 0.5) / 2 ** 32);
}

/**
 * Hubert and Arabie's adjusted Rand index of two partitions (1985): 1 when they are the same, 0 on average by chance.
 *
 * @returns null when both have one part only, or every value alone: there is nothing to agree on
 */
export function adjustedRand(one: ArrayLike<number>, other: ArrayLike<number>): number | null {
  const pairs = (count: number) => (count * (count - 1)) / 2;
  const cells = new Map<string, number>();
  const rows = new Map<number, number>();
  const columns = new Map<number, number>();
  for (let i = 0; i < one.length; i++) {
    const [row, column] = [one[i]!, other[i]!];
    cells.set(`${row} ${column}`, (cells.get(`${row} ${column}`) ?? 0) + 1);
    rows.set(row, (rows.get(row) ?? 0) + 1);
    columns.set(column, (columns.get(column) ?? 0) + 1);
  }
  const sumOf = (counts: Map<unknown, number>) =>
    [...counts.values()].reduce((sum, count) => sum + pairs(count), 0);
  const [both, ofRows, ofColumns] = [sumOf(cells), sumOf(rows), sumOf(columns)];
  const expected = (ofRows * ofColumns) / pairs(one.length);
  const largest = (ofRows + ofColumns) / 2;
  return largest === expected ? null : (both - expected) / (largest - expected);
}
