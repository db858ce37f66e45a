/** Strata of one file: the runs that share the values of the chosen keys. */

import type { KeyName } from "../sample/key_columns.ts";
import { describe, type Description } from "../sample/description.ts";
import { groupingOf, sizesOf } from "../sample/grouping.ts";
import { completeRows, sampleOf, samplesByGroup } from "../sample/sample.ts";
import { type Bins, binsOver, countsIn } from "../sample/histogram.ts";
import type { DictionaryColumn } from "../result/column_store.ts";
import type { ResultFile } from "../result/file.ts";

export interface OneStratum {
  /** In the order of the keys; null: not observed. */
  readonly values: readonly (string | null)[];
  readonly runs: number;
  readonly complete: number;
  /** Runs that timed out or were aborted. */
  readonly censored: number;
  readonly offset: Description;
  readonly ttwu_to_tkread: Description;
  /** Number of runs in each bin of `bins`, by ttwu_to_tkread. */
  readonly histogram: readonly number[];
}

export interface Strata {
  readonly keys: readonly string[];
  /** From the 1st to the 99th percentile of ttwu_to_tkread over all strata; null: not observed in any run. */
  readonly bins: Bins | null;
  /** The largest first. */
  readonly groups: readonly OneStratum[];
}

/** @param columnOf the values of a key, row by row */
export function strataBy(
  file: ResultFile,
  keys: readonly KeyName[],
  columnOf: (key: KeyName) => DictionaryColumn,
): Strata {
  const grouping = groupingOf(keys.map(columnOf));
  const { groups, codes } = grouping;
  const runs = sizesOf(grouping);
  const complete = new Float64Array(groups.length);
  for (const row of completeRows(file)) complete[codes[row]!]!++;
  const [offset, latency] = [sampleOf(file, "offset_ns"), sampleOf(file, "ttwu_to_tkread_ns")];
  const offsets = samplesByGroup(offset, codes, groups.length);
  const latencies = samplesByGroup(latency, codes, groups.length);
  const bins = binsOver([latency.sorted]);
  const strata = groups.map(({ values }, group): OneStratum => ({
    values,
    runs: runs[group]!,
    complete: complete[group]!,
    censored: runs[group]! - complete[group]!,
    offset: describe(offsets[group]!),
    ttwu_to_tkread: describe(latencies[group]!),
    histogram: countsIn(bins, latencies[group]!),
  })).filter((stratum) => stratum.runs > 0);
  const name = ({ values }: OneStratum) => values.join("\0");
  strata.sort((x, y) => y.runs - x.runs || (name(x) < name(y) ? -1 : 1));
  return { keys, bins, groups: strata };
}
