/** `probe show FILE...`: reads result files and describes each. Needs no privilege beyond reading them. */

import { requireOneInput } from "../runbook/machine/named_file.ts";
import type { KeyName } from "../analysis/sample/key_columns.ts";
import { EXIT, type ExitCode } from "../analysis/failure.ts";
import { showJson } from "../analysis/print/show/json.ts";
import { ShowColumns } from "../analysis/show/show.ts";
import { showTexts } from "../analysis/print/show/text.ts";
import { PLOTS_FROM } from "../analysis/print/layout/terminal.ts";
import { readSide, sideOf } from "./files/sides.ts";
import { inTurn, type Where } from "./files/where.ts";
import { betweenFiles } from "../analysis/pool/between_files.ts";

export interface ShowFlags {
  /** Columns whose values together make a stratum. */
  readonly by?: readonly KeyName[];
  /** Which runs are meant; default: all. */
  readonly where?: Where;
  /** Whether all files are described as one. */
  readonly pool?: boolean;
  readonly format: "text" | "json";
}

/**
 * @param columns width of the terminal that shows the text; null when it goes elsewhere
 * @param write receives the answer
 * @throws Failure when a file cannot be read or is refused; then nothing is written
 */
export async function showCommand(
  flags: ShowFlags,
  paths: readonly string[],
  columns: number | null,
  write: (text: string) => void,
): Promise<ExitCode> {
  requireOneInput(paths);
  const sides = flags.pool === true ? [sideOf(paths)] : paths.map((path) => sideOf([path]));
  const shows = await inTurn(sides, async (side) => {
    const collected = new ShowColumns(flags.by ?? null);
    const read = await readSide(side, flags.where ?? null, (row) => collected.visit(row));
    return collected.show(read.file, betweenFiles([read]));
  });
  const plots = columns !== null && columns >= PLOTS_FROM;
  write(flags.format === "json" ? showJson(shows) : showTexts(shows, plots));
  return EXIT.done;
}
