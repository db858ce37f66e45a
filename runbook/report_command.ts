/** `probe report FILE...` and `probe compare --format html`: one or two files as a page that stands for itself. */

import { compare } from "../analysis/compare.ts";
import { EXIT, type ExitCode, Failure } from "../analysis/failure.ts";
import type { ReportFile } from "../analysis/report/facts.ts";
import { reportPage } from "../analysis/report/page.ts";
import { ShowColumns } from "../analysis/show.ts";
import project from "../deno.json" with { type: "json" };
import { readFile } from "./result_in.ts";
import { createOutputFile, type OutputFile } from "./result_out.ts";

export interface PageFlags {
  /** Margin of the offset in ns, instead of the runbook's. */
  readonly margin?: number;
  /** Instead of the runbook's. */
  readonly alpha?: number;
}

export interface ReportFlags extends PageFlags {
  /** A path that does not exist yet. */
  readonly out: string;
}

/**
 * Writes the page.
 *
 * @param write takes the path, for whoever calls
 * @throws Failure when a file cannot be read or is refused, or the page cannot be written
 */
export async function reportCommand(
  flags: ReportFlags,
  paths: readonly string[],
  write: (text: string) => void,
): Promise<ExitCode> {
  const page = await pageOf(flags, paths);
  const file = createOutputFile(flags.out);
  try {
    writePage(file, flags.out, page);
  } finally {
    file.close();
  }
  write(`${flags.out}\n`);
  return EXIT.done;
}

/**
 * The page of one file, or of a second one against the first.
 *
 * @throws Failure when a file cannot be read or is refused
 */
export async function pageOf(flags: PageFlags, paths: readonly string[]): Promise<string> {
  // Loaded here: no other command pays for it.
  const { createHash } = await import("node:crypto");
  const files = paths.map((path): ReportFile => {
    const hash = createHash("sha256");
    let bytes = 0;
    const collected = new ShowColumns(null);
    const take = (chunk: Uint8Array) => {
      hash.update(chunk);
      bytes += chunk.length;
    };
    const file = readFile(path, (row) => collected.visit(row), take);
    return { file, show: collected.show(file), links: collected.links(), sha256: hash.digest("hex"), bytes };
  });
  const [a, b] = files;
  const comparison = a === undefined || b === undefined ? null : compare(a.file, b.file, {
    ...(flags.margin === undefined ? {} : { marginNs: flags.margin }),
    ...(flags.alpha === undefined ? {} : { alpha: flags.alpha }),
  });
  return reportPage({ version: project.version, command: commandOf(flags, paths), files, comparison });
}

/** The command that gives the same page, as a shell takes it. */
function commandOf({ margin, alpha }: PageFlags, paths: readonly string[]): string {
  const words = [
    "probe",
    "report",
    ...(margin === undefined ? [] : ["--margin", `${margin}ns`]),
    ...(alpha === undefined ? [] : ["--alpha", String(alpha)]),
    ...paths,
  ];
  return words.map((word) => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
    .join(" ");
}

/** @throws Failure when the disk does not take it; then the path is free again */
function writePage(file: OutputFile, path: string, page: string): void {
  const bytes = new TextEncoder().encode(page);
  try {
    for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
    file.syncDataSync();
  } catch (error) {
    Deno.removeSync(path);
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(
      EXIT.failed,
      `cannot write ${path}: ${reason}`,
      "make room or choose another path with --out",
      { cause: error },
    );
  }
}
