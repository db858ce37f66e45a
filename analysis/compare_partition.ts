/** Keys that split the runs alike: migrated and signature where migration is the only flag, path and stack. */

import type { Pair, Stratification } from "./comparison.ts";
import type { ResultFile } from "./result_file.ts";
import type { TextName } from "./result_row.ts";

/** Value of one key for each value of another; null is "not observed". */
type Renaming = ReadonlyMap<string | null, string | null>;

/**
 * How to rename the values of key `from` to get those of key `to`, or null when the keys do not split the runs of
 * both files in the same way.
 */
export function renaming(files: Pair<ResultFile>, from: TextName, to: TextName): Renaming | null {
  const forward = new Map<string | null, string | null>();
  const backward = new Map<string | null, string | null>();
  for (const file of files) {
    const [source, target] = [file.texts[from], file.texts[to]];
    const [sourceCodes, targetCodes] = [source.codes(), target.codes()];
    const expected = new Int32Array(source.values.length).fill(-1);
    for (let row = 0; row < sourceCodes.length; row++) {
      const code = sourceCodes[row]!;
      if (expected[code] === targetCodes[row]) continue;
      if (expected[code] !== -1) return null;
      expected[code] = targetCodes[row]!;
    }
    for (const [code, targetCode] of expected.entries()) {
      if (targetCode === -1) continue;
      const [value, renamed] = [source.values[code]!, target.values[targetCode]!];
      if (forward.has(value) && forward.get(value) !== renamed) return null;
      if (backward.has(renamed) && backward.get(renamed) !== value) return null;
      if ((value === null) !== (renamed === null)) return null;
      forward.set(value, renamed);
      backward.set(renamed, value);
    }
  }
  return forward;
}

/** A stratification for another key that splits the runs alike. */
export function renamed(original: Stratification, key: TextName, names: Renaming): Stratification {
  const groups = original.groups.map((group) => ({ ...group, value: names.get(group.value) ?? group.value }));
  return { ...original, key, same_runs_as: original.key, groups };
}
