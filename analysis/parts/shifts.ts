/**
 * What the difference between two sides went into: differences of means, part by part, which add up to that of the whole.
 * Field names are those of `probe compare --format json`.
 */

import { once } from "../lazy.ts";
import type { ResultFile } from "../result/file.ts";
import { countsOf } from "../sample/counts.ts";
import { both, completeRows, INTERVAL_NEEDS } from "../sample/sample.ts";
import type { Pair } from "../sample/summary.ts";
import { meanDifference, meanOf, WELCH, WELCH_DEPENDENT } from "../stats/mean_difference.ts";
import {
  DIVIDED,
  type Divided,
  type DividedName,
  type DividedRuns,
  dividedRuns,
  hasParts,
  hasSplit,
  isOwnMachine,
  type LeftOut,
  SPLIT,
} from "./divided.ts";
import { sharesOfSpread } from "./shares.ts";

/** A difference of means in ns, and its interval with confidence 1 - alpha; null with too few runs. */
export interface MeanShift {
  readonly shift_ns: number;
  readonly shift_ci_ns: Pair<number> | null;
}

export interface PartShift extends MeanShift {
  readonly name: string;
  readonly title: string;
  /** null: not observed on that side, so its time there is in another part, and counts as 0 here. */
  readonly mean_ns: Pair<number | null>;
  /** Of the whole's shift; null where that is 0. */
  readonly share: number | null;
  /**
   * Of each side how many runs make nine tenths of its squares, 1 or 2: then the interval may be too narrow. null: more
   * do, or the interval hardly rests on that side, or there is none.
   */
  readonly carried_by: Pair<number | null>;
  /** Of the whole's variance on each side. */
  readonly share_of_spread: Pair<number | null>;
}

/** A duration whose parts both sides have, over the complete runs whose parts are known and complete. */
export interface ShiftInParts extends MeanShift {
  readonly name: DividedName;
  readonly runs: Pair<number>;
  readonly left_out: Pair<LeftOut>;
  readonly mean_ns: Pair<number>;
  /** In the order of the table, without those that no side has observed. */
  readonly parts: readonly PartShift[];
  readonly method: string;
}

/** The complete runs of both sides with one value of a column. */
export interface PairCount {
  /** null: not observed. */
  readonly value: string | null;
  readonly runs: Pair<number>;
}

/** The shift of the offset by host, hypervisor and guest. */
export interface SplitShift {
  /** A machine that measured itself: all of its time is the guest's, by definition and not by observation. */
  readonly own: Pair<boolean>;
  /** null: a side has no run that is split, see `left_out`. */
  readonly shift: ShiftInParts | null;
  readonly runs: Pair<number>;
  readonly left_out: Pair<LeftOut>;
}

export interface PartShifts {
  /** null: neither side is a VM that its host has followed. */
  readonly split: SplitShift | null;
  /** Whether a side has runs whose parts are known and make the whole; a file of an older program has none. */
  readonly known: Pair<boolean>;
  /** Empty unless both have. */
  readonly durations: readonly ShiftInParts[];
  /** By the largest part of ttwu_to_tkread, the most frequent first. */
  readonly causes: readonly PairCount[];
  /** The same of edge_to_ttwu; empty unless some run tells. */
  readonly edge_causes: readonly PairCount[];
}

/** @param isDependent whether the order of the runs matters to that duration */
export function partShifts(
  files: Pair<ResultFile>,
  alpha: number,
  isDependent: (name: DividedName) => boolean,
): PartShifts {
  const [inner, outer] = DIVIDED;
  const divided = both(files, (file) => hasParts(file) ? dividedRuns(file, inner) : null);
  const known = both(divided, (runs) => runs !== null && runs.whole.length > 0);
  const shiftOf = ({ name }: Divided, runs: Pair<DividedRuns>) =>
    shiftIn(name, runs, alpha, isDependent(name));
  const split = splitShift(files, shiftOf);
  if (!known[0] || !known[1]) return { split, known, durations: [], causes: [], edge_causes: [] };
  return {
    split,
    known,
    durations: [
      ...shiftOf(inner, divided as Pair<DividedRuns>),
      ...shiftOf(outer, both(files, (file) => dividedRuns(file, outer))),
    ],
    causes: causesOf(files, "cause"),
    edge_causes: causesOf(files, "edge_cause"),
  };
}

function splitShift(
  files: Pair<ResultFile>,
  shiftOf: (divided: Divided, runs: Pair<DividedRuns>) => readonly ShiftInParts[],
): SplitShift | null {
  if (!files.some(hasSplit)) return null;
  const runs = both(files, (file) => dividedRuns(file, SPLIT));
  return {
    own: both(files, isOwnMachine),
    shift: shiftOf(SPLIT, runs)[0] ?? null,
    runs: both(runs, ({ whole }) => whole.length),
    left_out: both(runs, ({ leftOut }) => leftOut),
  };
}

function shiftIn(
  name: DividedName,
  [a, b]: Pair<DividedRuns>,
  alpha: number,
  isDependent: boolean,
): ShiftInParts[] {
  if (a.whole.length === 0 || b.whole.length === 0) return [];
  const hasInterval = Math.min(a.whole.length, b.whole.length) >= INTERVAL_NEEDS;
  const shiftOf = (inA: Float64Array, inB: Float64Array) => {
    const { difference, interval, carriedBy } = meanDifference(inA, inB, 1 - alpha, isDependent);
    const shift: MeanShift = { shift_ns: difference, shift_ci_ns: hasInterval ? interval : null };
    return { shift, carriedBy: hasInterval ? carriedBy : [null, null] as const };
  };
  const { shift: whole } = shiftOf(a.whole, b.whole);
  // The first screen does not show them.
  const spreads = once(() => [sharesOfSpread(a), sharesOfSpread(b)] as const);
  return [{
    name,
    runs: [a.whole.length, b.whole.length],
    left_out: [a.leftOut, b.leftOut],
    mean_ns: [meanOf(a.whole), meanOf(b.whole)],
    ...whole,
    parts: a.parts.flatMap(({ name, title, observed, values }, index): PartShift[] => {
      const other = b.parts[index]!;
      if (!observed && !other.observed) return [];
      const { shift, carriedBy } = shiftOf(values, other.values);
      return [{
        name,
        title,
        mean_ns: [observed ? meanOf(values) : null, other.observed ? meanOf(other.values) : null],
        ...shift,
        carried_by: carriedBy,
        share: whole.shift_ns === 0 ? null : shift.shift_ns / whole.shift_ns,
        get share_of_spread(): Pair<number | null> {
          const [ofA, ofB] = spreads();
          return [observed ? ofA?.[index] ?? null : null, other.observed ? ofB?.[index] ?? null : null];
        },
      }];
    }),
    method: isDependent ? WELCH_DEPENDENT : WELCH,
  }];
}

function causesOf(files: Pair<ResultFile>, column: "cause" | "edge_cause"): PairCount[] {
  const [a, b] = both(
    files,
    (file) =>
      new Map(countsOf(file.texts[column], completeRows(file)).map(({ value, runs }) => [value, runs])),
  );
  const isTold = [...a.keys(), ...b.keys()].some((value) => value !== null);
  return !isTold ? [] : [...new Set([...a.keys(), ...b.keys()])]
    .map((value): PairCount => ({ value, runs: [a.get(value) ?? 0, b.get(value) ?? 0] }))
    .sort((x, y) =>
      y.runs[0] + y.runs[1] - x.runs[0] - x.runs[1] || (String(x.value) < String(y.value) ? -1 : 1)
    );
}
