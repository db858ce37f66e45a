/** Names of columns, of their values and of the links of the chain. */

import type { LinkColumn } from "../show/chain.ts";

const NAMES: Readonly<Record<string, string>> = { ttwu_stack: "stack cluster", tkread_stack: "read stack" };
const SHORT_KEY = 8;
const NAMED_FRAMES = 3;
const LONGEST = 60;

/** Frames of stacks by their keys, innermost first. */
export type Stacks = Readonly<Record<string, readonly string[]>>;

export function keyName(columns: readonly string[]): string {
  return columns.map((column) => NAMES[column] ?? column).join(", ");
}

/**
 * The values of the columns that make a stratum. A stack that stands alone is named by its first frames.
 *
 * @param values null: not observed
 */
export function stratumName(
  columns: readonly string[],
  values: readonly (string | null)[],
  stacks: Stacks,
): string {
  return values.map((value, index) => {
    if (value === null) return "not observed";
    if (columns[index] === "order") return shortOrder(value);
    if (!columns[index]!.endsWith("_stack")) return cut(value);
    return values.length > 1 ? value.slice(0, SHORT_KEY) : stackName(value, stacks);
  }).join(", ");
}

/** Where the first two letters would not tell. */
const IN_SHORT: Readonly<Record<string, string>> = { rq_clock: "cl", rq_unlock: "un", tkread: "re" };

/** An order of locks, clocks and stages, each by two letters: orders differ in their middle, so none may be cut. */
function shortOrder(order: string): string {
  return cut(order.split("<").map((name) => IN_SHORT[name] ?? name.slice(0, 2)).join("<"));
}

/** Every wakeup begins in try_to_wake_up, so only the frames after it distinguish stacks. */
function stackName(key: string, stacks: Stacks): string {
  const frames = Object.hasOwn(stacks, key) ? stacks[key]! : [];
  const told = frames[0] === "try_to_wake_up" ? frames.slice(1) : frames;
  return `${key.slice(0, SHORT_KEY)} ${cut(told.slice(0, NAMED_FRAMES).join(" < "))}`.trimEnd();
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}

/** From one stage of the chain to the next. */
export function linkName({ from, to }: Pick<LinkColumn, "from" | "to">): string {
  return `${from} -> ${to}`;
}
