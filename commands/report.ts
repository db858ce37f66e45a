/** `probe report FILE...` and `probe compare --format html`: files as one self-contained page. */

import { AskedColumns } from "../analysis/asked/askable.ts";
import type { Comparison } from "../analysis/compare/comparison.ts";
import { EXIT, type ExitCode } from "../analysis/failure.ts";
import type { RowView } from "../analysis/result/row_view.ts";
import type { ReportFile } from "../analysis/report/sections/facts.ts";
import { reportPage } from "../analysis/report/page.ts";
import { betweenFiles } from "../analysis/pool/between_files.ts";
import { ShowColumns } from "../analysis/show/show.ts";
import { spelledMargin } from "../analysis/units/margin.ts";
import { compareFiles, type ComparisonFlags, type KeyedFile } from "./compared_files.ts";
import project from "../deno.json" with { type: "json" };
import { readSide, refuseShared, type SideFlags, type SidePaths, sidesOf } from "./files/sides.ts";
import { inTurn } from "./files/where.ts";
import { writeDerivedFile } from "../runbook/files/derived_file.ts";
import { isStandardOutput } from "../runbook/files/output_file.ts";

export interface ReportFlags extends ComparisonFlags, SideFlags {
  /** `-` is standard output. */
  readonly out: string;
  /** Whether a file of that path is replaced; default: no. */
  readonly force?: boolean;
}

/**
 * Writes the page.
 *
 * @param write receives the page's path, for the user, or the page itself
 * @throws Failure when a file cannot be read or is refused, or the page cannot be written
 */
export async function reportCommand(
  flags: ReportFlags,
  paths: readonly string[],
  write: (text: string) => void,
): Promise<ExitCode> {
  const { page } = await pageOf(flags, sidesOf(paths, flags, 1));
  if (isStandardOutput(flags.out)) {
    write(page);
    return EXIT.done;
  }
  await writeDerivedFile(
    flags.out,
    flags.force ?? false,
    (writeBytes) => writeBytes(new TextEncoder().encode(page)),
  );
  write(`${flags.out}\n`);
  return EXIT.done;
}

/**
 * The page of one file, or of the comparisons of each further file with the first.
 *
 * @throws Failure when a file cannot be read or is refused
 */
export async function pageOf(
  flags: ComparisonFlags & SideFlags,
  sides: readonly SidePaths[],
): Promise<{ readonly page: string; readonly comparisons: readonly Comparison[] }> {
  // Imported here so that no other command pays for it.
  const { createHash } = await import("node:crypto");
  const files = await inTurn(sides, async (side): Promise<ReportFile & KeyedFile> => {
    const hash = createHash("sha256");
    let bytes = 0;
    const collected = new ShowColumns(flags.by ?? null);
    const asked = new AskedColumns(flags.question ?? []);
    const visit = (row: RowView) => {
      collected.visit(row);
      asked.visit(row);
    };
    const { file, singles } = await readSide(side, flags.where ?? null, visit, (chunk) => {
      hash.update(chunk);
      bytes += chunk.length;
    });
    return {
      file,
      singles,
      show: collected.show(file, betweenFiles([{ file, singles }])),
      links: collected.links(),
      columnOf: collected.columnOf(file),
      asked: asked.values(),
      sha256: hash.digest("hex"),
      bytes,
    };
  });
  const comparisons = compareFiles(files, flags);
  refuseShared(files);
  const command = commandOf(flags, sides);
  return { page: reportPage({ version: project.version, command, files, comparisons }), comparisons };
}

/** The command that produces the same page, quoted for a shell. */
function commandOf(
  { a, b, by, where, question, margin, alpha }: ComparisonFlags & SideFlags,
  sides: readonly SidePaths[],
): string {
  const words = [
    "probe",
    "report",
    ...(by === undefined ? [] : ["--by", by.join(",")]),
    ...(where === undefined ? [] : ["--where", where.text]),
    ...(question ?? []).flatMap((name) => ["--question", name]),
    ...(margin ?? []).flatMap(({ question, margin }) => [
      "--margin",
      `${question === null ? "" : `${question}=`}${spelledMargin(margin).replace(" ", "")}`,
    ]),
    ...(alpha === undefined ? [] : ["--alpha", String(alpha)]),
    ...a === undefined && b === undefined ? sides.flatMap(({ paths }) => paths) : [
      ...(a ?? []).flatMap((pattern) => ["--a", pattern]),
      ...(b ?? []).flatMap((pattern) => ["--b", pattern]),
    ],
  ];
  return words.map((word) => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
    .join(" ");
}
