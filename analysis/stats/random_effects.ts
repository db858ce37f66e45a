/**
 * Estimates of one quantity from several places, such as hosts: each has its own truth, and its estimate errs around that
 * by a variance that is known. Normal-normal model; the variance between places by restricted maximum likelihood,
 * intervals and tests by Hartung and Knapp (2001), as R's `metafor::rma(method = "REML", test = "knha")`.
 */

import { chiSquareSurvival, fSurvival, tQuantile, tSurvival } from "./special.ts";

/** With fewer, neither a mean nor what lies between them is known in any useful way. */
export const PLACES_NEEDED = 5;

export interface RandomEffects {
  /** Of each group; of all places without groups. In the unit of the estimates. */
  readonly means: readonly EffectMean[];
  /** Variance of the truths around the mean of their group, in the unit squared. */
  readonly tau2: number;
  /** Cochran's statistic against all truths of a group being one, and its p by chi-square. */
  readonly q: number;
  readonly qDf: number;
  readonly qP: number;
  /** Share of the variation between estimates that is no error of theirs, from 0 to 1. */
  readonly i2: number;
  /** That the groups have one mean: F by Hartung and Knapp; null without groups, and where all estimates of each are equal. */
  readonly omnibus:
    | { readonly f: number; readonly df1: number; readonly df2: number; readonly p: number }
    | null;
}

export interface EffectMean {
  readonly places: number;
  readonly mean: number;
  readonly se: number;
  /** Degrees of freedom of its t. */
  readonly df: number;
  /** Two-sided, against 0. */
  readonly p: number;
}

/** One level of a factor for each place, below `groups`. */
export interface Groups {
  readonly groups: number;
  readonly codes: ArrayLike<number>;
}

interface Fit {
  readonly tau2: number;
  readonly means: Float64Array;
  /** Variance of each mean with Hartung and Knapp's factor. */
  readonly variances: Float64Array;
  readonly factor: number;
  /** The same without the factor. */
  readonly plain: Float64Array;
}

/**
 * @param estimates finite; @param variances of their errors, above 0
 * @param factor each level has a place
 * @throws RangeError with no more places than levels, or a variance that is not above 0
 */
export function randomEffects(
  estimates: ArrayLike<number>,
  variances: ArrayLike<number>,
  factor: Groups | null = null,
): RandomEffects {
  const k = estimates.length;
  const groups = factor ?? { groups: 1, codes: new Uint32Array(k) };
  const df = k - groups.groups;
  const all: Places = { estimates, variances, ...groups, without: -1 };
  if (df < 1) throw new RangeError(`random effects: ${k} places, needs more than ${groups.groups}`);
  for (let i = 0; i < k; i++) {
    if (!(variances[i]! > 0)) throw new RangeError(`random effects: variance ${variances[i]} is not above 0`);
  }
  const fit = fitted(all);
  const sizes = new Uint32Array(groups.groups);
  for (let i = 0; i < k; i++) sizes[groups.codes[i]!]!++;
  const fixed = weighted(all, 0);
  const typical = df / fixed.traceP;
  return {
    means: Array.from(fit.means, (mean, group) => {
      const se = Math.sqrt(fit.variances[group]!);
      const p = se === 0 ? (mean === 0 ? 1 : 0) : Math.min(1, 2 * tSurvival(Math.abs(mean) / se, df));
      return { places: sizes[group]!, mean, se, df, p };
    }),
    tau2: fit.tau2,
    q: fixed.squares,
    qDf: df,
    qP: chiSquareSurvival(fixed.squares, df),
    i2: fit.tau2 / (typical + fit.tau2),
    omnibus: factor === null ? null : omnibusOf(fit, df),
  };
}

/** An interval of a mean. @param confidence in (0, 1) */
export function meanInterval({ mean, se, df }: EffectMean, confidence: number): [low: number, high: number] {
  const reach = tQuantile((1 - confidence) / 2, df) * se;
  return [mean - reach, mean + reach];
}

/** Where the truth of a further place lies, by Higgins, Thompson and Spiegelhalter (2009) with the same t. */
export function predictionInterval(
  { mean, se, df }: EffectMean,
  tau2: number,
  confidence: number,
): [low: number, high: number] {
  const reach = tQuantile((1 - confidence) / 2, df) * Math.sqrt(se * se + tau2);
  return [mean - reach, mean + reach];
}

/**
 * How far each estimate lies from where all others expect it, in standard errors with Hartung and Knapp's factor, but
 * never less than 1: others that happen to lie closer than their errors let expect make none stand out. R's
 * `rstudent` of `rma(test = "adhoc")`. A place that pulls mean and variance to itself cannot hide.
 *
 * @returns null where a model without the place is none, that is below 3 places
 */
export function studentizedDeleted(
  estimates: ArrayLike<number>,
  variances: ArrayLike<number>,
): Float64Array | null {
  const k = estimates.length;
  if (k < 3) return null;
  const places: Places = { estimates, variances, groups: 1, codes: new Uint32Array(k), without: -1 };
  return Float64Array.from({ length: k }, (_, i) => {
    const { means, tau2, factor, plain } = fitted({ ...places, without: i });
    return (estimates[i]! - means[0]!) / Math.sqrt(Math.max(1, factor) * (variances[i]! + tau2 + plain[0]!));
  });
}

