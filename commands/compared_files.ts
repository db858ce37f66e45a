/** Compares result files for every command that needs it, whatever it does with the result. */

import { compareAll, type CompareOptions } from "../analysis/compare/compare.ts";
import type { Besides, Margins } from "../analysis/compare/limits.ts";
import { QUESTIONS } from "../analysis/compare/questions.ts";
import { withAsked } from "../analysis/asked/answers.ts";
import { besidesOfRunbook } from "../analysis/asked/declared.ts";
import { EXIT, Failure } from "../analysis/failure.ts";
import { withFileWarnings } from "../analysis/pool/between_files.ts";
import type { Where } from "./files/where.ts";
import type { Margin } from "../analysis/units/margin.ts";
import type { Comparison } from "../analysis/compare/comparison.ts";
import type { DictionaryColumn } from "../analysis/result/column_store.ts";
import type { KeyName } from "../analysis/sample/key_columns.ts";
import type { ResultFile } from "../analysis/result/file.ts";

/** How files are compared. */
export interface ComparisonFlags {
  /** Columns whose values together make a stratum. */
  readonly by?: readonly KeyName[];
  /** One margin for all questions, or for the one that is named; default: the runbook's. */
  readonly margin?: readonly GivenMargin[];
  /** Questions that are asked besides those that the runbook declares. */
  readonly question?: readonly string[];
  /** Which runs of each file are meant; default: all. */
  readonly where?: Where;
  /** Default: the runbook's. */
  readonly alpha?: number;
}

/** A margin as an option gives it. */
export interface GivenMargin {
  /** Null: all questions that are not named. */
  readonly question: string | null;
  readonly margin: Margin;
}

/** The margin of each question for which one was given; of several for the same the last. */
export function marginsOf(given: readonly GivenMargin[]): Margins {
  return ofThese(QUESTIONS.map(({ name }) => name), given);
}

function ofThese(names: readonly string[], given: readonly GivenMargin[]): Record<string, Margin> {
  const marginFor = marginsFor(given);
  return Object.fromEntries(names.flatMap((name) => {
    const margin = marginFor(name);
    return margin === undefined ? [] : [[name, margin]];
  }));
}

/** A margin that was given, of several for the same the last. */
export function marginsFor(given: readonly GivenMargin[]): (question: string) => Margin | undefined {
  const named = new Map(given.map(({ question, margin }) => [question, margin]));
  return (question) => named.get(question) ?? named.get(null);
}

/** The questions beside those of every runbook, and their margins. */
export interface FurtherQuestions {
  /** Declared by the runbook of the baseline. */
  readonly besides: readonly Besides[];
  /** Asked with --question, and not declared. */
  readonly names: readonly string[];
  /** Of those that are asked, where one was given. */
  readonly margins: Readonly<Record<string, Margin>>;
}

/**
 * @param baseline whose runbook declares
 * @throws Failure (usage) when a margin is given for a question that is neither declared nor asked
 */
export function furtherQuestions(
  baseline: ResultFile,
  { question = [], margin: given = [] }: Pick<ComparisonFlags, "question" | "margin">,
): FurtherQuestions {
  const besides = besidesOfRunbook(baseline, marginsFor(given));
  const declared = new Set<string>([...QUESTIONS, ...besides].map(({ name }) => name));
  const names = question.filter((name) => !declared.has(name));
  for (const { question } of given) {
    if (question === null || names.includes(question) || declared.has(question)) continue;
    throw new Failure(
      EXIT.usage,
      `--margin is for ${question}, which the runbook does not ask`,
      `ask it with --question ${question}`,
    );
  }
  return { besides, names, margins: ofThese(names, given) };
}

/** A file, the columns by which its runs may be grouped, and those that questions are about. */
export interface KeyedFile {
  readonly file: ResultFile;
  readonly columnOf: (name: KeyName) => DictionaryColumn;
  /** The values of what is asked besides the declared questions, by its name. */
  readonly asked: ReadonlyMap<string, Float64Array>;
  /** The files that it pools; one: itself. */
  readonly singles: readonly ResultFile[];
  /** Of its bytes, in hexadecimal; null: they are not those of the first file. */
  readonly sha256: string | null;
}

/** Compares each file after the first with the first; empty when there is only one. */
export function compareFiles(
  files: readonly KeyedFile[],
  { by, question = [], ...rest }: ComparisonFlags,
): Comparison[] {
  const [baseline] = files;
  if (baseline === undefined) return [];
  const { besides, names, margins } = furtherQuestions(baseline.file, { ...rest, question });
  const same = new Map(
    files.slice(1).flatMap(({ file, sha256 }): [ResultFile, string][] =>
      sha256 !== null && sha256 === baseline.sha256 ? [[file, sha256]] : []
    ),
  );
  const keyed = new Map(files.map((one) => [one.file, one]));
  const all = files.map(({ file }) => file);
  const comparisons = compareAll(all, {
    ...(same.size === 0 ? {} : { sameAsBaseline: same }),
    ...(by === undefined ? {} : { by, columnOf: (file, name) => keyed.get(file)!.columnOf(name) }),
    ...limitsOf(rest),
    besides,
  });
  const valuesOf = (file: ResultFile, name: string) => keyed.get(file)!.asked.get(name)!;
  const answered = names.length === 0
    ? comparisons
    : withAsked(comparisons, all, { names, margins, valuesOf });
  if (files.every(({ singles }) => singles.length === 1)) return answered;
  return answered.map((comparison, index) => {
    const [a, b] = [files[0]!, files[index + 1]!];
    return withFileWarnings(comparison, [a.file, b.file], [a.singles, b.singles]);
  });
}

/** What replaces the runbook's limits. */
export function limitsOf({ margin, alpha }: Omit<ComparisonFlags, "by">): CompareOptions {
  return {
    ...(margin === undefined ? {} : { margins: marginsOf(margin) }),
    ...(alpha === undefined ? {} : { alpha }),
  };
}
