/** `--where`: conditions that choose the runs of a file, and reading a file by them. */

import { didYouMean } from "../../analysis/did_you_mean.ts";
import { EXIT, Failure } from "../../analysis/failure.ts";
import { type Column, type ColumnName, EACH_COLUMN, VM_COLUMNS } from "../../analysis/result/columns.ts";
import type { ResultFile } from "../../analysis/result/file.ts";
import type { RowView, RowVisitor } from "../../analysis/result/row_view.ts";
import { subset } from "../../analysis/result/subset.ts";
import { parseDuration } from "../../analysis/units/duration.ts";
import { readAnyFile } from "../../runbook/files/result_in.ts";

/** Which runs are meant. */
export interface Where {
  /** As the user wrote it. */
  readonly text: string;
  keeps(row: RowView): boolean;
}

/** Columns that only VMs have: a condition on one is about no other side, and keeps all of its runs. */
const OF_VMS: ReadonlySet<string> = new Set(VM_COLUMNS.map(({ name }) => name));

type Operator = "=" | "!=" | "<" | ">";

const FORM = "write conditions such as 'load=idle and migrated=true', with =, !=, < or >";

/**
 * Conditions on columns, joined by `and`; a run meets all of them. A cell that was not observed meets none, but those that
 * say how a VM was placed and booted, which other sides have not. Times are numbers of ns or durations such as 50us.
 *
 * @throws Failure (usage) for another form, an unknown column, or a value that the column cannot have
 */
export function parseWhere(text: string): Where {
  const conditions = text.split(/\s+and(?:\s+|$)/i).map(conditionOf);
  return { text: text.trim(), keeps: (row) => conditions.every((meets) => meets(row)) };
}

function conditionOf(text: string): (row: RowView) => boolean {
  const [, word, operator, value] = /^\s*(\w+)\s*(!=|=|<|>)\s*(.*?)\s*$/s.exec(text) ?? [];
  if (word === undefined) throw new Failure(EXIT.usage, `"${text.trim()}" is not a condition`, FORM);
  const column = EACH_COLUMN.find(({ name }) => name === word.toLowerCase());
  if (column === undefined) {
    const names = EACH_COLUMN.map(({ name }) => name);
    const remedy = didYouMean(word, names) ?? "probe help columns has them all";
    throw new Failure(EXIT.usage, `"${word}" is not a column`, remedy);
  }
  return column.kind === "int"
    ? numeric(column, operator as Operator, numberOf(column, value!))
    : textual(column, operator as Operator, value!);
}

function numeric({ name }: Column, operator: Operator, wanted: bigint): (row: RowView) => boolean {
  return (row) => {
    const found = row.integer(name as ColumnName);
    if (found === null) return false;
    switch (operator) {
      case "=":
        return found === wanted;
      case "!=":
        return found !== wanted;
      case "<":
        return found < wanted;
      case ">":
        return found > wanted;
    }
  };
}

function numberOf({ name, unit }: Column, value: string): bigint {
  if (/^-?\d{1,19}$/.test(value)) return BigInt(value);
  if (unit === "ns" && /^-?[\d.]+[a-z]+$/.test(value)) {
    return value.startsWith("-") ? -BigInt(parseDuration(value.slice(1))) : BigInt(parseDuration(value));
  }
  const form = unit === "ns" ? "a duration, such as 50us, or a number of ns" : "a whole number";
  throw new Failure(EXIT.usage, `${name} is ${form}, not "${value}"`, FORM);
}

function textual(
  { name, kind, values }: Column,
  operator: Operator,
  value: string,
): (row: RowView) => boolean {
  if (operator === "<" || operator === ">") {
    throw new Failure(EXIT.usage, `${name} is not a number, and ${operator} compares numbers`, "use = or !=");
  }
  const words = kind === "bool" ? ["true", "false"] : values;
  if (words !== undefined && !words.includes(value)) {
    const remedy = didYouMean(value, words) ?? `use ${words.join(", ")}`;
    throw new Failure(EXIT.usage, `${name} is never "${value}"`, remedy);
  }
  const unobserved = OF_VMS.has(name);
  return (row) => {
    const found = row.text(name as ColumnName);
    return found === null ? unobserved : (found === value) === (operator === "=");
  };
}

/**
 * Reads a file, and keeps the runs that are meant.
 *
 * @param where null: all
 * @param visitor receives the rows that are kept
 * @param take receives the bytes as they are read
 * @throws Failure when the file cannot be read or is refused
 */
export async function readWhere(
  path: string,
  where: Where | null,
  visitor: RowVisitor | null = null,
  take?: (bytes: Uint8Array) => void,
): Promise<ResultFile> {
  if (where === null) return await readAnyFile(path, visitor, take);
  const kept: number[] = [];
  const file = await readAnyFile(path, (row) => {
    const isKept = where.keeps(row);
    kept.push(isKept ? 1 : 0);
    if (isKept) visitor?.(row);
  }, take);
  return subset(file, Uint8Array.from(kept), where.text);
}

/** What reading each gives, one after the other: each needs its memory, and standard input is one. */
export async function inTurn<From, To>(
  all: readonly From[],
  read: (one: From, index: number) => Promise<To>,
): Promise<To[]> {
  const results: To[] = [];
  for (const [index, one] of all.entries()) results.push(await read(one, index));
  return results;
}
