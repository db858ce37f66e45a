/**
 * What may be asked besides the questions that a runbook declares: how long the way is from one stage of the chain to a
 * later one, and each column of durations.
 */

import { didYouMean } from "../did_you_mean.ts";
import { EXIT, Failure } from "../failure.ts";
import { QUESTIONS } from "../compare/questions.ts";
import { type ColumnName, EACH_COLUMN } from "../result/columns.ts";
import { NumberColumn } from "../result/column_store.ts";
import type { Stage } from "../result/meta.ts";
import type { RowView } from "../result/row_view.ts";
import { CHAIN_STAGES, type ChainStage } from "../show/chain.ts";

/** A question that a user may ask. */
export interface Askable {
  /** `edge_to_ttwu`, or the name of a column. */
  readonly name: string;
  readonly title: string;
  /** What hooks observe of it; if they differ, the sides were not measured in the same way. */
  readonly hooked: readonly Stage[];
  /** ns; NaN means "not observed". */
  valueIn(row: RowView): number;
}

/** Each stage in words, and the hooks that observe it; the edge is the trigger's. */
const STAGES: Readonly<Record<ChainStage, readonly [words: string, hooked: readonly Stage[]]>> = {
  edge: ["edge", []],
  ttwu: ["wakeup begun", ["ttwu"]],
  queued: ["target put on a wakelist", ["wakelist"]],
  pending: ["wakelist taken up", ["wakelist"]],
  activate: ["target activated", ["activate"]],
  wakeup: ["target runnable", ["wakeup"]],
  switch: ["target on its CPU", ["switch"]],
  tkread: ["first clock read", ["tkread"]],
};

function between(from: ChainStage, to: ChainStage): Askable {
  const [before, hookedBefore] = STAGES[from];
  const [after, hookedAfter] = STAGES[to];
  return {
    name: `${from}_to_${to}`,
    title: `${before} to ${after}`,
    hooked: [...new Set([...hookedBefore, ...hookedAfter])],
    valueIn: (row) => row.difference(`${to}_ns`, `${from}_ns`),
  };
}

function column(name: ColumnName, title: string): Askable {
  return { name, title, hooked: [], valueIn: (row) => row.number(name) };
}

/** Names under which the declared questions ask the same. */
const DECLARED = new Set<string>(QUESTIONS.flatMap(({ name, duration }) => [name, duration]));
/** The lead's own name does not tell its ends. */
const LEADS_ENDS = "edge_to_tkread";

/** All of them, in the order of the chain, then of the columns. */
export const ASKABLE: readonly Askable[] = [
  ...CHAIN_STAGES.flatMap((from, at) => CHAIN_STAGES.slice(at + 1).map((to) => between(from, to)))
    .filter(({ name }) => !DECLARED.has(name) && name !== LEADS_ENDS),
  // Only a difference may be negative; other columns in ns are instants.
  ...EACH_COLUMN.filter(({ name, unit, range }) =>
    unit === "ns" && (range?.[0] ?? 0) < 0 && !DECLARED.has(name)
  )
    .map(({ name, doc }) => column(name, doc)),
];

/** All names that --question takes, those of the declared questions first. */
export const QUESTION_NAMES: readonly string[] = [...QUESTIONS, ...ASKABLE].map(({ name }) => name);

/**
 * @param word as a user wrote it; also as `probe show` prints a link, `edge -> ttwu`
 * @returns the name of a question
 * @throws Failure (usage) when there is none of that name
 */
export function parseQuestion(word: string): string {
  const wanted = word.trim().toLowerCase().replace(/\s*->\s*/, "_to_");
  if (QUESTION_NAMES.includes(wanted)) return wanted;
  const same = QUESTIONS.find(({ name, role, duration }) =>
    duration === wanted || `${name}_ns` === wanted || (role === "lead" && wanted === LEADS_ENDS)
  );
  if (same !== undefined) return same.name;
  throw new Failure(
    EXIT.usage,
    `"${word}" is not a question`,
    didYouMean(wanted, [...QUESTION_NAMES, LEADS_ENDS]) ?? "probe help questions has them all",
  );
}

/** The values of questions, collected row by row as a visitor of the reader. */
export class AskedColumns {
  readonly #columns: readonly (readonly [Askable, NumberColumn])[];

  /** @param names of questions; those that a runbook declares are left to the reader */
  constructor(names: readonly string[]) {
    this.#columns = ASKABLE.filter(({ name }) => names.includes(name))
      .map((askable) => [askable, new NumberColumn()]);
  }

  visit(row: RowView): void {
    for (const [askable, column] of this.#columns) column.push(askable.valueIn(row));
  }

  /** ns, row by row; NaN means "not observed". */
  values(): ReadonlyMap<string, Float64Array> {
    return new Map(this.#columns.map(([{ name }, column]) => [name, column.values()]));
  }
}
