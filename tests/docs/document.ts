/** README.md and docs/: the list of documents, and the parts of them that tests check. */

/** What users read and run, in the order in which the commands are run. */
export const USER_DOCUMENTS = [
  "README.md",
  "docs/usage.md",
  "docs/runbook.md",
  "docs/result-file.md",
  "docs/verdicts.md",
  "docs/gate.md",
  "docs/history.md",
  "docs/fleet.md",
  "docs/tiers.md",
  "docs/cost.md",
  "docs/export.md",
  "docs/lab.md",
  "docs/glossary.md",
] as const;

/** Every document that is written by hand, except CHANGELOG.md. */
export function allDocuments(): string[] {
  const inFolder = (folder: string) =>
    [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".md")).map(({ name }) =>
      `${folder}/${name}`
    );
  return ["README.md", "CONTRIBUTING.md", ...inFolder("docs"), ...inFolder("docs/decisions")]
    .filter((path) => path !== "docs/validation.md")
    .sort();
}

/** `text` of all fenced blocks of a language, in order, without the fences. */
export function blocks(document: string, language: string): string[] {
  return [...document.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(([, text]) =>
    text!
  );
}

/** The document without its fenced blocks. */
export function prose(document: string): string {
  return document.replaceAll(/^```\w*\n.*?^```$/gms, "");
}

/** Every command of a document, in its order. */
export function commands(document: string): string[] {
  return blocks(document, "sh").flatMap((block) => block.trimEnd().split("\n"));
}

/** The excerpt of what a command printed: the block after `<!-- output: NAME -->`. */
export function excerpt(document: string, name: string): string {
  const marker = `<!-- output: ${name} -->\n`;
  const at = document.indexOf(marker);
  const [text] = blocks(document.slice(at + marker.length), "text");
  if (at < 0 || text === undefined) throw new RangeError(`The document must have an output of ${name}`);
  return text;
}

/** The start of each line of an output, up to its first value: names of fields, questions, reasons. */
export function labels(output: string): string[] {
  const label = /^ *([A-Za-z][A-Za-z_ -]*?)(?= {2}|:| median| [-+\d]|$)/gm;
  return [...output.matchAll(label)].map(([, words]) => words!);
}

/** A part of a document, from its heading of the second level to the next. */
export function section(document: string, heading: string): string {
  const at = document.indexOf(`\n## ${heading}\n`);
  if (at < 0) throw new RangeError(`The document must have the heading ${heading}`);
  const end = document.indexOf("\n## ", at + 1);
  return document.slice(at, end < 0 ? undefined : end);
}

/** The first word in code of each item of a text's lists. */
export function items(text: string): string[] {
  return [...text.matchAll(/^- `([^`]+)`/gm)].map(([, word]) => word!);
}

/** The first cells of a text's tables, without their heads and their code marks. */
export function firstCells(text: string): string[] {
  const rows = [...text.matchAll(/^\| *`?([^`|]*?)`? *\|/gm)].map(([, cell]) => cell!);
  return rows.filter((cell, i) => !/^-+$/.test(cell) && !/^-+$/.test(rows[i + 1] ?? ""));
}
