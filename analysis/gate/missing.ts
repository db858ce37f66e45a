/** What data a series lacks: with any of it, nothing passes. */

import type { Comparison, Side } from "../compare/comparison.ts";
import type { SideIndex } from "../compare/reasons.ts";
import { isSameMeasurement } from "../pool/pool.ts";
import type { ResultFile } from "../result/file.ts";
import type { Pair } from "../sample/summary.ts";
import type { Policy } from "./policy.ts";

/** Why a question does not pass, whatever its verdict. */
export type Missing =
  /** `runbook_sha256` differs. What differs of how a run is measured makes a question CONFOUNDED besides. */
  | { readonly code: "other_runbook"; readonly sha256: Pair<string> }
  | ({ readonly side: SideIndex } & OfSide);

type OfSide =
  /** No `# end`, or its last line was cut off. */
  | { readonly code: "cut_off" }
  | { readonly code: "rows_missing"; readonly rows: number; readonly declared: number }
  | { readonly code: "lost_events"; readonly events: number }
  | { readonly code: "aborted"; readonly runs: number; readonly rows: number }
  | { readonly code: "timeouts"; readonly runs: number; readonly rows: number; readonly allowed: number }
  /** Runs whose stages contradict each other. */
  | { readonly code: "integrity"; readonly runs: number; readonly rows: number }
  /** Complete runs in which the question's duration was not observed. */
  | { readonly code: "not_observed"; readonly runs: number; readonly complete: number }
  | { readonly code: "few_runs"; readonly n: number; readonly needs: number };

const SIDES = [0, 1] as const;

/** What both files lack, whatever is asked. */
export function missingData(files: Pair<ResultFile>, sides: Pair<Side>, policy: Policy): Missing[] {
  const [a, b] = [files[0].meta.runbook_sha256, files[1].meta.runbook_sha256];
  return [
    ...a === b ? [] : [{ code: "other_runbook", sha256: [a, b] } as const],
    ...SIDES.flatMap((side) =>
      missingOf(files[side], sides[side], policy).map((one): Missing => ({ side, ...one }))
    ),
  ];
}

function missingOf(file: ResultFile, side: Side, { timeouts: allowed }: Policy): OfSide[] {
  const { rows, timeout, aborted, integrity_errors: errors } = side;
  // A file whose rows and # end contradict each other lost what either of them says.
  const events = Math.max(side.lost_events ?? 0, file.totals.lost_events ?? 0);
  const declared = file.meta.runbook.runs;
  // Planned looks may end a measurement early.
  const isShort = typeof declared === "number" && rows < declared && file.end?.looks === undefined;
  const isCutOff = side.cut_off || file.notes.some(({ code }) => code === "line_cut_off");
  const found: (OfSide | false)[] = [
    isCutOff && { code: "cut_off" },
    isShort && { code: "rows_missing", rows, declared },
    events > 0 && { code: "lost_events", events },
    aborted > 0 && { code: "aborted", runs: aborted, rows },
    timeout > allowed * rows && { code: "timeouts", runs: timeout, rows, allowed },
    errors > 0 && { code: "integrity", runs: errors, rows },
  ];
  return found.filter((one) => one !== false);
}

/**
 * What a question lacks.
 *
 * @param n runs of each side that it uses
 * @param observed complete runs of each side in which its duration was observed
 */
export function missingRuns(
  n: Pair<number>,
  observed: Pair<number>,
  { sides }: Comparison,
  { leastRuns }: Policy,
): Missing[] {
  return SIDES.flatMap((side) => {
    const { complete } = sides[side];
    const found: (Missing | false)[] = [
      observed[side] < complete &&
      { side, code: "not_observed", runs: complete - observed[side], complete },
      n[side] < leastRuns && { side, code: "few_runs", n: n[side], needs: leastRuns },
    ];
    return found.filter((one) => one !== false);
  });
}

/** Two files of which one is the other, or a copy of it; null when each is a measurement of its own. */
export function sameMeasurement(
  files: readonly ResultFile[],
): readonly [first: number, second: number] | null {
  for (const [second, file] of files.entries()) {
    const first = files.findIndex(({ meta }) => isSameMeasurement(meta, file.meta));
    if (first < second) return [first, second];
  }
  return null;
}
