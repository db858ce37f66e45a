import { iqrSorted, madSorted, medianSorted } from "../stats/quantile.ts";

/** Location and spread of a duration over complete runs; null with too few values. */
export interface Description {
  readonly n: number;
  readonly median_ns: number | null;
  readonly iqr_ns: number | null;
  /** Median absolute deviation, not scaled to a standard deviation. */
  readonly mad_ns: number | null;
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
