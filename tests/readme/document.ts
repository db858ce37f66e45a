/** The parts of README.md that tests look at. */

/** `text` of all fenced blocks of a language, in order, without the fences. */
export function blocks(readme: string, language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(([, text]) =>
    text!
  );
}

/** Every command of the README, in its order. */
export function commands(readme: string): string[] {
  return blocks(readme, "sh").flatMap((block) => block.trimEnd().split("\n"));
}

/** The excerpt of what a command printed: the block after `<!-- output: NAME -->`. */
export function excerpt(readme: string, name: string): string {
  const marker = `<!-- output: ${name} -->\n`;
  const at = readme.indexOf(marker);
  const [text] = blocks(readme.slice(at + marker.length), "text");
  if (at < 0 || text === undefined) throw new RangeError(`README.md must have an output of ${name}`);
  return text;
}

/** What begins the lines of an output, up to its first value: names of fields, questions, reasons. */
export function labels(output: string): string[] {
  const label = /^ *([A-Za-z][A-Za-z_ -]*?)(?= {2}|:| median| [-+\d]|$)/gm;
  return [...output.matchAll(label)].map(([, words]) => words!);
}

/** A part of the README from its heading to the next one. */
export function section(readme: string, heading: string): string {
  const at = readme.indexOf(`\n## ${heading}\n`);
  if (at < 0) throw new RangeError(`README.md must have the heading ${heading}`);
  const end = readme.indexOf("\n## ", at + 1);
  return readme.slice(at, end < 0 ? undefined : end);
}

/** Columns that the README calls empty at the tracepoint tier. */
export function columnsWithoutFunctions(readme: string): string[] {
  const text = section(readme, "What each tier can see");
  const list = /These columns stay empty: ([^.]*)\./.exec(text)?.[1];
  if (list === undefined) throw new RangeError("README.md must list the columns that stay empty");
  return [...list.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
}
