/** Lays text out for a terminal of 80 columns. */

export const WIDTH = 80;

/** Narrower terminals fold lines themselves, and wider lines are hard to read. */
const NARROWEST = 60;
const WIDEST = 200;

/** Characters of a line for a terminal, or for output that goes elsewhere (null). */
export function lineWidth(columns: number | null): number {
  return columns === null ? WIDTH : Math.min(WIDEST, Math.max(NARROWEST, columns));
}

/** From this width on a terminal has room for histograms beside the tables. */
export const PLOTS_FROM = 120;

const NO_BREAK = "\u00a0";

/**
 * Breaks a text at its blanks, but not between a number and its unit. A word longer than a line is broken at
 * the line's end, so no line is ever too long.
 *
 * @param first what the first line begins with; the others begin with as many blanks
 */
export function wrap(text: string, first = "", width: number = WIDTH): string[] {
  const room = width - first.length;
  const lines: string[] = [];
  let line = "";
  const kept = text.replace(/(?<=\d) (?=(ns|us|ms|s|%)(?!\w))/g, NO_BREAK);
  for (const word of kept.split(" ").flatMap((word) => pieces(word, room))) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = word;
    } else {
      line = line === "" ? word : `${line} ${word}`;
    }
  }
  lines.push(line);
  const blanks = " ".repeat(first.length);
  return lines.map((text, index) =>
    `${index === 0 ? first : blanks}${text.replaceAll(NO_BREAK, " ")}`.trimEnd()
  );
}

/**
 * Folds a table or list to the width of a terminal: a line that is too long continues below, where its last
 * column begins.
 */
export function fold(text: string): string {
  return text.split("\n").flatMap((line) => {
    if (line.length <= WIDTH) return [line];
    const columns = /^(\s*(?:\S.*?\s{2,})?)/.exec(line)?.[1] ?? "";
    return wrap(line.slice(columns.length), columns);
  }).join("\n");
}

function pieces(word: string, room: number): string[] {
  const result: string[] = [];
  for (let at = 0; at < word.length || at === 0; at += room) result.push(word.slice(at, at + room));
  return result;
}

/** Left-justified cell of exactly `width` characters; longer text is cut and ends in `~`. */
export function left(text: string, width: number): string {
  return (text.length > width ? `${text.slice(0, width - 1)}~` : text).padEnd(width);
}

/** Right-justified cell of at least `width` characters. */
export function right(text: string, width: number): string {
  return text.padStart(width);
}
