/** How the page names columns and their values. */

import { join, type Markup, markup } from "./markup.ts";
import type { ReportSide } from "./runs.ts";

const SHORT_KEY = 8;
const NAMED_FRAMES = 3;
const LONGEST = 60;

const NAMES: Readonly<Record<string, string>> = { ttwu_stack: "stack cluster", tkread_stack: "read stack" };

export function keyName(columns: readonly string[]): string {
  return columns.map((column) => NAMES[column] ?? column).join(", ");
}

/** The values of the columns that make a stratum. */
export function valuesName(
  columns: readonly string[],
  values: readonly string[],
  stacks: Readonly<Record<string, readonly string[]>>,
): string {
  const isStack = (index: number) => columns[index]!.endsWith("_stack");
  if (values.length === 1 && isStack(0)) return valueName(values[0]!, stacks);
  return values.map((value, i) => isStack(i) ? value.slice(0, SHORT_KEY) : valueName(value, {})).join(", ");
}

/** A value of a column; a stack by its first frames, of which try_to_wake_up says nothing. */
function valueName(value: string, stacks: Readonly<Record<string, readonly string[]>>): string {
  const frames = Object.hasOwn(stacks, value) ? stacks[value]! : null;
  if (frames === null) return value.length > LONGEST ? `${value.slice(0, LONGEST)}...` : value;
  const told = frames[0] === "try_to_wake_up" ? frames.slice(1) : frames;
  const names = told.slice(0, NAMED_FRAMES).join(" < ");
  return `${value.slice(0, SHORT_KEY)} ${names.length > LONGEST ? `${names.slice(0, LONGEST)}...` : names}`;
}

/** A text whose numbers are not parted at the end of a line from their units, nor from what they are the value of. */
export function unbroken(text: string): string {
  return text.replace(
    /(?<=\d) (?=(ns|us|ms|s|%)(?!\w))|(?<=\d) (?=\+ \d)|(?<=\d \+) (?=\d)|(?<=\bn) (?=\d)/g,
    "\u00a0",
  )
    .replace(/(?<=\b\w{1,2}) (<?=) (?=[-\d])/g, "\u00a0$1\u00a0");
}

/** A name that may be broken between its flags, not inside one. */
export function breakable(name: string): Markup {
  return join(name.split("|"), markup`|<wbr>`);
}

/** A side as the page shows it: the stroke of its curves and its letter. */
export function sideKey(letter: string): Markup {
  return markup`<span class="key ${letter}" aria-hidden="true"></span><span class="side ${letter}">${letter}</span>`;
}

/** The values of both sides, one below the other. */
export function perSide(letters: readonly string[], values: readonly (string | number)[]): Markup {
  return markup`<span class="pair">${
    values.map((value, index) =>
      markup`<span><span class="side ${letters[index]!}">${letters[index]!}</span>\u00a0${
        unbroken(String(value))
      }</span>`
    )
  }</span>`;
}

/** Frames of all stacks of the sides. */
export function stacksOf(sides: readonly ReportSide[]): Record<string, readonly string[]> {
  return Object.fromEntries(sides.flatMap(({ file }) => [...file.stacks]));
}
