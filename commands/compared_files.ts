/** Compares result files for every command that needs it, whatever it does with the result. */

import { compareAll, type CompareOptions } from "../analysis/compare/compare.ts";
import type { Margins } from "../analysis/compare/limits.ts";
import { type QuestionName, QUESTIONS } from "../analysis/compare/questions.ts";
import type { Where } from "./where.ts";
import type { Margin } from "../analysis/units/margin.ts";
import type { Comparison } from "../analysis/compare/comparison.ts";
import type { DictionaryColumn } from "../analysis/result/column_store.ts";
import type { ColumnName } from "../analysis/result/columns.ts";
import type { ResultFile } from "../analysis/result/file.ts";

/** How files are compared. */
export interface ComparisonFlags {
  /** Columns whose values together make a stratum. */
  readonly by?: readonly ColumnName[];
  /** One margin for all questions, or for the one that is named; default: the runbook's. */
  readonly margin?: readonly GivenMargin[];
  /** Which runs of each file are meant; default: all. */
  readonly where?: Where;
  /** Default: the runbook's. */
  readonly alpha?: number;
}

/** A margin as an option gives it. */
export interface GivenMargin {
  /** Null: all questions that are not named. */
  readonly question: QuestionName | null;
  readonly margin: Margin;
}

/** The margin of each question for which one was given; of several for the same the last. */
export function marginsOf(given: readonly GivenMargin[]): Margins {
  const named = new Map(given.map(({ question, margin }) => [question, margin]));
  const all = named.get(null);
  return Object.fromEntries(QUESTIONS.flatMap(({ name }) => {
    const margin = named.get(name) ?? all;
    return margin === undefined ? [] : [[name, margin]];
  }));
}

/** A file and the columns by which its runs may be grouped. */
export interface KeyedFile {
  readonly file: ResultFile;
  readonly columnOf: (name: ColumnName) => DictionaryColumn;
  /** Of its bytes, in hexadecimal; null: they are not those of the first file. */
  readonly sha256: string | null;
}

/** Compares each file after the first with the first; empty when there is only one. */
export function compareFiles(
  files: readonly KeyedFile[],
  { by, ...rest }: ComparisonFlags,
): Comparison[] {
  const [baseline] = files;
  const same = new Map(
    files.slice(1).flatMap(({ file, sha256 }): [ResultFile, string][] =>
      sha256 !== null && sha256 === baseline!.sha256 ? [[file, sha256]] : []
    ),
  );
  const columns = new Map(files.map(({ file, columnOf }) => [file, columnOf]));
  return compareAll(files.map(({ file }) => file), {
    ...(same.size === 0 ? {} : { sameAsBaseline: same }),
    ...(by === undefined ? {} : { by, columnOf: (file, name) => columns.get(file)!(name) }),
    ...limitsOf(rest),
  });
}

/** What replaces the runbook's limits. */
export function limitsOf({ margin, alpha }: Omit<ComparisonFlags, "by">): CompareOptions {
  return {
    ...(margin === undefined ? {} : { margins: marginsOf(margin) }),
    ...(alpha === undefined ? {} : { alpha }),
  };
}
