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

/** An outcome of a run. */
interface OutcomeKey {
  readonly name: TextName;
  /** What coincides with it is taken to follow from it: it says what a run went through, not how it was woken. */
  readonly confounds: boolean;
  /** It is read off the duration itself, so that it decides on it says nothing: it only may stand behind other keys. */
  readonly readOff?: true;
}

/** Columns whose values make strata, each for itself: outcomes of a run, in the order in which they are told. */
const OUTCOME_KEYS = [
  { name: "signature", confounds: false },
  { name: "migrated", confounds: false },
  { name: "path", confounds: true },
  { name: "ttwu_stack", confounds: false },
  { name: "order", confounds: false },
  { name: "cause", confounds: true, readOff: true },
] as const satisfies readonly OutcomeKey[];

const isReadOff = (name: string) => OUTCOME_KEYS.some((key) => key.name === name && "readOff" in key);

export const STRATA_KEYS: readonly TextName[] = OUTCOME_KEYS.map(({ name }) => name)
  .filter((name) => !isReadOff(name));

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
   * All keys that deal the runs in this way, in the order of their precedence; the first one names the split and its
   * groups. Of a column's values the more frequent is the first group; of a flag the runs without it.
   */
  readonly keys: readonly [Key, ...Key[]];
  /** Group of each row of each side: 1, 2, or 0 for a row that is not complete or in no group. */
  readonly codes: Pair<Uint8Array>;
  /** All values of the first key, the most frequent one first; of a flag its absence first. */
  readonly values: readonly string[];
  /** Of each row of each side, its value's place in that list, from 1 on; 0 for a row that is not complete or has none. */
  readonly valueCodes: Pair<Uint32Array>;
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
      const known = splits.map((split) => renaming(split, found, complete));
      const same = known.findIndex((names) => names !== null);
      if (same < 0) splits.push(found);
      else {
        const { keys } = splits[same]!;
        const [first, second] = keys[0].groups.map((value) => known[same]!.get(value)!);
        splits[same] = { ...splits[same]!, keys: [...keys, { ...key, groups: [first!, second!] }] };
      }
    }
  }
  return { splits: splits.filter(({ keys }) => keys.some(({ name }) => !isReadOff(name))), constant };
}

/** Keys of a split that are different facts: which of them makes the difference cannot be told. */
export function aliasesOf({ keys }: Split): readonly string[] {
  const names = keys.map(({ name }) => name);
  return names.filter((name) =>
    !(name === SIGNATURE && names.some(isFlag)) && !(name === MIGRATED_FLAG && names.includes(MIGRATED))
  );
}

/** Keys that only coincide with one of higher precedence, which is then taken to be behind them. */
export function mirrorsOf({ keys: [first, ...others] }: Split): readonly string[] {
  return others.filter((key) => precedence(key) < precedence(first)).map(({ name }) => name);
}

/** Whether two keys are one fact, or one a part of the other, so that neither is behind the other. */
export function isOneFact(one: string, other: string): boolean {
  const isOf = (whole: string, part: string) =>
    (whole === SIGNATURE && (isFlag(part) || part === MIGRATED)) ||
    (whole === MIGRATED_FLAG && part === MIGRATED);
  return one === other || isOf(one, other) || isOf(other, one);
}

/** Which of two keys that coincide is behind the other: the one with the larger number, or with equal ones it is open. */
export function precedence({ name, kind }: Pick<Key, "name" | "kind">): number {
  if (kind === "randomised") return 2;
  return OUTCOME_KEYS.some((key) => key.confounds && key.name === name) ? 1 : 0;
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
  const candidates = [
    ...DRAWN_KEYS.filter(isDrawn).map((name) => column(name, "randomised")),
    column(SIGNATURE as TextName, "outcome"),
    ...flagsOf(files),
    ...OUTCOME_KEYS.map(({ name }) => name).filter((name) => name !== SIGNATURE).map((name) =>
      column(name, "outcome")
    ),
  ];
  return candidates.sort((one, other) => precedence(other) - precedence(one));
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
  const all = order ?? byRuns.map(([value]) => value);
  const coded = <Codes extends Uint8Array | Uint32Array>(
    side: 0 | 1,
    places: readonly string[],
    found: Codes,
  ) => {
    const { values, codes } = sides[side];
    const place = new Map(places.map((value, index) => [value, index + 1]));
    const ofCode = values.map((value) => value === null ? 0 : place.get(value) ?? 0);
    const rows = complete[side];
    for (let i = 0; i < rows.length; i++) found[rows[i]!] = ofCode[codes[rows[i]!]!]!;
    return found;
  };
  const [a, b] = [files[0].rows, files[1].rows];
  return {
    keys: [{ name, kind, groups }],
    codes: [coded(0, groups, new Uint8Array(a)), coded(1, groups, new Uint8Array(b))],
    values: all,
    valueCodes: [coded(0, all, new Uint32Array(a)), coded(1, all, new Uint32Array(b))],
    others: { values: others.length, runs: others.reduce((sum, [, runs]) => sum + runs, 0) },
  };
}

/** What the values of one split are called in another that deals all complete runs alike; null where one does not. */
function renaming(one: Split, other: Split, complete: Pair<Uint32Array>): ReadonlyMap<string, string> | null {
  if (one.values.length !== other.values.length) return null;
  const to = new Uint32Array(one.values.length + 1);
  for (const side of [0, 1] as const) {
    const [rows, codes, others] = [complete[side], one.valueCodes[side], other.valueCodes[side]];
    for (let i = 0; i < rows.length; i++) {
      const here = codes[rows[i]!]!;
      const there = others[rows[i]!]!;
      if (here === 0 || there === 0 ? here !== there : to[here] !== 0 && to[here] !== there) return null;
      to[here] = there;
    }
  }
  const names = new Map(one.values.map((value, index) => [value, other.values[to[index + 1]! - 1]!]));
  return new Set(names.values()).size === names.size ? names : null;
}
