/** What describes one sample, or a pair of them. Lists of two have the baseline A first. */

/** The value of the baseline and the value of the other side. */
export type Pair<T> = readonly [a: T, b: T];

/**
 * A p-value. When it is the smallest that the method can give, it means "at most that": `p_capped` says so.
 */
export interface PValue {
  readonly p: number;
  readonly p_capped: boolean;
}

/**
 * Tukey's classes: values more than 1.5 and more than 3 interquartile ranges from the quartiles. They stay in
 * all estimates.
 */
export interface Outliers {
  readonly far_below: number;
  readonly below: number;
  readonly above: number;
  readonly far_above: number;
}

/** Runs in each bin, on both sides; values beyond the bins are in the first and in the last. */
export interface Histogram {
  readonly low_ns: number;
  readonly width_ns: number;
  readonly counts: Pair<readonly number[]>;
}

/** Location and spread of one duration on both sides; null when a side has too few values. */
export interface Summary {
  readonly n: Pair<number>;
  readonly median_ns: Pair<number | null>;
  readonly iqr_ns: Pair<number | null>;
  /** Median absolute deviation, not scaled to a standard deviation. */
  readonly mad_ns: Pair<number | null>;
  /** Needs 59 values. */
  readonly p95_ns: Pair<number | null>;
  /** Needs 299 values. */
  readonly p99_ns: Pair<number | null>;
  readonly outliers: Pair<Outliers | null>;
  /** On one axis for both sides and for all strata of a key; null without a value. */
  readonly histogram: Histogram | null;
  /** A side has fewer than 10 values, so a few runs decide everything. */
  readonly thin: boolean;
}
