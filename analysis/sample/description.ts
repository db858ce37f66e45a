import { iqrSorted, madSorted, medianSorted, quantileSorted } from "../stats/quantile.ts";
import { runsForUpperBound } from "../stats/quantile_bounds.ts";

/** Location and spread of a duration over complete runs; null with too few values. */
export interface Description {
  readonly n: number;
  readonly median_ns: number | null;
  readonly iqr_ns: number | null;
  /** Median absolute deviation, not scaled to a standard deviation. */
  readonly mad_ns: number | null;
}

/** The same from end to end. */
export interface Distribution extends Description {
  readonly min_ns: number | null;
  readonly p95_ns: number | null;
  readonly p99_ns: number | null;
  readonly max_ns: number | null;
}

/** With fewer values, a spread is not an estimate. */
const SPREAD_NEEDS = 2;

/** @param sorted ns, ascending */
export function describe(sorted: Float64Array): Description {
  const n = sorted.length;
  return {
    n,
    median_ns: n === 0 ? null : medianSorted(sorted),
    iqr_ns: n < SPREAD_NEEDS ? null : iqrSorted(sorted),
    mad_ns: n < SPREAD_NEEDS ? null : madSorted(sorted),
  };
}

/** @param sorted ns, ascending */
export function distributionOf(sorted: Float64Array): Distribution {
  return {
    ...describe(sorted),
    min_ns: sorted[0] ?? null,
    p95_ns: percentile(sorted, 0.95),
    p99_ns: percentile(sorted, 0.99),
    max_ns: sorted.at(-1) ?? null,
  };
}

/**
 * A percentile, if n allows a bound for it: with 95 % confidence the largest value lies above it.
 *
 * @param sorted ascending
 * @param p in (0, 1)
 * @returns in the unit of the sample; null: too few values
 */
export function percentile(sorted: Float64Array, p: number): number | null {
  return sorted.length < percentileNeeds(p) ? null : quantileSorted(sorted, p);
}

/** How many runs a percentile needs. @param p in (0, 1) */
export function percentileNeeds(p: number): number {
  return runsForUpperBound(p);
}
