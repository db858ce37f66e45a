/**
 * HTML and SVG as text. What is put into a {@linkcode markup} template is escaped unless it is markup itself,
 * so no text of a file can become a tag, an attribute or a style.
 */

/** Text that is markup already. Only {@linkcode markup} and {@linkcode join} make it. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type Part = Markup | string | number | null | false | readonly Part[];

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/**
 * Escapes a text for an element or a quoted attribute. Control and invisible format characters, such as those
 * that change the direction of a line, are spelled out.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(escaped('<b title="x">\u202e&\u0007'), "&lt;b title=&quot;x&quot;&gt;\\u{202e}&amp;\\u{7}");
 * ```
 */
export function escaped(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`)
    .replace(/[&<>"']/g, (char) => ENTITIES[char]!);
}

function textOf(part: Part): string {
  if (part === null || part === false) return "";
  if (part instanceof Markup) return part.toString();
  if (typeof part === "string") return escaped(part);
  if (typeof part === "number") {
    if (!Number.isFinite(part)) throw new RangeError(`a number in the page is ${part}, must be finite`);
    return String(part === 0 ? 0 : part);
  }
  return part.map(textOf).join("");
}

/** Template for markup: interpolated texts are escaped, lists joined, null and false left out. */
export function markup(literals: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(literals.reduce((text, literal, index) => text + textOf(parts[index - 1]!) + literal));
}

/** Joins parts with a separator. */
export function join(parts: readonly Part[], separator: Part): Markup {
  return new Markup(parts.map(textOf).join(textOf(separator)));
}

/** A coordinate of a drawing with two decimals, so equal input gives equal bytes, and no more than needed. */
export function coordinate(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`a coordinate is ${value}, must be finite`);
  const text = String(Math.round(value * 100) / 100);
  return text === "-0" ? "0" : text;
}

/** A position along the width of a drawing, from a share in 0 to 1. */
export function percent(share: number): string {
  return `${coordinate(share * 100)}%`;
}
