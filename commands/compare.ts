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
import type { ResultFile } from "../analysis/result/file.ts";
import { TEXT_NAMES } from "../analysis/result/row.ts";
import { PLOTS_FROM } from "../analysis/print/text_layout.ts";
import type { Verdict } from "../analysis/compare/verdict.ts";
import { readFile } from "../runbook/files/result_in.ts";

export interface CompareFlags {
  /** Columns whose values together make a stratum. */
  readonly by?: readonly ColumnName[];
  /** Margin of the question LEAD in ns, instead of the runbook's. */
  readonly margin?: number;
  /** Instead of the runbook's. */
  readonly alpha?: number;
  readonly format: keyof typeof FORMS;
  /** Verdicts of a question that end the program with the exit code of a gate. */
  readonly "fail-on"?: readonly Verdict[];
}

const FORMS = { text: compareText, json: compareJson, csv: compareCsv, markdown: compareMarkdown } as const;

/**
 * Each file but the first against the first.
 *
 * @throws Failure when a file cannot be read or is refused
 */
function compareFiles(flags: Omit<CompareFlags, "format">, paths: readonly string[]): Comparison[] {
  const { by, margin, alpha } = flags;
  const keys = new Map<ResultFile, KeyColumns>();
  const files = paths.map((path) => {
    const columns = new KeyColumns(by ?? []);
    const isKept = (by ?? []).every((name) => TEXT_NAMES.has(name));
    const file = readFile(path, isKept ? null : (row) => columns.visit(row));
    keys.set(file, columns);
    return file;
  });
  return compareAll(files, {
    ...(by === undefined ? {} : { by, columnOf: (file, name) => keys.get(file)!.column(file, name) }),
    ...(margin === undefined ? {} : { marginNs: margin }),
    ...(alpha === undefined ? {} : { alpha }),
  });
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
  const comparisons = compareFiles(flags, paths);
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
