/** One duration in the order of the runs: do neighbours depend on each other, does it jump, has it several modes? */

import { completeCode } from "./compare_sample.ts";
import type { ResultFile } from "./result_file.ts";
import type { Duration } from "./result_row.ts";
import { changePoint } from "./stats/change_point.ts";
import { dipTest } from "./stats/dip.ts";
import { centredRanks } from "./stats/rank.ts";
import { lag1Autocorrelation } from "./stats/series.ts";

/** Fewer runs are not tested. */
const NEEDS = 4;

interface SeriesTest {
  readonly p: number;
  /** p is the smallest that the method can give. */
  readonly p_capped: boolean;
  readonly method: string;
}

/** Each test is null when the values do not vary or are too few. */
export interface SeriesChecks {
  readonly n: number;
  /** Of the ranks in the order of the runs. */
  readonly lag1: SeriesTest & { readonly r: number } | null;
  /** Pettitt's test of one change of level, which lies after the run of that number. */
  readonly change_point: SeriesTest & { readonly after_run: number } | null;
  /** Hartigan's dip. */
  readonly dip: SeriesTest & { readonly dip: number } | null;
}

/** Over the complete runs in which the duration was observed. */
export function seriesChecks(file: ResultFile, duration: Duration): SeriesChecks {
  const rows = observedRows(file, duration);
  const values = Float64Array.from(rows, (row) => file.durations[duration][row]!);
  if (values.length < NEEDS || values.every((value) => value === values[0])) {
    return { n: values.length, lag1: null, change_point: null, dip: null };
  }
  const sorted = values.toSorted();
  const lag1 = lag1Autocorrelation(centredRanks(values, sorted));
  const change = changePoint(values);
  const dip = dipTest(sorted);
  return {
    n: values.length,
    lag1: lag1 === null
      ? null
      : { r: lag1.r, ...cappedAt(lag1.p, null), method: `${lag1.method}, of the ranks` },
    change_point: change === null ? null : {
      after_run: file.run[rows[change.after - 1]!]!,
      ...cappedAt(change.p, change.pFloor),
      method: change.method,
    },
    dip: { dip: dip.dip, ...cappedAt(dip.p, dip.pFloor), method: dip.method },
  };
}

/** Rows in the order of their runs, whatever the order of the file. */
function observedRows(file: ResultFile, duration: Duration): Uint32Array {
  const status = file.texts.status.codes();
  const complete = completeCode(file);
  const rows = Uint32Array.from(status, (_, row) => row)
    .filter((row) => status[row] === complete && !Number.isNaN(file.durations[duration][row]!));
  const inOrder = rows.every((row, i) => i === 0 || file.run[rows[i - 1]!]! < file.run[row]!);
  return inOrder ? rows : rows.sort((x, y) => file.run[x]! - file.run[y]!);
}

/** Smaller p-values underflow. */
const SMALLEST_P = 1e-307;

function cappedAt(p: number, floor: number | null): { p: number; p_capped: boolean } {
  const smallest = floor ?? SMALLEST_P;
  return p <= smallest ? { p: smallest, p_capped: true } : { p, p_capped: false };
}
