/** Cross tables of two columns, and of a column and the side. */

import { pValue } from "./compare_sample.ts";
import type { CrossTable, Pair } from "./comparison.ts";
import type { ResultFile } from "./result_file.ts";
import type { TextName } from "./result_row.ts";
import { association } from "./stats/contingency.ts";

/** Counts by row value, then column value. */
type Counts = Map<string, Map<string, number>>;

/**
 * Two columns against each other, both files together.
 *
 * @param confounded why the table is for information only, or null
 */
export function crossColumns(
  files: Pair<ResultFile>,
  rows: TextName,
  columns: TextName,
  confounded: string | null,
): CrossTable {
  const counts: Counts = new Map();
  for (const file of files) {
    const [rowNames, columnNames] = [file.texts[rows].values, file.texts[columns].values];
    const [rowCodes, columnCodes] = [file.texts[rows].codes(), file.texts[columns].codes()];
    const cells = new Map<number, number>();
    for (let i = 0; i < rowCodes.length; i++) {
      const cell = rowCodes[i]! * columnNames.length + columnCodes[i]!;
      cells.set(cell, (cells.get(cell) ?? 0) + 1);
    }
    for (const [cell, count] of cells) {
      const row = rowNames[Math.floor(cell / columnNames.length)]!;
      const column = columnNames[cell % columnNames.length]!;
      if (row !== null && column !== null) add(counts, row, column, count);
    }
  }
  return tested(rows, columns, counts, confounded);
}

/** A column against the side: does it take its values equally often in both files? */
export function crossSides(files: Pair<ResultFile>, rows: TextName, confounded: string | null): CrossTable {
  const counts: Counts = new Map();
  for (const [index, file] of files.entries()) {
    const names = file.texts[rows].values;
    const perCode = new Float64Array(names.length);
    for (const code of file.texts[rows].codes()) perCode[code]!++;
    for (const [code, name] of names.entries()) {
      if (name !== null && perCode[code]! > 0) add(counts, name, index === 0 ? "A" : "B", perCode[code]!);
    }
  }
  return tested(rows, "side", counts, confounded);
}

function add(counts: Counts, row: string, column: string, count: number): void {
  const line = counts.get(row) ?? new Map<string, number>();
  counts.set(row, line);
  line.set(column, (line.get(column) ?? 0) + count);
}

function tested(rows: string, columns: string, counts: Counts, confounded: string | null): CrossTable {
  const sumOf = (line: Map<string, number>) => [...line.values()].reduce((sum, count) => sum + count, 0);
  const row_values = [...counts.keys()].sort((x, y) =>
    sumOf(counts.get(y)!) - sumOf(counts.get(x)!) || (x < y ? -1 : 1)
  );
  const column_values = [...new Set([...counts.values()].flatMap((line) => [...line.keys()]))].sort();
  const table = row_values.map((row) => column_values.map((column) => counts.get(row)!.get(column) ?? 0));
  const n = table.flat().reduce((sum, count) => sum + count, 0);
  const shape = { rows, columns, row_values, column_values, counts: table, n, confounded };
  if (row_values.length < 2 || column_values.length < 2) {
    return { ...shape, cramers_v: null, p: null, p_capped: false, method: null };
  }
  const result = association(table);
  const { p, p_capped } = pValue(result.p);
  return {
    ...shape,
    cramers_v: result.cramersV,
    p,
    p_capped: p_capped || (result.pFloor !== null && p <= result.pFloor),
    method: result.method,
  };
}
