/**
 * The keys that may tell one mechanism from another: what they are, and how each deals the runs of both sides into two
 * groups. Keys that deal all runs alike are one split with several names.
 */

import type { ColumnName } from "../result/columns.ts";
import type { DictionaryColumn } from "../result/column_store.ts";
import type { ResultFile } from "../result/file.ts";
import type { TextName } from "../result/row.ts";
import { completeRows } from "../sample/sample.ts";
import type { Pair } from "../sample/summary.ts";

/**
 * - outcome: what the kernel did in the run. It may be the cause of what the run took, or share a cause with it;
 * - randomised: what the runbook had drawn for the run. Nothing else can be behind its effect.
 */
export type KeyKind = "outcome" | "randomised";

/** Columns whose values make strata, each for itself: outcomes of a run. */
export const STRATA_KEYS = [
  "signature",
  "migrated",
  "path",
  "ttwu_stack",
] as const satisfies readonly TextName[];

/** Fields of the runbook that are columns too: with several values the runs take turns with them, in random order. */
export const DRAWN_KEYS = ["wake", "load"] as const satisfies readonly TextName[];

/** The signature of a run without flags. */
const NO_FLAGS = "none";

/** What several keys may be, when they are one fact: a signature is made of flags, and one flag says "migrated". */
const SIGNATURE: ColumnName = "signature";
const MIGRATED: ColumnName = "migrated";
const MIGRATED_FLAG = "WF_MIGRATED";

export interface Key {
  /** A column, or a wake flag. */
  readonly name: string;
  readonly kind: KeyKind;
  /** Its values in the two groups. */
  readonly groups: Pair<string>;
}

/** Complete runs of both sides in two groups. */
export interface Split {
  /**
   * All keys that deal the runs in this way; the first one names the split and its groups. Of a column's values the more
   * frequent is the first group; of a flag the runs without it.
   */
  readonly keys: readonly [Key, ...Key[]];
  /** Group of each row of each side: 1, 2, or 0 for a row that is not complete or in no group. */
  readonly codes: Pair<Uint8Array>;
  /** Other values of the first key, and their complete runs on both sides: in neither group. */
  readonly others: { readonly values: number; readonly runs: number };
}

/** What the keys of two files deal, and the keys that have one value only. */
export interface Splits {
  readonly splits: readonly Split[];
  readonly constant: readonly string[];
}

/** A value of a key on both sides, row by row. */
interface Candidate extends Omit<Key, "groups"> {
  readonly valuesOf: (file: ResultFile) => Valued;
  /** Values in the order in which the groups are to be; null: the two most frequent. */
  readonly order: Pair<string> | null;
}

interface Valued {
  /** By code; null: not observed. */
  readonly values: readonly (string | null)[];
  readonly codes: ArrayLike<number>;
}

/** All keys of two files, in the order in which they are told. */
export function splitsOf(files: Pair<ResultFile>): Splits {
  const complete: Pair<Uint32Array> = [completeRows(files[0]), completeRows(files[1])];
  const splits: Split[] = [];
  const constant: string[] = [];
  for (const candidate of candidatesOf(files)) {
    const found = splitBy(candidate, files, complete);
    if (found === null) constant.push(candidate.name);
    else {
      const [key] = found.keys;
      const same = splits.findIndex((split) => isSame(split, found, complete));
      if (same < 0) splits.push(found);
      else {
        const { keys, codes } = splits[same]!;
        // All runs are dealt alike: one of them tells whether the groups are called alike too.
        const side = complete[0].some((row) => codes[0][row] !== 0) ? 0 : 1;
        const run = complete[side].find((row) => codes[side][row] !== 0)!;
        const isSwapped = codes[side][run] !== found.codes[side][run];
        const groups = isSwapped ? [key.groups[1], key.groups[0]] as const : key.groups;
        splits[same] = { ...splits[same]!, keys: [...keys, { ...key, groups }] };
      }
    }
  }
  return { splits, constant };
}

/** Keys of a split that are different facts: which of them makes the difference cannot be told. */
export function aliasesOf({ keys }: Split): readonly string[] {
  const names = keys.map(({ name }) => name);
  return names.filter((name) =>
    !(name === SIGNATURE && names.some(isFlag)) && !(name === MIGRATED_FLAG && names.includes(MIGRATED))
  );
}

