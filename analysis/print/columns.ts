/** The columns of a result file, as help and documents list them. */

import { type Column, EACH_COLUMN } from "../result/columns.ts";

const NAME_WIDTH = 2 + Math.max(...EACH_COLUMN.map(({ name }) => name.length));
const KIND_WIDTH = 11;

/** Each column with its kind, unit, meaning and values, in lines of at most `width` characters. */
export function columnLines(width: number): string[] {
  return EACH_COLUMN.flatMap((column) => linesOf(column, width));
}

/** Which columns stay empty at the tier tracepoint, in sentences. */
export function tracepointLacks(quoted: (name: string) => string = (name) => name): string[] {
  const names = (which: "functions" | "reads") =>
    EACH_COLUMN.filter((column) => column[which]).map(({ name }) => quoted(name)).join(", ");
  return [
    `At the tier tracepoint these columns stay empty: ${names("functions")}.`,
    `With the built-in target also: ${names("reads")}.`,
  ];
}

function linesOf({ name, kind, unit, values, doc }: Column, width: number): string[] {
  const head = name.padEnd(NAME_WIDTH) + [kind, unit ?? ""].join(" ").padEnd(KIND_WIDTH);
  return wrapped(head, head.length, width, values === undefined ? doc : `${doc} (${values.join(", ")})`);
}

/** Wraps words into lines: the first after `first`, the others after `indent` blanks. */
export function wrapped(first: string, indent: number, width: number, text: string): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(" ")) {
    if (line.length + word.length > width) {
      lines.push(line.trimEnd());
      line = " ".repeat(indent);
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
