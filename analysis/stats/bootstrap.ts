import { normalCdf, normalQuantile } from "./special.ts";

/**
 * Resamples of every bootstrap: with this number the ends of a 90, 95 or 99 % percentile interval are
 * resamples.
 */
export const RESAMPLES = 1999;

/** Confidence interval from resamples, in the unit of the statistic. */
export interface BootstrapInterval {
  /** Null when the statistic is undefined for the samples themselves; then both ends are null too. */
  readonly estimate: number | null;
  /** null when the resamples leave the lower end open. */
  readonly low: number | null;
  /** null when they leave the upper end open. */
  readonly high: number | null;
  readonly confidence: number;
  readonly resamples: number;
  readonly method: string;
  /** Why the interval is not BCa, or ends at the outermost resample; null when neither applies. */
  readonly notice: string | null;
}

/**
 * Bias-corrected and accelerated interval (Efron 1987) from the statistic of resamples; the percentile interval
 * with a notice where BCa is undefined: the estimate lies outside all resamples, nothing accelerates, or the
 * statistic is undefined (NaN) for some resamples, which then count as lying beyond BOTH ends.
 *
 * @param replicates the statistic of each resample; infinite ones leave an end open; sorted in place
 * @param acceleration skewness of the statistic's influence over 6; null when all influences are 0
 * @param confidence in (0, 1)
 * @throws RangeError when the confidence is outside (0, 1) or there are no resamples
 */
export function bootstrapInterval(
  estimate: number,
  replicates: Float64Array,
  acceleration: number | null,
  confidence: number = 0.95,
): BootstrapInterval {
  requireConfidence(confidence);
  if (replicates.length === 0) throw new RangeError("bootstrap: no resamples, needs at least 1");
  replicates.sort(); // NaN last
  const undefinedCount = replicates.length - firstNaN(replicates);
  const tails = bcaTails(estimate, replicates, undefinedCount, acceleration, confidence);
  const plain = typeof tails === "string";
  const [lower, upper] = plain ? [(1 - confidence) / 2, (1 + confidence) / 2] : tails;
  const defined = replicates.subarray(0, replicates.length - undefinedCount);
  const low = endAt(defined, (replicates.length + 1) * lower - undefinedCount, "low");
  const high = endAt(defined, (replicates.length + 1) * upper, "high");
  const name = plain ? "percentile" : "BCa";
  const outermost = low.outermost || high.outermost ? "an end is the outermost resample" : null;
  return {
    estimate,
    low: low.value,
    high: high.value,
    confidence,
    resamples: replicates.length,
    method: `bootstrap, ${name}, ${replicates.length} resamples`,
    notice: plain ? `percentile interval because ${tails}` : outermost,
  };
}

/**
 * Percentile interval: the resamples between its ends. Those without a value count as lying beyond both.
 *
 * @param replicates as bootstrapInterval
 * @param confidence in (0, 1)
 * @throws RangeError as bootstrapInterval
 */
export function percentileInterval(
  estimate: number,
  replicates: Float64Array,
  confidence: number,
): BootstrapInterval {
  requireConfidence(confidence);
  if (replicates.length === 0) throw new RangeError("bootstrap: no resamples, needs at least 1");
  replicates.sort(); // NaN last
  const defined = replicates.subarray(0, firstNaN(replicates));
  const rank = ((replicates.length + 1) * (1 - confidence)) / 2;
  const low = endAt(defined, rank - (replicates.length - defined.length), "low");
  const high = endAt(defined, replicates.length + 1 - rank, "high");
  const undefinedCount = replicates.length - defined.length;
  return {
    estimate,
    low: low.value,
    high: high.value,
    confidence,
    resamples: replicates.length,
    method: `bootstrap, percentile, ${replicates.length} resamples`,
    notice: undefinedCount > 0
      ? `the statistic has no value in ${undefinedCount} of ${replicates.length} resamples`
      : low.outermost || high.outermost
      ? "an end is the outermost resample"
      : null,
  };
}

