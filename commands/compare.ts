/** `probe compare A B...`: opens and reads the files, compares, prints. Needs no privilege but to read them. */

import type { ColumnName } from "../analysis/result/columns.ts";
import { compareAll } from "../analysis/compare/compare.ts";
import { compareCsv } from "../analysis/print/compare_csv.ts";
import { compareJson } from "../analysis/print/compare_json.ts";
import { compareMarkdown } from "../analysis/print/compare_markdown.ts";
import { compareText } from "../analysis/print/compare_text.ts";
import type { Comparison } from "../analysis/compare/comparison.ts";
import { QUESTIONS } from "../analysis/compare/questions.ts";
import { EXIT, type ExitCode } from "../analysis/failure.ts";
import { KeyColumns } from "../analysis/sample/key_columns.ts";
import type { DictionaryColumn } from "../analysis/result/column_store.ts";
import type { ResultFile } from "../analysis/result/file.ts";
import { TEXT_NAMES } from "../analysis/result/row.ts";
import { PLOTS_FROM } from "../analysis/print/text_layout.ts";
import type { Verdict } from "../analysis/compare/verdict.ts";
import { readFile } from "../runbook/files/result_in.ts";

/** How files are compared, whatever is made of it. */
export interface ComparisonFlags {
  /** Columns whose values together make a stratum. */
  readonly by?: readonly ColumnName[];
  /** Margin of the question LEAD in ns, instead of the runbook's. */
  readonly margin?: number;
  /** Instead of the runbook's. */
  readonly alpha?: number;
}

export interface CompareFlags extends ComparisonFlags {
  readonly format: keyof typeof FORMS;
  /** Verdicts of a question that end the program with the exit code of a gate. */
  readonly "fail-on"?: readonly Verdict[];
}

const FORMS = { text: compareText, json: compareJson, csv: compareCsv, markdown: compareMarkdown } as const;

/** A file and the columns that its runs may be grouped by. */
export interface KeyedFile {
  readonly file: ResultFile;
  readonly columnOf: (name: ColumnName) => DictionaryColumn;
}

/** Each file but the first against the first; nothing when there is one only. */
export function compareFiles(
  files: readonly KeyedFile[],
  { by, margin, alpha }: ComparisonFlags,
): Comparison[] {
  const columns = new Map(files.map(({ file, columnOf }) => [file, columnOf]));
  return compareAll(files.map(({ file }) => file), {
    ...(by === undefined ? {} : { by, columnOf: (file, name) => columns.get(file)!(name) }),
    ...(margin === undefined ? {} : { marginNs: margin }),
    ...(alpha === undefined ? {} : { alpha }),
  });
}

/** @throws Failure when the file cannot be read or is refused */
function readKeyed(path: string, keys: readonly ColumnName[]): KeyedFile {
  const columns = new KeyColumns(keys);
  const isKept = keys.every((name) => TEXT_NAMES.has(name));
  const file = readFile(path, isKept ? null : (row) => columns.visit(row));
  return { file, columnOf: (name) => columns.column(file, name) };
}

/**
 * @param paths at least two, the baseline first
 * @param write takes the report
 * @param say takes what a gate has found
 * @param columns width of the terminal that reads the report; null when none does
 * @returns the exit code of a gate when --fail-on names the verdict of a question
 * @throws Failure when a file cannot be read or is refused
 */
export function compareCommand(
  flags: CompareFlags,
  paths: readonly string[],
  write: (text: string) => void,
  say: (text: string) => void,
  columns: number | null,
): ExitCode {
  const comparisons = compareFiles(paths.map((path) => readKeyed(path, flags.by ?? [])), flags);
  write(FORMS[flags.format](comparisons, columns !== null && columns >= PLOTS_FROM));
  return gate(comparisons, flags["fail-on"], say);
}

/** Says which questions have one of the verdicts; strata are explored and stop nobody. */
export function gate(
  comparisons: readonly Comparison[],
  verdicts: readonly Verdict[] | undefined,
  say: (text: string) => void,
): ExitCode {
  if (verdicts === undefined) return EXIT.done;
  const hits = comparisons.flatMap((comparison) =>
    QUESTIONS.filter(({ name }) => verdicts.includes(comparison[name].verdict))
      .map(({ name }) => `${name} is ${comparison[name].verdict} (${comparison.sides[1].file})`)
  );
  if (hits.length === 0) return EXIT.done;
  say(`probe: --fail-on: ${hits.join(", ")}\n`);
  return EXIT.gate;
}
