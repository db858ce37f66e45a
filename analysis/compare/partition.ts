/**
 * Keys that split the runs in the same way: migrated and signature when migration is the only flag, path and
 * stack.
 */

import { withFields } from "../lazy.ts";
import type { Group, Grouping } from "../sample/grouping.ts";
import type { Stratification } from "./comparison.ts";
import type { Pair } from "../sample/summary.ts";

/** From the name of each group of one key to the group of another key; null means "not observed". */
export type Renaming = ReadonlyMap<string | null, Group>;

/**
 * How to rename the values of key `from` to those of key `to`, or null when the keys do not split the runs of
 * both files in the same way.
 */
export function renaming(from: Pair<Grouping>, to: Pair<Grouping>): Renaming | null {
  const forward = new Map<string | null, Group>();
  const backward = new Map<string | null, string | null>();
  for (const side of [0, 1] as const) {
    const [source, target] = [from[side], to[side]];
    const expected = new Int32Array(source.groups.length).fill(-1);
    for (let row = 0; row < source.codes.length; row++) {
      const code = source.codes[row]!;
      if (expected[code] === target.codes[row]) continue;
      if (expected[code] !== -1) return null;
      expected[code] = target.codes[row]!;
    }
    for (const [code, targetCode] of expected.entries()) {
      if (targetCode === -1) continue;
      const [{ name }, renamed] = [source.groups[code]!, target.groups[targetCode]!];
      if (forward.has(name) && forward.get(name)!.name !== renamed.name) return null;
      if (backward.has(renamed.name) && backward.get(renamed.name) !== name) return null;
      if ((name === null) !== (renamed.name === null)) return null;
      forward.set(name, renamed);
      backward.set(renamed.name, name);
    }
  }
  return forward;
}

/** A stratification rewritten for another key that splits the runs in the same way. */
export function renamed(
  original: Stratification,
  columns: readonly string[],
  names: Renaming,
): Stratification {
  const groups = original.groups.map((group) => {
    const renamed = names.get(group.value);
    return renamed === undefined || renamed.name === null
      ? group
      : withFields(group, { value: renamed.name, values: renamed.values });
  });
  return withFields(original, { key: columns.join(","), columns, same_runs_as: original.key, groups });
}
