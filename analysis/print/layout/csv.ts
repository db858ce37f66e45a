/** Rows of data as CSV: a header, then one line per row; a cell is empty when its value is not known. */

import { quoteText } from "../../result/write.ts";

type Cell = string | number | boolean | null;

/** The cells of a row with their column names, which are the same for all rows. */
export type Line = readonly (readonly [column: string, cell: Cell])[];

/**
 * @param lines at least one
 * @throws RangeError for NaN or Infinity: a bug in the analysis, not bad input
 */
export function csvText(lines: readonly Line[]): string {
  const columns = lines[0]!.map(([column]) => column);
  return [columns, ...lines.map((line) => line.map(([, cell]) => spelled(cell)))]
    .map((cells) => `${cells.join(",")}\n`).join("");
}

function spelled(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell !== "number") return quoteText(String(cell));
  if (!Number.isFinite(cell)) throw new RangeError(`a cell is ${cell}, must be finite`);
  return String(cell === 0 ? 0 : cell);
}