function isFlag(name: string): boolean {
  return name.startsWith("WF_");
}

function candidatesOf(files: Pair<ResultFile>): Candidate[] {
  const column = (name: TextName, kind: KeyKind): Candidate => ({
    name,
    kind,
    valuesOf: ({ texts }) => valued(texts[name]),
    order: null,
  });
  const isDrawn = (name: (typeof DRAWN_KEYS)[number]) =>
    files.some(({ meta }) => String(meta.runbook[name] ?? "").includes(","));
  return [
    ...DRAWN_KEYS.filter(isDrawn).map((name) => column(name, "randomised")),
    column(SIGNATURE as TextName, "outcome"),
    ...flagsOf(files),
    ...STRATA_KEYS.filter((name) => name !== SIGNATURE).map((name) => column(name, "outcome")),
  ];
}

function valued(column: DictionaryColumn): Valued {
  return { values: column.values, codes: column.codes() };
}

/** Flags of a file that are keys. The kernel has some ten; a file may hold anything. */
const MOST_FLAGS = 16;

/** Each wake flag alone: the runs with it, whatever else they have, against those without. */
function flagsOf(files: Pair<ResultFile>): Candidate[] {
  const signatures = files.flatMap(({ texts }) => texts.signature.values.filter((value) => value !== null));
  const flags = new Set(signatures.flatMap((text) => text === NO_FLAGS ? [] : text.split("|")));
  return [...flags].filter(isFlag).sort().slice(0, MOST_FLAGS).map((flag) => {
    const without = `no ${flag}`;
    return {
      name: flag,
      kind: "outcome",
      valuesOf: ({ texts: { signature } }) => ({
        values: signature.values.map((text) =>
          text === null ? null : text.split("|").includes(flag) ? flag : without
        ),
        codes: signature.codes(),
      }),
      order: [without, flag],
    };
  });
}

/** @returns null when fewer than two values were observed */
function splitBy(
  { name, kind, valuesOf, order }: Candidate,
  files: Pair<ResultFile>,
  complete: Pair<Uint32Array>,
): Split | null {
  const sides: Pair<Valued> = [valuesOf(files[0]), valuesOf(files[1])];
  const counts = new Map<string, number>();
  for (const [side, { values, codes }] of sides.entries()) {
    const rows = complete[side as 0 | 1];
    const ofCode = new Float64Array(values.length);
    for (let i = 0; i < rows.length; i++) ofCode[codes[rows[i]!]!]!++;
    for (const [code, value] of values.entries()) {
      if (value !== null && ofCode[code]! > 0) counts.set(value, (counts.get(value) ?? 0) + ofCode[code]!);
    }
  }
  const byRuns = [...counts].sort(([x, n], [y, m]) => m - n || (x < y ? -1 : 1));
  if (byRuns.length < 2) return null;
  const groups: Pair<string> = order ?? [byRuns[0]![0], byRuns[1]![0]];
  const others = byRuns.filter(([value]) => !groups.includes(value));
  const coded = (side: 0 | 1) => {
    const { values, codes } = sides[side];
    const group = values.map((value) => value === null ? 0 : groups.indexOf(value) + 1);
    const found = new Uint8Array(files[side].rows);
    const rows = complete[side];
    for (let i = 0; i < rows.length; i++) found[rows[i]!] = group[codes[rows[i]!]!]!;
    return found;
  };
  return {
    keys: [{ name, kind, groups }],
    codes: [coded(0), coded(1)],
    others: { values: others.length, runs: others.reduce((sum, [, runs]) => sum + runs, 0) },
  };
}

/** Whether two splits deal all complete runs alike, whichever group is called the first. */
function isSame(one: Split, other: Split, complete: Pair<Uint32Array>): boolean {
  const to = [0, 0, 0];
  for (const side of [0, 1] as const) {
    const [rows, codes, others] = [complete[side], one.codes[side], other.codes[side]];
    for (let i = 0; i < rows.length; i++) {
      const here = codes[rows[i]!]!;
      const there = others[rows[i]!]!;
      if (here === 0 || there === 0 ? here !== there : to[here] !== 0 && to[here] !== there) return false;
      if (here !== 0) to[here] = there;
    }
  }
  return to[1] !== to[2];
}
