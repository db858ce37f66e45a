/**
 * `deno task readme`: writes into README.md the table of columns and the default runbook, which the program uses,
 * and what the simulation found.
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
 * @param readme its text
 * @returns the text with the current table
 */
export function withColumns(readme: string): string {
  if (!SECTION.test(readme)) throw new RangeError("README.md must have the markers of the columns");
  const table = COLUMNS.flatMap(columnLines).join("\n");
  return readme.replace(
    SECTION,
    (_, begin: string, end: string) => `${begin}\n\`\`\`text\n${table}\n\`\`\`\n\n${end}`,
  );
}

const RUNBOOK = /(<!-- runbook: [^\n]*-->\n).*(<!-- \/runbook -->)/s;

/**
 * @param readme its text
 * @param toml the default runbook
 * @returns the text with it
 */
export function withRunbook(readme: string, toml: string): string {
  if (!RUNBOOK.test(readme)) throw new RangeError("README.md must have the markers of the runbook");
  return readme.replace(
    RUNBOOK,
    (_, begin: string, end: string) => `${begin}\n\`\`\`toml\n${toml}\`\`\`\n\n${end}`,
  );
}

const VALIDATION = /(<!-- validation: [^\n]*-->\n).*(<!-- \/validation -->)/s;

/** The list of findings that docs/validation.md begins with. */
const FINDINGS = /^- .*?(?=\n\n)/ms;

/**
 * @param readme its text
 * @param validation what `deno task simulate` wrote
 * @returns the text with its findings
 */
export function withFindings(readme: string, validation: string): string {
  const findings = FINDINGS.exec(validation)?.[0];
  if (!VALIDATION.test(readme)) throw new RangeError("README.md must have the markers of the validation");
  if (findings === undefined) throw new RangeError("docs/validation.md must begin with a list of findings");
  return readme.replace(
    VALIDATION,
    (_, begin: string, end: string) => `${begin}\n<!-- deno-fmt-ignore -->\n\n${findings}\n\n${end}`,
  );
}

if (import.meta.main) {
  const columns = withColumns(Deno.readTextFileSync("README.md"));
  const runbook = withRunbook(columns, Deno.readTextFileSync("runbook/protocol/default.toml"));
  Deno.writeTextFileSync("README.md", withFindings(runbook, Deno.readTextFileSync("docs/validation.md")));
}
