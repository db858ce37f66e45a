/** Makes texts from files and from the kernel safe to show on a terminal. */

/** What a terminal acts upon instead of showing: controls (C0, DEL, C1), direction overrides, line ends. */
const UNPRINTABLE = /[\p{Cc}\p{Bidi_C}\p{Zl}\p{Zp}]/gu;

/** A text safe for a terminal: control characters are escaped, line ends too. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => {
    const digits = char.charCodeAt(0).toString(16);
    return digits.length <= 2 ? `\\x${digits.padStart(2, "0")}` : `\\u${digits}`;
  });
}

/** Like {@linkcode printable}, for a text of several lines that may hold tabs. */
export function printableLines(text: string): string {
  return text.replace(/[^\n\t]+/g, printable);
}

/** The same JSON, with everything a terminal acts upon escaped. */
export function printableJson(json: string): string {
  // JSON already escapes C0 in texts; the line ends of the JSON itself stay.
  return json.replace(
    UNPRINTABLE,
    (char) => char === "\n" ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
