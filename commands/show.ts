/** `probe show FILE`: reads and describes one result file. Needs no privilege beyond reading it. */

import type { ColumnName } from "../analysis/result/columns.ts";
import { EXIT, type ExitCode } from "../analysis/failure.ts";
import { showJson } from "../analysis/print/show/json.ts";
import { ShowColumns } from "../analysis/show/show.ts";
import { showText } from "../analysis/print/show/text.ts";
import { PLOTS_FROM } from "../analysis/print/layout/terminal.ts";
import { readWhere, type Where } from "./where.ts";

export interface ShowFlags {
  /** Columns whose values together make a stratum. */
  readonly by?: readonly ColumnName[];
  /** Which runs are meant; default: all. */
  readonly where?: Where;
  readonly format: "text" | "json";
}

/**
 * @param columns width of the terminal that shows the text; null when it goes elsewhere
 * @param write receives the answer
 * @throws Failure when the file cannot be read or is refused
 */
export async function showCommand(
  flags: ShowFlags,
  path: string,
  columns: number | null,
  write: (text: string) => void,
): Promise<ExitCode> {
  const collected = new ShowColumns(flags.by ?? null);
  const file = await readWhere(path, flags.where ?? null, (row) => collected.visit(row));
  const show = collected.show(file);
  write(flags.format === "json" ? showJson(show) : showText(show, columns !== null && columns >= PLOTS_FROM));
  return EXIT.done;
}
