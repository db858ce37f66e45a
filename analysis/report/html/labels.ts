/** How the page prints columns and their values. */

import { join, type Markup, markup } from "./markup.ts";

/**
 * A text in which a line break cannot separate a number from its unit, or from the name of what it measures.
 */
export function unbroken(text: string): string {
  return text.replace(
    /(?<=\d) (?=(ns|us|ms|s|%)(?!\w))|(?<=\d) (?=\+ \d)|(?<=\d \+) (?=\d)|(?<=\bn) (?=\d)/g,
    "\u00a0",
  )
    .replace(/(?<=\b\w{1,2}) (<?=) (?=[-\d])/g, "\u00a0$1\u00a0");
}

/** The same at the beginning of a heading. */
export function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** A name that may be broken between its flags, but not inside one. */
export function breakable(name: string): Markup {
  return join(name.split("|"), markup`|<wbr>`);
}

/** A side as the page shows it: the line style of its curves and its letter. */
export function sideKey(letter: string): Markup {
  return markup`<span class="key ${letter}" aria-hidden="true"></span><span class="side ${letter}">${letter}</span>`;
}

/** The values of both sides, one below the other. */
export function perSide(letters: readonly string[], values: readonly (string | number)[]): Markup {
  return markup`<span class="pair">${
    values.map((value, index) =>
      markup`<span><span class="side ${letters[index]!}">${letters[index]!}</span>\u00a0${
        unbroken(String(value))
      }</span>`
    )
  }</span>`;
}
