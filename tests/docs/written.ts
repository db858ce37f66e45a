/**
 * `deno task readme`: writes into docs/ what comes from the program: the tables of columns and of questions,
 * the default runbook, and the findings of the simulation.
 */

import { QUESTIONS } from "../../analysis/compare/questions.ts";
import { type Column, EACH_COLUMN } from "../../analysis/result/columns.ts";

const WIDTH = 100;
const NAME_WIDTH = 2 + Math.max(...EACH_COLUMN.map(({ name }) => name.length));
const KIND_WIDTH = 11;

/** Wraps words into lines: the first after `first`, the others after `indent` blanks. */
function wrapped(first: string, indent: number, text: string): string[] {
  const lines: string[] = [];
  let line = first;
  for (const word of text.split(" ")) {
    if (line.length + word.length > WIDTH) {
      lines.push(line.trimEnd());
      line = " ".repeat(indent);
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}

function columnLines({ name, kind, unit, values, doc }: Column): string[] {
  const head = name.padEnd(NAME_WIDTH) + [kind, unit ?? ""].join(" ").padEnd(KIND_WIDTH);
  return wrapped(head, head.length, values === undefined ? doc : `${doc} (${values.join(", ")})`);
}

/** The list of findings at the beginning of docs/validation.md. */
function findings(): string {
  const list = /^- .*?(?=\n\n)/ms.exec(Deno.readTextFileSync("docs/validation.md"))?.[0];
  if (list === undefined) throw new RangeError("docs/validation.md must begin with a list of findings");
  return list;
}

const fenced = (language: string, text: string) => `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
const asItIs = (text: string) => `<!-- deno-fmt-ignore -->\n\n${text}`;

/** A part of a document that is not written by hand, between the markers of its name. */
interface Part {
  readonly path: string;
  readonly name: string;
  content(): string;
}

const PARTS: readonly Part[] = [
  {
    path: "docs/result-file.md",
    name: "columns",
    content: () => fenced("text", EACH_COLUMN.flatMap(columnLines).join("\n")),
  },
  {
    path: "docs/tiers.md",
    name: "functions",
    content: () => {
      const names = (which: "functions" | "reads") =>
        EACH_COLUMN.filter((column) => column[which]).map(({ name }) => `\`${name}\``).join(", ");
      const text = [
        `At the tier tracepoint these columns stay empty: ${names("functions")}.`,
        `With the built-in target also: ${names("reads")}.`,
      ];
      return asItIs(text.flatMap((line) => wrapped("", 0, line)).join("\n"));
    },
  },
  {
    path: "docs/runbook.md",
    name: "runbook",
    content: () => fenced("toml", Deno.readTextFileSync("runbook/protocol/default.toml")),
  },
  {
    path: "docs/verdicts.md",
    name: "questions",
    content: () => QUESTIONS.map(({ name, title }) => `- \`${name}\`: ${title}`).join("\n"),
  },
  { path: "docs/verdicts.md", name: "validation", content: () => asItIs(findings()) },
];

/** @throws {RangeError} when the document lacks the markers */
function renewed(document: string, { path, name, content }: Part): string {
  const part = new RegExp(`(<!-- ${name}: [^\\n]*-->\\n).*(<!-- /${name} -->)`, "s");
  if (!part.test(document)) throw new RangeError(`${path} must have the markers of the ${name}`);
  return document.replace(part, (_, begin: string, end: string) => `${begin}\n${content()}\n\n${end}`);
}

/** Each document with such parts, and a function that updates them in its text. */
export const WRITTEN: ReadonlyMap<string, (document: string) => string> = new Map(
  PARTS.map(({ path }) => [
    path,
    (document) => PARTS.filter((part) => part.path === path).reduce(renewed, document),
  ]),
);

if (import.meta.main) {
  for (const [path, renew] of WRITTEN) Deno.writeTextFileSync(path, renew(Deno.readTextFileSync(path)));
}
