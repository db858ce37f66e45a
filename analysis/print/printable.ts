/** Texts of files and of the kernel, as a terminal may be shown them. */

/** What a terminal acts upon instead of showing it: controls (C0, DEL, C1), overrides of the direction, line ends. */
const UNPRINTABLE = /[\p{Cc}\p{Bidi_C}\p{Zl}\p{Zp}]/gu;

/** A text of a file as it may go to a terminal: control characters escaped, a line's end, too. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => {
    const digits = char.charCodeAt(0).toString(16);
    return digits.length <= 2 ? `\\x${digits.padStart(2, "0")}` : `\\u${digits}`;
  });
}

/** As {@linkcode printable}, for a text of several lines, which may hold tabs. */
export function printableLines(text: string): string {
  return text.replace(/[^\n\t]+/g, printable);
}

/** The same JSON, in which no text holds what a terminal acts upon. */
export function printableJson(json: string): string {
  // C0 is escaped in JSON already, and the ends of its own lines stay.
  return json.replace(
    UNPRINTABLE,
    (char) => char === "\n" ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
