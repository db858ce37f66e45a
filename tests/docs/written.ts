/**
 * `deno task readme`: writes into docs/ what the program has: the table of columns, the default runbook, and what
 * the simulation found.
 */

import { type Column, EACH_COLUMN } from "../../analysis/result/columns.ts";

const WIDTH = 100;
const NAME_WIDTH = 2 + Math.max(...EACH_COLUMN.map(({ name }) => name.length));
const KIND_WIDTH = 11;

/** From the first marker through the last. */
const SECTION = /(<!-- columns: [^\n]*-->\n).*(<!-- \/columns -->)/s;

/** Lines of words: the first one after `first`, the others after `indent` blanks. */
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

/**
 * @param document its text
 * @returns the text with the current table
 */
function withColumns(document: string): string {
  if (!SECTION.test(document)) {
    throw new RangeError("docs/result-file.md must have the markers of the columns");
  }
  const table = EACH_COLUMN.flatMap(columnLines).join("\n");
  return document.replace(
    SECTION,
    (_, begin: string, end: string) => `${begin}\n\`\`\`text\n${table}\n\`\`\`\n\n${end}`,
  );
}

const FUNCTIONS = /(<!-- functions: [^\n]*-->\n).*(<!-- \/functions -->)/s;

/**
 * @param document its text
 * @returns the text with the columns that only hooks on functions fill
 */
function withFunctionColumns(document: string): string {
  if (!FUNCTIONS.test(document)) {
    throw new RangeError("docs/tiers.md must have the markers of the columns of functions");
  }
  const names = EACH_COLUMN.filter(({ functions }) => functions).map(({ name }) => `\`${name}\``).join(", ");
  const lines = wrapped("", 0, `At the tier tracepoint these columns stay empty: ${names}.`).join("\n");
  return document.replace(
    FUNCTIONS,
    (_, begin: string, end: string) => `${begin}\n<!-- deno-fmt-ignore -->\n\n${lines}\n\n${end}`,
  );
}

const RUNBOOK = /(<!-- runbook: [^\n]*-->\n).*(<!-- \/runbook -->)/s;

/**
 * @param document its text
 * @param toml the default runbook
 * @returns the text with it
 */
function withRunbook(document: string, toml: string): string {
  if (!RUNBOOK.test(document)) throw new RangeError("docs/runbook.md must have the markers of the runbook");
  return document.replace(
    RUNBOOK,
    (_, begin: string, end: string) => `${begin}\n\`\`\`toml\n${toml}\`\`\`\n\n${end}`,
  );
}

const VALIDATION = /(<!-- validation: [^\n]*-->\n).*(<!-- \/validation -->)/s;

/** The list of findings that docs/validation.md begins with. */
const FINDINGS = /^- .*?(?=\n\n)/ms;

/**
 * @param document its text
 * @param validation what `deno task simulate` wrote
 * @returns the text with its findings
 */
function withFindings(document: string, validation: string): string {
  const findings = FINDINGS.exec(validation)?.[0];
  if (!VALIDATION.test(document)) {
    throw new RangeError("docs/verdicts.md must have the markers of the validation");
  }
  if (findings === undefined) throw new RangeError("docs/validation.md must begin with a list of findings");
  return document.replace(
    VALIDATION,
    (_, begin: string, end: string) => `${begin}\n<!-- deno-fmt-ignore -->\n\n${findings}\n\n${end}`,
  );
}

/** Each document with such a part, and the text with its current content. */
export const WRITTEN: ReadonlyMap<string, (document: string) => string> = new Map([
  ["docs/result-file.md", withColumns],
  ["docs/tiers.md", withFunctionColumns],
  ["docs/runbook.md", (text) => withRunbook(text, Deno.readTextFileSync("runbook/protocol/default.toml"))],
  ["docs/verdicts.md", (text) => withFindings(text, Deno.readTextFileSync("docs/validation.md"))],
]);

if (import.meta.main) {
  for (const [path, renewed] of WRITTEN) Deno.writeTextFileSync(path, renewed(Deno.readTextFileSync(path)));
}
