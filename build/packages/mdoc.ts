/** Lines of a manual page in mdoc(7), as mandoc and groff read it, from plain text and from Markdown. */

/** Longer input lines are refused by `mandoc -Tlint`. */
const WIDTH = 78;

/** One line of text: the hyphens stay hyphens, and nothing in it is taken for a request. */
export function escaped(text: string): string {
  return text.replaceAll("\\", "\\e").replaceAll("-", "\\-").replace(/^(?=[.'])/, "\\&");
}

/** One argument of a macro: blanks do not split it, and no word of it is taken for a macro. */
function argument(text: string): string {
  const inner = escaped(text).replaceAll('"', "\\(dq");
  return /^[A-Z][a-z]{0,2}$/.test(inner)
    ? `\\&${inner}`
    : /[\s]/.test(inner) || inner === ""
    ? `"${inner}"`
    : inner;
}

/** A line of a macro, for example `.Ic runs`. */
export function macro(name: string, ...args: readonly string[]): string {
  return [`.${name}`, ...args.map(argument)].join(" ");
}

/** A heading: `Sh` of a section, `Ss` of one within it. */
export function heading(level: "Sh" | "Ss", title: string): string {
  return `.${level} ${
    escaped(title).split(" ").map((word) => /^[A-Z][a-z]{0,2}$/.test(word) ? `\\&${word}` : word).join(" ")
  }`;
}

/** Filled lines; each sentence begins its own, by which mdoc(7) knows where one ends. */
export function text(words: string): string[] {
  return words.trim().split(/(?<=[.!?]\)?) +/).flatMap((sentence) => filled(sentence));
}

function filled(sentence: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of escaped(sentence).split(/\s+/)) {
    if (line !== "" && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = "";
    }
    // A request begins a line only.
    line = line === "" ? word.replace(/^(?=[.'])/, "\\&") : `${line} ${word}`;
  }
  return [...lines, line];
}

/** Lines that are shown as they are. */
export function literal(lines: readonly string[]): string[] {
  return [".Bd -literal -offset indent", ...lines.map(escaped), ".Ed"];
}

/** An entry of a list: its head, a line of a macro without the dot, and its body. */
export type Entry = readonly [head: string, body: readonly string[]];

/** Names with what they stand for. */
export function list(entries: readonly Entry[]): string[] {
  return [".Bl -tag -width Ds", ...entries.flatMap(([head, body]) => [`.It ${head}`, ...body]), ".El"];
}

/** The head of an entry: macros, each with its arguments; a sign by itself stands at what is before it. */
export function head(...parts: readonly (readonly [macro: string, ...args: string[]] | ",")[]): string {
  return parts.map((part) => part === "," ? part : macro(...part).slice(1)).join(" ");
}

/**
 * Paragraphs, lists and code of Markdown, as the documents of this project have them. Tables, headings,
 * comments and fenced blocks are not among them.
 */
export function markdown(source: string): string[] {
  const blocks = source.trim().split(/\n{2,}/);
  return blocks.flatMap((block, index) => {
    const lines = /^- /.test(block) ? bullets(block) : inline(block);
    // A list has its own distance.
    return index === 0 || lines[0]!.startsWith(".Bl") ? lines : [".Pp", ...lines];
  });
}

function bullets(block: string): string[] {
  const items = block.split(/\n(?=- )/).map((item) => inline(item.replace(/^- /, "")));
  return [".Bl -bullet", ...items.flatMap((lines) => [".It", ...lines]), ".El"];
}

/** A link is its words, or nothing where only a file of the repository stands behind them. */
function inline(paragraph: string): string[] {
  const plain = paragraph.replaceAll(/\s+/g, " ").replaceAll(/ \(\[[^\]]*\.md\]\([^)]*\)\)/g, "")
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1");
  const parts = plain.split(/([^\s`]*`[^`]*`[^\s`]*)/);
  return parts.flatMap((part, index) => {
    if (index % 2 === 0) return part.trim() === "" ? [] : text(part);
    const [, before = "", code = "", after = ""] = /^([^`]*)`([^`]*)`(.*)$/.exec(part)!;
    return [coded(before, code, after)];
  });
}

/** Code with what stands at it without a blank. */
function coded(before: string, code: string, after: string): string {
  const closing = /^[.,:;)?!]*/.exec(after)![0];
  const line = macro("Ql", code) + [...closing].map((sign) => ` ${sign}`).join("");
  const rest = after.slice(closing.length);
  const opened = before === "" ? line : `.No \\&${escaped(before)} Ns ${line.slice(1)}`;
  return rest === "" ? opened : `${opened} Ns ${escaped(rest)}`;
}

/** What comes first on a page. */
export function page(
  name: string,
  section: number,
  date: Date,
  purpose: string,
  body: readonly string[],
): string {
  const month = date.toLocaleString("en-US", { month: "long", timeZone: "UTC" });
  return [
    `.Dd ${month} ${date.getUTCDate()}, ${date.getUTCFullYear()}`,
    `.Dt ${name.toUpperCase().replaceAll("-", "\\-")} ${section}`,
    ".Os",
    heading("Sh", "NAME"),
    macro("Nm", name),
    macro("Nd", purpose),
    ...body,
    "",
  ].join("\n");
}