interface Places extends Groups {
  readonly estimates: ArrayLike<number>;
  readonly variances: ArrayLike<number>;
  /** Index of a place that is left out; -1: none. */
  readonly without: number;
}

interface Weighted {
  readonly means: Float64Array;
  /** Sum of the weights of each group. */
  readonly sums: Float64Array;
  /** Weighted squares of the distances to the means. */
  readonly squares: number;
  /** Derivative of the restricted log-likelihood by tau2, twice, and its expected curvature, twice. */
  readonly score: number;
  readonly information: number;
  readonly traceP: number;
}

/** All that one value of tau2 gives. With levels of one factor, the projection P falls into one block a level. */
function weighted({ estimates, variances, groups, codes, without }: Places, tau2: number): Weighted {
  const sums = new Float64Array(groups);
  const seconds = new Float64Array(groups);
  const thirds = new Float64Array(groups);
  const means = new Float64Array(groups);
  for (let i = 0; i < estimates.length; i++) {
    if (i === without) continue;
    const group = codes[i]!;
    const weight = 1 / (variances[i]! + tau2);
    sums[group]! += weight;
    seconds[group]! += weight * weight;
    thirds[group]! += weight * weight * weight;
    means[group]! += weight * estimates[i]!;
  }
  let [traceP, information] = [0, 0];
  for (let group = 0; group < groups; group++) {
    const share = seconds[group]! / sums[group]!;
    means[group]! /= sums[group]!;
    traceP += sums[group]! - share;
    information += seconds[group]! - 2 * thirds[group]! / sums[group]! + share * share;
  }
  let [squares, score] = [0, -traceP];
  for (let i = 0; i < estimates.length; i++) {
    if (i === without) continue;
    const weight = 1 / (variances[i]! + tau2);
    const distance = estimates[i]! - means[codes[i]!]!;
    squares += weight * distance * distance;
    score += weight * distance * weight * distance;
  }
  return { means, sums, squares, score, information, traceP };
}

const MOST_STEPS = 200;
/** Of tau2, or of the errors' variance where that is larger. */
const PRECISION = 1e-14;

function fitted(places: Places): Fit {
  const tau2 = restrictedMaximum(places);
  const { means, sums, squares } = weighted(places, tau2);
  const k = places.estimates.length - (places.without < 0 ? 0 : 1);
  const factor = squares / (k - places.groups);
  return {
    tau2,
    means,
    variances: sums.map((sum) => factor / sum),
    factor,
    plain: sums.map((sum) => 1 / sum),
  };
}

/** By Fisher's scoring from the estimate of Hedges and Olkin, as metafor; by halving where its steps do not settle. */
function restrictedMaximum(places: Places): number {
  const { spread, error } = unweighted(places);
  let tau2 = Math.max(0, spread - error);
  for (let step = 0; step < MOST_STEPS; step++) {
    const { score, information } = weighted(places, tau2);
    if (!(information > 0)) break;
    let change = score / information;
    while (tau2 + change < 0 && tau2 > 0 && -change > PRECISION * error) change /= 2;
    const next = Math.max(0, tau2 + change);
    if (Math.abs(next - tau2) <= PRECISION * Math.max(tau2, error)) {
      return next < PRECISION * error ? 0 : next;
    }
    tau2 = next;
  }
  if (weighted(places, 0).score <= 0) return 0;
  // Beyond it no truths spread so far: the likelihood only falls.
  let [low, high] = [0, 2 * (spread + error)];
  while (high - low > PRECISION * Math.max(high, error)) {
    const middle = low + (high - low) / 2;
    if (middle === low || middle === high) break;
    if (weighted(places, middle).score > 0) low = middle;
    else high = middle;
  }
  return low;
}

/** Variance of the estimates around the plain means of their groups, and the mean of their errors' variances in it. */
function unweighted({ estimates, variances, groups, codes, without }: Places) {
  const [sizes, means, errors] = [0, 1, 2].map(() => new Float64Array(groups)) as [
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let k = 0;
  for (let i = 0; i < estimates.length; i++) {
    if (i === without) continue;
    k++;
    sizes[codes[i]!]!++;
    means[codes[i]!]! += estimates[i]!;
    errors[codes[i]!]! += variances[i]!;
  }
  let [spread, error] = [0, 0];
  for (let group = 0; group < groups; group++) {
    means[group]! /= sizes[group]!;
    error += errors[group]! * (1 - 1 / sizes[group]!);
  }
  for (let i = 0; i < estimates.length; i++) {
    if (i !== without) spread += (estimates[i]! - means[codes[i]!]!) ** 2;
  }
  return { spread: spread / (k - groups), error: error / (k - groups) };
}

/** Against one mean of all groups, by the distances of their means in units of their own variances. */
function omnibusOf({ means, variances }: Fit, df2: number): RandomEffects["omnibus"] {
  const df1 = means.length - 1;
  if (df1 < 1 || variances.includes(0)) return null;
  let [sum, weights] = [0, 0];
  for (let group = 0; group < means.length; group++) {
    sum += means[group]! / variances[group]!;
    weights += 1 / variances[group]!;
  }
  let q = 0;
  for (let group = 0; group < means.length; group++) {
    q += (means[group]! - sum / weights) ** 2 / variances[group]!;
  }
  const f = q / df1;
  return { f, df1, df2, p: fSurvival(f, df1, df2) };
}