/**
 * One-sided p of "the statistic is at most `limit`" (`above`) or at least that (`below`): the share of resamples beyond
 * one end at which percentileInterval would put that end on the limit. Those without a value, the limit itself and the
 * sample count against the claim.
 *
 * @param replicates the statistic of each resample
 * @returns p, at least 1 / (resamples + 1), and whether it is that smallest one
 */
export function percentileTail(
  replicates: Float64Array,
  limit: number,
  side: "above" | "below",
): { p: number; isSmallest: boolean } {
  let against = 1;
  for (const value of replicates) if (!(side === "above" ? value > limit : value < limit)) against++;
  return { p: Math.min(1, against / (replicates.length + 1)), isSmallest: against === 1 };
}

/** The answer when the statistic has no value for the samples themselves. */
export function undefinedInterval(why: string, confidence: number): BootstrapInterval {
  requireConfidence(confidence);
  return {
    estimate: null,
    low: null,
    high: null,
    confidence,
    resamples: 0,
    method: "bootstrap",
    notice: why,
  };
}

/**
 * Influence of single values of one sample on a statistic: of all its values, or of an even selection of
 * them.
 */
export interface SampleInfluences {
  /** Number of values of the sample. */
  readonly size: number;
  readonly influences: readonly number[];
}

/**
 * Acceleration from the influence of each value, sum l^3 / (6 (sum l^2)^1.5), where l is the influence over the
 * size of the value's sample (Efron and Tibshirani 1993, chapter 14).
 *
 * @returns null when all influences are 0
 */
export function accelerationOf(samples: readonly SampleInfluences[]): number | null {
  let squares = 0;
  let cubes = 0;
  for (const { size, influences } of samples) {
    const weight = size / influences.length;
    for (const influence of influences) {
      squares += weight * (influence / size) ** 2;
      cubes += weight * (influence / size) ** 3;
    }
  }
  return squares === 0 ? null : cubes / (6 * squares ** 1.5);
}

/** Where the ends lie in the distribution of the resamples, or why BCa is undefined. */
function bcaTails(
  estimate: number,
  sorted: Float64Array,
  undefinedCount: number,
  acceleration: number | null,
  confidence: number,
): [number, number] | string {
  if (undefinedCount > 0) {
    return `the statistic has no value in ${undefinedCount} of ${sorted.length} resamples`;
  }
  if (acceleration === null || !Number.isFinite(acceleration)) return "no single value changes the statistic";
  let below = 0;
  for (const replicate of sorted) {
    if (replicate < estimate) below++;
    else if (replicate === estimate) below += 0.5;
    else break;
  }
  if (below === 0 || below === sorted.length) return "all resamples lie on one side of the estimate";
  const bias = normalQuantile(below / sorted.length);
  const z = normalQuantile((1 + confidence) / 2);
  const tail = (quantile: number) => {
    const shifted = bias + quantile;
    const room = 1 - acceleration * shifted;
    return room > 0 ? normalCdf(bias + shifted / room) : null;
  };
  const lower = tail(-z);
  const upper = tail(z);
  return lower === null || upper === null ? "the acceleration is too large" : [lower, upper];
}

/**
 * The value at a fractional 1-based rank. An end beyond the values is open on its own side, otherwise the
 * outermost value.
 */
function endAt(sorted: Float64Array, rank: number, side: "low" | "high") {
  if (sorted.length === 0) return { value: null, outermost: false };
  const open = side === "low" ? rank < 0 : rank > sorted.length + 1;
  if (open) return { value: null, outermost: false };
  const inside = Math.min(sorted.length, Math.max(1, rank));
  const before = sorted[Math.floor(inside) - 1]!;
  const after = sorted[Math.ceil(inside) - 1]!;
  const value = before === after || !Number.isFinite(after - before)
    ? (side === "low" ? before : after)
    : before + (inside - Math.floor(inside)) * (after - before);
  return { value: Number.isFinite(value) ? value : null, outermost: inside !== rank };
}

function firstNaN(sorted: Float64Array): number {
  let end = sorted.length;
  while (end > 0 && Number.isNaN(sorted[end - 1]!)) end--;
  return end;
}

function requireConfidence(confidence: number): void {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`bootstrap: confidence is ${confidence}, must lie in (0, 1)`);
  }
}
