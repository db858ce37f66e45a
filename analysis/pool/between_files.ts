/** What the files of a pooled side have to say about each other. */

import type { Comparison } from "../compare/comparison.ts";
import { withFields } from "../lazy.ts";
import { WHOLES } from "../compare/questions.ts";
import type { SideIndex } from "../compare/reasons.ts";
import type { Warning } from "../compare/warning.ts";
import type { ResultFile } from "../result/file.ts";
import { cappedP, type FileSample, sampleOf } from "../sample/sample.ts";
import type { Pair } from "../sample/summary.ts";
import { andersonDarling } from "../stats/anderson_darling.ts";
import { holm } from "../stats/holm.ts";
import { ordered, partsOf } from "../stats/ordered.ts";
import { medianSorted } from "../stats/quantile.ts";
import { varyingFacts } from "./pool.ts";

/** Below it, adjusted for all questions and sides, the files of a side differ. */
const LEVEL = 0.05;

/**
 * A comparison with warnings of what differs between the files of a side.
 *
 * @param files the sides; @param singles the files that each pools
 */
export function withFileWarnings(
  comparison: Comparison,
  files: Pair<ResultFile>,
  singles: Pair<readonly ResultFile[]>,
): Comparison {
  const facts = ([0, 1] as const).flatMap((side): Warning[] => {
    const varying = varyingFacts(singles[side]);
    return varying.length === 0 ? [] : [{ code: "files_vary", side, facts: varying }];
  });
  return withFields(comparison, {
    get warnings() {
      return [...comparison.warnings, ...differing(files), ...facts];
    },
  });
}

/** Whether the files of a side come from one distribution: all that two boots can differ in is in this test. */
function differing(files: Pair<ResultFile>): Warning[] {
  const found = ([0, 1] as const).flatMap((side) =>
    WHOLES.flatMap(({ name, duration }) => testOf(side, name, sampleOf(files[side], duration)))
  );
  const adjusted = holm(found.map(({ p }) => p));
  return found.flatMap(({ p_capped, ...one }, index): Warning[] =>
    adjusted[index]! < LEVEL ? [{ ...one, ...cappedP(adjusted[index]!), p_capped }] : []
  );
}

function testOf(side: SideIndex, question: string, sample: FileSample) {
  if (sample.joints === undefined) return [];
  const series = new Float64Array(sample.sorted.length);
  for (let k = 0; k < series.length; k++) series[sample.order[k]!] = sample.sorted[k]!;
  const parts = partsOf(sample).map(([from, to]) => ordered(series.slice(from, to)).sorted);
  const { p, pFloor } = andersonDarling(parts);
  if (p === null) return [];
  const medians = parts.map(medianSorted);
  return [{
    code: "files_differ" as const,
    side,
    question,
    ...cappedP(p, pFloor),
    medians_ns: [Math.min(...medians), Math.max(...medians)] as const,
  }];
}
