/** The runs of both sides by the values of a key: which values have enough of them, and how near these lie. */

import { GroupShift } from "./groups.ts";
import type { Split } from "./keys.ts";
import { cappedP, type FileSample, samplesByGroup } from "../sample/sample.ts";
import type { Pair, PValue } from "../sample/summary.ts";
import { Nearness } from "../stats/nearness.ts";
import { merged } from "../stats/rank.ts";

/** With fewer runs of a value, or fewer others, on a side nothing is said of it. */
export const VALUE_NEEDS = 10;

/** Of more values only so many, those with the most runs, have verdicts. */
const MOST_VALUES = 8;

/** What the verdicts rest on. */
export interface LockInRules {
  readonly alpha: number;
  /** Ratio of distances below which a value locks in, between 0 and 1. */
  readonly share: number;
  /** Largest shift that still counts as the same place, in ns; null: there is none. */
  readonly marginNs: number | null;
  /** How many times as few independent runs a side has as runs. */
  readonly inflation: Pair<number>;
}

/** A key's values in the samples of a question. */
export interface ValueGroups {
  readonly values: readonly string[];
  /** Group of each row of each side: 1 to the number of `values`, then one for all others; 0: no value was observed. */
  readonly codes: Pair<Uint32Array>;
  readonly leftOut: { readonly values: number; readonly runs: number };
  /** Values with enough runs on one side and none on the other. */
  readonly missing: readonly { readonly group: string; readonly side: 0 | 1 }[];
}

const SIDES = [0, 1] as const;

export function valueGroups({ values, valueCodes }: Split, samples: Pair<FileSample>): ValueGroups {
  const counts = SIDES.map((side) => {
    const found = new Float64Array(values.length + 1);
    for (const row of samples[side].rows) found[valueCodes[side][row]!]!++;
    return found;
  });
  const observed = counts.map((of) => of.subarray(1).reduce((sum, n) => sum + n, 0));
  const isEnough = (index: number) =>
    SIDES.every((side) => {
      const n = counts[side]![index + 1]!;
      return n >= VALUE_NEEDS && observed[side]! - n >= VALUE_NEEDS;
    });
  const kept = values.map((_, index) => index).filter(isEnough).slice(0, MOST_VALUES);
  const group = new Uint32Array(values.length + 1).fill(kept.length + 1);
  group[0] = 0;
  for (const [at, index] of kept.entries()) group[index + 1] = at + 1;
  const coded = (side: 0 | 1) => valueCodes[side].map((code) => group[code]!);
  const runsOf = (index: number) => counts[0]![index + 1]! + counts[1]![index + 1]!;
  const left = values.map((_, index) => index).filter((index) => !kept.includes(index) && runsOf(index) > 0);
  return {
    values: kept.map((index) => values[index]!),
    codes: [coded(0), coded(1)],
    leftOut: { values: left.length, runs: left.reduce((sum, index) => sum + runsOf(index), 0) },
    missing: SIDES.flatMap((side) =>
      values.flatMap((group, index) =>
        counts[side]![index + 1]! === 0 && counts[1 - side]![index + 1]! >= VALUE_NEEDS
          ? [{ group, side }]
          : []
      )
    ),
  };
}

/** A value on a side, before its p-values are adjusted. */
export interface ValueOnSide {
  /** ns, ascending. */
  readonly sorted: Float64Array;
  readonly others: Float64Array;
  readonly nearness: Nearness;
  /** Of the value's runs from the others. */
  readonly shift: GroupShift;
  /** p of "the ratio is not below the declared share". */
  readonly below: PValue;
  /** p of "the ratio is not above the declared share". */
  readonly pAbove: number;
}

/** Each value of one side. */
export function valuesOnSide(
  sample: FileSample,
  { values, codes }: ValueGroups,
  side: 0 | 1,
  { alpha, share, inflation }: LockInRules,
): ValueOnSide[] {
  const groups = samplesByGroup(sample, codes[side], values.length + 2);
  return values.map((_, index) => {
    const sorted = groups[index + 1]!;
    const others = groups.filter((_, code) => code !== 0 && code !== index + 1).reduce(merged);
    const nearness = Nearness.ofTicks(sorted, others, inflation[side]);
    return {
      sorted,
      others,
      nearness,
      shift: new GroupShift([{ sorted: others }, { sorted }], alpha),
      below: cappedP(nearness.pBelow(share)),
      pAbove: nearness.pAbove(share),
    };
  });
}
