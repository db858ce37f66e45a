/** `probe history`: series of one protocol over time. */

import { EXIT, type ExitCode, Failure } from "../../analysis/failure.ts";
import { type History, historyOf } from "../../analysis/history/history.ts";
import { type HistorySeries, historySeries } from "../../analysis/history/series.ts";
import { historyJson } from "../../analysis/print/history/json.ts";
import { historyText } from "../../analysis/print/history/text.ts";
import { tellHistory } from "../../analysis/print/history/told.ts";
import type { Stranger } from "../../analysis/print/model.ts";
import { baseName } from "../../analysis/sample/key_columns.ts";
import project from "../../deno.json" with { type: "json" };
import { readAnyFile } from "../../runbook/files/result_in.ts";
import { requireOneInput, whyUnreadable } from "../../runbook/machine/named_file.ts";

export interface HistoryFlags {
  readonly format: "text" | "json" | "html";
}

/**
 * @param paths files, which must be result files, and folders, of which what is none is passed over
 * @param write receives the history
 * @throws Failure when a file that was named cannot be read or is refused, or there is no series
 */
export async function historyCommand(
  { format }: HistoryFlags,
  paths: readonly string[],
  write: (text: string) => void,
): Promise<ExitCode> {
  if (paths.length === 0) {
    throw new Failure(EXIT.usage, "no file is given", "name result files, or a folder with them");
  }
  requireOneInput(paths);
  const series: HistorySeries[] = [];
  const unread: Stranger[] = [];
  for (const path of paths) {
    const inFolder = filesIn(path);
    if (inFolder === null) series.push(await readSeries(path));
    else await readFolder(inFolder, series, unread);
  }
  const named = withNames(series);
  if (named.length === 0) {
    throw new Failure(EXIT.failed, `${paths[0]} has no result file`, "give a folder of files of `probe run`");
  }
  const history = historyOf(named);
  write(await textIn(format, history, unread));
  return EXIT.done;
}

async function textIn(
  format: HistoryFlags["format"],
  history: History,
  unread: readonly Stranger[],
): Promise<string> {
  if (format === "json") return historyJson(history, unread);
  if (format === "text") return historyText(tellHistory(history, unread));
  // Imported here so that only this format pays for the page.
  const { historyPage } = await import("../../analysis/report/history/page.ts");
  return historyPage({ version: project.version, history, unread });
}

/** The files of a folder, by name; null: it is no folder. */
function filesIn(path: string): string[] | null {
  try {
    if (!Deno.statSync(path).isDirectory) return null;
    const folder = path.replace(/(?<=.)\/+$/, "");
    return [...Deno.readDirSync(path)].filter(({ isDirectory }) => !isDirectory)
      .map(({ name }) => `${folder}/${name}`).sort();
  } catch (cause) {
    // What is no folder says so when it is read.
    if (cause instanceof Deno.errors.NotFound || cause instanceof Deno.errors.NotCapable) return null;
    const found = `cannot read ${path}: ${whyUnreadable(cause)}`;
    throw new Failure(EXIT.failed, found, "make it readable for this user", { cause });
  }
}

async function readFolder(paths: readonly string[], series: HistorySeries[], unread: Stranger[]) {
  for (const path of paths) {
    try {
      series.push(await readSeries(path));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      unread.push({ file: path, reason: error.found.replace(`${path} `, "").replace(`${path}: `, "") });
    }
  }
}

async function readSeries(path: string): Promise<HistorySeries> {
  let first: number | null = null;
  const file = await readAnyFile(path, (row) => {
    if (first === null && row.has("ttwu_ns")) first = row.number("ttwu_ns");
  });
  return historySeries(file, first);
}

/** Names without folders, where no two are the same. */
function withNames(series: readonly HistorySeries[]): readonly HistorySeries[] {
  const short = series.map(({ file }) => baseName(file));
  if (new Set(short).size < short.length) return series;
  return series.map((one, index) => ({ ...one, file: short[index]! }));
}
