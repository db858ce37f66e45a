/**
 * The one table of columns of a result file, version 1. Everything derives from it: header, order, what a row
 * takes from the kernel's record, reading, checking, writing, the keys of --by, the documented table and the
 * types of all users. A later version may only add columns at the end.
 *
 * An empty cell means "not observed". It is never written as 0 and never guessed.
 */

import { CAUSE_COLUMNS, EDGE_CAUSE_COLUMNS } from "./columns/causes.ts";
import { CHAIN_COLUMNS } from "./columns/chain.ts";
import type { Column } from "./columns/column.ts";
import { FURTHER_HOST_COLUMNS, HOST_COLUMNS } from "./columns/host.ts";
import { READ_COLUMNS } from "./columns/reads.ts";
import { VM_COLUMNS } from "./columns/vm.ts";

export {
  type Column,
  type ColumnKind,
  type KernelContext,
  type Path,
  STAGES,
  type Status,
  STATUSES,
  type Unit,
} from "./columns/column.ts";

export { type Placement, PLACEMENTS, VM_COLUMNS } from "./columns/vm.ts";

export { EDGE_PARTS, type EdgePartName, type Part, type PartName, PARTS } from "./columns/parts.ts";

export const COLUMNS = [
  ...CHAIN_COLUMNS,
  ...CAUSE_COLUMNS,
  ...HOST_COLUMNS,
  ...EDGE_CAUSE_COLUMNS,
  ...FURTHER_HOST_COLUMNS,
  ...VM_COLUMNS,
  ...READ_COLUMNS,
] as const satisfies readonly Column[];

/**
 * The columns that a file with so many must have. A file of an older program ends before those that were added since:
 * they were not observed.
 */
export function columnsOf(width: number): readonly Column[] {
  return COLUMNS.slice(0, Math.max(CHAIN_COLUMNS.length, width));
}

export type ColumnName = (typeof COLUMNS)[number]["name"];

/** COLUMNS again, each with the general type of a column. */
export const EACH_COLUMN: readonly (Column & { readonly name: ColumnName })[] = COLUMNS;

/** Position of each column in a row, from 0. */
export const COLUMN_AT = Object.fromEntries(COLUMNS.map(({ name }, index) => [name, index])) as Readonly<
  Record<ColumnName, number>
>;

type CellOf<C extends Column> = C["kind"] extends "int" ? number | bigint | null
  : C["kind"] extends "bool" ? boolean | null
  : C extends { values: readonly (infer V)[] } ? V | null
  : string | null;

/** One run as it goes into the file; `null` means "not observed". Every column must be given. */
export type Row = { readonly [C in (typeof COLUMNS)[number] as C["name"]]: CellOf<C> };
