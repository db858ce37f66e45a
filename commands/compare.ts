/** `probe compare A B...`: reads the files, compares, prints. Needs no privilege beyond reading the files. */

import { AskedColumns } from "../analysis/asked/askable.ts";
import { compareCsv } from "../analysis/print/compare/csv.ts";
import { compareJson } from "../analysis/print/compare/json.ts";
import { compareMarkdown } from "../analysis/print/compare/markdown.ts";
import { compareBrief, compareText } from "../analysis/print/compare/text.ts";
import { answersOf, type Comparison } from "../analysis/compare/comparison.ts";
import { EXIT, type ExitCode } from "../analysis/failure.ts";
import { FILE_KEY, KeyColumns } from "../analysis/sample/key_columns.ts";
import { TEXT_NAMES } from "../analysis/result/row.ts";
import type { RowView } from "../analysis/result/row_view.ts";
import type { Said } from "../analysis/print/model.ts";
import { lineWidth, PLOTS_FROM } from "../analysis/print/layout/terminal.ts";
import type { Verdict } from "../analysis/compare/verdict.ts";
import { SecondReader } from "./second_reader.ts";
import { readSide, refuseShared, type SideFlags, type SidePaths, sidesOf } from "./files/sides.ts";
import { inTurn } from "./files/where.ts";
import { compareFiles, type ComparisonFlags, type KeyedFile, limitsOf } from "./compared_files.ts";

export interface CompareFlags extends ComparisonFlags, SideFlags {
  /** `html` is the page of `probe report`. */
  readonly format: keyof typeof FORMS | "text" | "html";
  /** Text with everything, not the first screen alone. */
  readonly details: boolean;
  /** Verdicts that, when a question has one of them, end the program with the exit code of a gate. */
  readonly "fail-on"?: readonly Verdict[];
}

const FORMS = { json: compareJson, csv: compareCsv, markdown: compareMarkdown } as const;

/**
 * @param second the thread that may read the file instead
 * @param index of the side
 * @throws Failure when the file cannot be read or is refused
 */
async function readKeyed(
  side: SidePaths,
  { by: keys = [], where, question: names = [] }: ComparisonFlags,
  sha256: string | null,
  second: SecondReader | null,
  index: number,
): Promise<KeyedFile> {
  const columns = new KeyColumns(keys);
  const asked = new AskedColumns(names);
  const visit = (row: RowView) => {
    columns.visit(row);
    asked.visit(row);
  };
  const visitor = needsRows({ by: keys, question: names }) ? visit : null;
  const { file, singles } = await readBeside(second, index, () => readSide(side, where ?? null, visitor));
  return { file, singles, columnOf: (name) => columns.column(file, name), asked: asked.values(), sha256 };
}

async function readBeside(
  second: SecondReader | null,
  index: number,
  read: () => ReturnType<typeof readSide>,
): ReturnType<typeof readSide> {
  if (second === null) return await read();
  const there = await second.file(index);
  if (there === null && index > 0) return await read();
  const file = there ?? second.give((await read()).file);
  return { file, singles: [file] };
}

/** Whether more is asked of the rows than a ResultFile keeps. */
function needsRows({ by = [], question = [] }: ComparisonFlags): boolean {
  return question.length > 0 || !by.every((name) => name === FILE_KEY || TEXT_NAMES.has(name));
}

/** SHA-256 of the files as long as the first one; only they can be the same. Null for all others, and for several files. */
async function hashesOf(sides: readonly SidePaths[]): Promise<(string | null)[]> {
  const paths = sides.map(({ paths }) => paths.length === 1 ? paths[0]! : null);
  const sizes = paths.map((path) => path === null ? null : sizeOf(path));
  const isLikely = sizes.map((size) => size !== null && size === sizes[0]);
  if (isLikely.filter(Boolean).length < 2) return paths.map(() => null);
  const { createHash } = await import("node:crypto");
  return await Promise.all(paths.map(async (path, index) => {
    if (path === null || !isLikely[index]) return null;
    const hash = createHash("sha256");
    for await (const chunk of (await Deno.open(path)).readable) hash.update(chunk);
    return hash.digest("hex");
  }));
}

