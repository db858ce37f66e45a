/**
 * `deno task readme`: writes into docs/ what comes from the program: the tables of columns and of questions,
 * the default runbook, and the findings of the simulation.
 */

import { ASKABLE } from "../../analysis/asked/askable.ts";
import { QUESTIONS } from "../../analysis/compare/questions.ts";
import { columnLines, tracepointLacks, wrapped } from "../../analysis/print/columns.ts";

const WIDTH = 100;
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
    content: () => fenced("text", columnLines(WIDTH).join("\n")),
  },
  {
    path: "docs/tiers.md",
    name: "functions",
    content: () => {
      const text = tracepointLacks((name) => `\`${name}\``);
      return asItIs(text.flatMap((line) => wrapped("", 0, WIDTH, line)).join("\n"));
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
  {
    path: "docs/verdicts.md",
    name: "askable",
    content: () =>
      asItIs(ASKABLE.flatMap(({ name, title }) => wrapped(`- \`${name}\`: `, 2, WIDTH, title)).join("\n")),
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
