/** What the files of a pooled side have to say about each other. */

import type { Comparison } from "../compare/comparison.ts";
import { withFields } from "../lazy.ts";
import { WHOLES } from "../compare/questions.ts";
import type { Warning } from "../compare/warning.ts";
import type { ResultFile } from "../result/file.ts";
import type { Between } from "../result/parts.ts";
import { cappedP, type FileSample, sampleOf, valuesInOrder } from "../sample/sample.ts";
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
  return withFields(comparison, {
    get warnings() {
      const pooled = files.map((file, side) => ({ file, singles: singles[side]! }));
      return [...comparison.warnings, ...betweenFiles(pooled) as Warning[]];
    },
  });
}

/** A file, and the files that it pools; one: itself. */
interface Pooled {
  readonly file: ResultFile;
  readonly singles: readonly ResultFile[];
}

/** What differs between the files of each side, the tests of all sides adjusted together. */
export function betweenFiles(sides: readonly Pooled[]): (Between & { readonly side: number })[] {
  const facts = sides.flatMap(({ singles }, side) => {
    const varying = varyingFacts(singles);
    return varying.length === 0 ? [] : [{ code: "files_vary" as const, side, facts: varying }];
  });
  return [...differing(sides), ...facts];
}

/** Whether the files of a side come from one distribution: all that two boots can differ in is in this test. */
function differing(sides: readonly Pooled[]) {
  const found = sides.flatMap(({ file }, side) =>
    WHOLES.flatMap(({ name, duration }) => testOf(side, name, sampleOf(file, duration)))
  );
  const adjusted = holm(found.map(({ p }) => p));
  return found.flatMap(({ p_capped, ...one }, index) =>
    adjusted[index]! < LEVEL ? [{ ...one, ...cappedP(adjusted[index]!), p_capped }] : []
  );
}

function testOf(side: number, question: string, sample: FileSample) {
  // Of files of several boots the variance between these is told.
  if (sample.joints === undefined || sample.nested) return [];
  const series = valuesInOrder(sample);
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
