/** Rows of counts. */
export type Table = readonly (readonly number[])[];

/** Sums of a table of counts. */
export interface Margins {
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  readonly n: number;
}

/**
 * Sums of a table that can be tested.
 *
 * @param what the test, for the message
 * @throws RangeError unless the table has at least 2 rows and 2 columns, all as long as the first, of
 *   integers >= 0
 */
export function marginsOf(what: string, table: Table): Margins {
  const width = table[0]?.length ?? 0;
  if (table.length < 2 || width < 2) {
    throw new RangeError(`${what}: the table is ${table.length} x ${width}, needs at least 2 x 2`);
  }
  for (const row of table) {
    if (row.length !== width || !row.every((count) => Number.isSafeInteger(count) && count >= 0)) {
      throw new RangeError(`${what}: row [${row}] must hold ${width} counts, integers of at least 0`);
    }
  }
  return sumsOf(table);
}

/** Sums of any table of numbers with rows of one length; nothing is checked. */
export function sumsOf(table: Table): Margins {
  const rows = table.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columns = table[0]!.map((_, j) => table.reduce((sum, row) => sum + row[j]!, 0));
  return { rows, columns, n: rows.reduce((sum, row) => sum + row, 0) };
}

/**
 * Like marginsOf, for a table without empty rows or columns.
 *
 * @throws RangeError also when a row or column is empty
 */
export function positiveMarginsOf(what: string, table: Table): Margins {
  const margins = marginsOf(what, table);
  if (margins.rows.includes(0) || margins.columns.includes(0)) {
    throw new RangeError(`${what}: a row or column of the table is empty, must be left out`);
  }
  return margins;
}
