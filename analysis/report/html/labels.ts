/** How the page prints columns and their values. */

import { join, type Markup, markup } from "./markup.ts";

/**
 * The signs that a terminal's text does without: ±, µ and a minus that is as wide as a plus.
 *
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(typeset("shift B - A -3 us, margin +-4 us, host-1"), "shift B − A −3 µs, margin ±4 µs, host-1");
 * ```
 */
export function typeset(text: string): string {
  return text.replaceAll(/\+-(?=\s?\d)/g, "\u00b1")
    .replaceAll(/(?<=\d\s?)us\b/g, "\u00b5s")
    .replaceAll(/(?<![\w.)\]-])-(?=\d)/g, "\u2212")
    .replaceAll(/(?<=\b[A-Z]) - (?=[A-Z]\b)/g, " \u2212 ");
}

/**
 * The same, and a text in which a line break cannot separate a number from its unit, or from the name of what it measures.
 */
export function unbroken(text: string): string {
  return typeset(text).replace(
    /(?<=\d) (?=(ns|\u00b5s|ms|s|%)(?!\w))|(?<=\d) (?=\+ \d)|(?<=\d \+) (?=\d)|(?<=\bn) (?=\d)/g,
    "\u00a0",
  )
    .replace(/(?<=\b\w{1,2}) (<?=) (?=[\u2212\d])/g, "\u00a0$1\u00a0");
}

/** The same at the beginning of a heading. */
export function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** A name that may be broken between its flags, but not inside one. */
export function breakable(name: string): Markup {
  return join(name.split("|"), markup`|<wbr>`);
}

/** Colours and dashes of the style sheet; together they distinguish so many sides squared. */
const SIDES = 8;

/** The classes that give a side its own colour and dash. A is solid. */
export function sideClass(letter: string): string {
  const index = /^[A-Z]$/.test(letter) ? letter.charCodeAt(0) - 65 : Number(letter.slice(1)) - 1;
  return `c${index % SIDES} d${(index + Math.floor(index / SIDES)) % SIDES}`;
}

/** A side as the page shows it: the line of its curves and its letter. */
export function sideKey(letter: string): Markup {
  return markup`<svg class="key ${
    sideClass(letter)
  }" width="32" height="8" aria-hidden="true"><path class="line" d="M0,4H32"/></svg>${sideName(letter)}`;
}

function sideName(letter: string): Markup {
  return markup`<span class="side ${sideClass(letter)}">${letter}</span>`;
}

/** The values of both sides, one below the other. */
export function perSide(letters: readonly string[], values: readonly (string | number)[]): Markup {
  return markup`<span class="pair">${
    values.map((value, index) =>
      markup`<span>${sideName(letters[index]!)}\u00a0${unbroken(String(value))}</span>`
    )
  }</span>`;
}
