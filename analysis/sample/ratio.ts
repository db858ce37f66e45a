/** A ratio of two MADs with its interval. */
export interface Ratio {
  readonly ratio: number;
  /** Null where the resamples leave an end open. */
  readonly ci: readonly [low: number | null, high: number | null];
  readonly method: string;
  readonly notice: string | null;
}
