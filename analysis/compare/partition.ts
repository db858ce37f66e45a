/** Keys that split the runs alike: migrated and signature where migration is the only flag, path and stack. */

import { type Grouping, nameOfValues } from "../sample/grouping.ts";
import type { Stratification } from "./comparison.ts";
import type { Pair } from "../sample/summary.ts";

/** Values of one key for each value of another, named; null is "not observed". */
export type Renaming = ReadonlyMap<string | null, readonly string[] | null>;

/**
 * How to rename the values of key `from` to get those of key `to`, or null when the keys do not split the runs of
 * both files in the same way.
 */
export function renaming(from: Pair<Grouping>, to: Pair<Grouping>): Renaming | null {
  const forward = new Map<string | null, readonly string[] | null>();
  const backward = new Map<string | null, string | null>();
  for (const side of [0, 1] as const) {
    const [source, target] = [from[side], to[side]];
    const expected = new Int32Array(source.values.length).fill(-1);
    for (let row = 0; row < source.codes.length; row++) {
      const code = source.codes[row]!;
      if (expected[code] === target.codes[row]) continue;
      if (expected[code] !== -1) return null;
      expected[code] = target.codes[row]!;
    }
    for (const [code, targetCode] of expected.entries()) {
      if (targetCode === -1) continue;
      const [value, renamed] = [nameOf(source, code), nameOf(target, targetCode)];
      if (forward.has(value) && nameOrNull(forward.get(value)!) !== renamed) return null;
      if (backward.has(renamed) && backward.get(renamed) !== value) return null;
      if ((value === null) !== (renamed === null)) return null;
      forward.set(value, target.values[targetCode]!);
      backward.set(renamed, value);
    }
  }
  return forward;
}

function nameOf({ values }: Grouping, code: number): string | null {
  return nameOrNull(values[code]!);
}

function nameOrNull(values: readonly string[] | null): string | null {
  return values === null ? null : nameOfValues(values);
}

/** A stratification for another key that splits the runs alike. */
export function renamed(
  original: Stratification,
  columns: readonly string[],
  names: Renaming,
): Stratification {
  const groups = original.groups.map((group) => {
    const values = names.get(group.value) ?? group.values;
    return { ...group, value: nameOfValues(values), values };
  });
  return { ...original, key: columns.join(","), columns, same_runs_as: original.key, groups };
}
