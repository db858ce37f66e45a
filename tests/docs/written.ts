/**
 * `deno task readme`: writes into docs/ what the program has: the table of columns, the default runbook, and what
 * the simulation found.
 */

import { type Column, COLUMNS } from "../../analysis/result/columns.ts";

const WIDTH = 100;
const NAME_WIDTH = 2 + Math.max(...COLUMNS.map(({ name }) => name.length));
const KIND_WIDTH = 6;

/** From the first marker through the last. */
const SECTION = /(<!-- columns: [^\n]*-->\n).*(<!-- \/columns -->)/s;

function columnLines({ name, kind, values, doc }: Column): string[] {
  const words = (values === undefined ? doc : `${doc} (${values.join(", ")})`).split(" ");
  const lines: string[] = [];
  let line = name.padEnd(NAME_WIDTH) + kind.padEnd(KIND_WIDTH);
  for (const word of words) {
    if (line.length + word.length > WIDTH) {
      lines.push(line.trimEnd());
      line = " ".repeat(NAME_WIDTH + KIND_WIDTH);
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}

/**
 * @param document its text
 * @returns the text with the current table
 */
function withColumns(document: string): string {
  if (!SECTION.test(document)) {
    throw new RangeError("docs/result-file.md must have the markers of the columns");
  }
  const table = COLUMNS.flatMap(columnLines).join("\n");
  return document.replace(
    SECTION,
    (_, begin: string, end: string) => `${begin}\n\`\`\`text\n${table}\n\`\`\`\n\n${end}`,
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
  ["docs/runbook.md", (text) => withRunbook(text, Deno.readTextFileSync("runbook/protocol/default.toml"))],
  ["docs/verdicts.md", (text) => withFindings(text, Deno.readTextFileSync("docs/validation.md"))],
]);

if (import.meta.main) {
  for (const [path, renewed] of WRITTEN) Deno.writeTextFileSync(path, renewed(Deno.readTextFileSync(path)));
}
