/** Runs that are nested in the boots of one VM: how much of what they differ by lies between the boots. */

import type { ResultFile } from "../result/file.ts";
import { intraclass } from "../stats/nested.ts";
import { ordered, partsOf } from "../stats/ordered.ts";
import { medianSorted } from "../stats/quantile.ts";
import { type Sample, valuesInOrder } from "./sample.ts";
import type { Pair } from "./summary.ts";

/** What the boots of a side differ by. */
export interface BootSpread {
  /** With complete runs in which the duration was observed. */
  readonly boots: number;
  /** Share of the variance (of the ranks) that lies between boots; null where it is not known. */
  readonly icc: number | null;
  /** Of the boot with the smallest and of that with the largest. */
  readonly medians_ns: Pair<number>;
}

/** Null where the runs are of one boot, or it is not known of which. */
export function bootSpread(sample: Sample): BootSpread | null {
  if (!sample.nested) return null;
  const series = valuesInOrder(sample);
  const medians = partsOf(sample).map(([from, to]) => medianSorted(ordered(series.slice(from, to)).sorted));
  return {
    boots: medians.length,
    icc: intraclass(sample).icc,
    medians_ns: [Math.min(...medians), Math.max(...medians)],
  };
}

/** How many times as many runs say as much as if none shared a boot; 1 where the runs are not nested. */
export function designEffectOf(sample: Sample): number {
  return sample.nested ? intraclass(sample).designEffect : 1;
}

/** How many boots a file has runs of, file by file where several are pooled; null where it is known of no run. */
export function bootsIn({ texts: { boot }, parts, rows }: ResultFile): number | null {
  const codes = boot.codes();
  let [found, from] = [0, 0];
  for (const size of parts?.map((part) => part.rows) ?? [rows]) {
    const seen = new Uint8Array(boot.values.length);
    for (let row = from; row < from + size; row++) seen[codes[row]!] = 1;
    for (let code = 1; code < seen.length; code++) found += seen[code]!;
    from += size;
  }
  return found === 0 ? null : found;
}