/** In bytes; null when it is no file on a disk, or not there: reading it will say so. */
function sizeOf(path: string): number | null {
  try {
    const { isFile, size } = Deno.statSync(path);
    return isFile ? size : null;
  } catch {
    return null;
  }
}

/**
 * @param paths of the sides, the baseline first, unless --a and --b name them
 * @param write receives the report
 * @param say receives what a gate has found
 * @param columns width of the terminal that shows the report; null when it goes elsewhere
 * @param program module with which this program begins; null: no other thread may read files
 * @returns the exit code of a gate when --fail-on names the verdict of a question
 * @throws Failure when a file cannot be read or is refused
 */
export async function compareCommand(
  flags: CompareFlags,
  paths: readonly string[],
  write: (text: string) => void,
  say: (text: string) => void,
  columns: number | null,
  program: string | null = null,
): Promise<ExitCode> {
  const { text, comparisons } = await answerOf(flags, paths, columns, program);
  write(text);
  return gate(comparisons, flags["fail-on"], say);
}

interface Answer {
  readonly text: string;
  readonly comparisons: readonly Comparison[];
}

async function answerOf(
  flags: CompareFlags,
  paths: readonly string[],
  columns: number | null,
  program: string | null,
): Promise<Answer> {
  if (flags.format === "html") {
    // Imported here so that only this format pays for the page.
    const { pageOf } = await import("./report.ts");
    const { page, comparisons } = await pageOf(flags, sidesOf(paths, flags, 2));
    return { text: page, comparisons };
  }
  const sides = sidesOf(paths, flags, 2);
  const hashes = await hashesOf(sides);
  const isPlain = flags.where === undefined && !needsRows(flags) &&
    sides.every(({ paths }) => paths.length === 1);
  using second = program === null || !isPlain
    ? null
    : SecondReader.of(program, sides.map(({ paths }) => paths[0]!), isBrief(flags) ? limitsOf(flags) : null);
  const files = await inTurn(
    sides,
    (side, index) => readKeyed(side, flags, hashes[index]!, second, index),
  );
  refuseShared(files);
  const comparisons = compareFiles(files, flags);
  // Both threads were at work until here.
  const keys = await second?.keys() ?? null;
  return { text: textIn(flags, comparisons, columns, keys), comparisons };
}

/** Whether the first screen alone is shown. */
function isBrief({ format, details }: CompareFlags): boolean {
  return format === "text" && !details;
}

/** @param keys what the first screen says of keys, if that is known already */
function textIn(
  { format, details }: CompareFlags,
  comparisons: readonly Comparison[],
  columns: number | null,
  keys: readonly Said[] | null,
): string {
  if (format === "html") throw new RangeError("the page is no text of comparisons alone");
  if (format !== "text") return FORMS[format](comparisons);
  return details
    ? compareText(comparisons, columns !== null && columns >= PLOTS_FROM)
    : compareBrief(comparisons, lineWidth(columns), keys);
}

/** Says which questions have one of the verdicts. Strata are only explored, so they do not fail a gate. */
function gate(
  comparisons: readonly Comparison[],
  verdicts: readonly Verdict[] | undefined,
  say: (text: string) => void,
): ExitCode {
  if (verdicts === undefined) return EXIT.done;
  const hits = comparisons.flatMap((comparison) =>
    answersOf(comparison).filter(({ answer }) => verdicts.includes(answer.verdict))
      .map(({ name, answer }) => `${name} is ${answer.verdict} (${comparison.sides[1].file})`)
  );
  if (hits.length === 0) return EXIT.done;
  say(`probe: --fail-on: ${hits.join(", ")}\n`);
  return EXIT.gate;
}
