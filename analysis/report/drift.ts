/** Checks of a series in the order of its runs, as the run-order figures show them. */

import { pValue } from "../compare_sample.ts";
import type { PValue } from "../comparison.ts";
import { changePoint } from "../stats/change_point.ts";
import { lag1Autocorrelation } from "../stats/series.ts";
import type { RunSeries } from "./runs.ts";

/** Null: too few runs, or all are equal. */
export interface Drift {
  readonly lag1: PValue & { readonly r: number; readonly method: string } | null;
  /** `after_run` is the number of the last run before the level changes, if it does. */
  readonly change_point: PValue & { readonly after_run: number; readonly method: string } | null;
}

const NEEDS = 4;

export function driftOf({ runs, values }: RunSeries): Drift {
  if (values.length < NEEDS) return { lag1: null, change_point: null };
  const serial = lag1Autocorrelation(values);
  const change = changePoint(values);
  return {
    lag1: serial === null ? null : { r: serial.r, ...pValue(serial.p), method: serial.method },
    change_point: change === null ? null : {
      ...pValue(change.p),
      ...(change.pFloor !== null && change.p <= change.pFloor ? { p_capped: true } : {}),
      after_run: runs[change.after - 1]!,
      method: change.method,
    },
  };
}
