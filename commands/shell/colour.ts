/** Verdicts in colour, for terminals. */

import { type Verdict, VERDICTS } from "../../analysis/compare/verdict.ts";

export const COLOURS = ["auto", "always", "never"] as const;

/** SGR codes (ECMA-48, 8.3.117): red, yellow, green, magenta. */
const CODES: Readonly<Record<Verdict, number>> = {
  DIFFERENT: 31,
  "DIFFERENT-WITHIN-MARGIN": 33,
  EQUIVALENT: 32,
  INCONCLUSIVE: 33,
  "NO-DATA": 35,
  CONFOUNDED: 35,
};

/** The longest first: one begins with another. */
const WORDS = new RegExp(
  `(?<![\\w-])(${VERDICTS.toSorted((a, b) => b.length - a.length).join("|")})(?![\\w-])`,
  "g",
);

/** @param text in which nothing acts on a terminal yet */
export function coloured(text: string): string {
  return text.replace(WORDS, (verdict) => `\x1b[${CODES[verdict as Verdict]}m${verdict}\x1b[0m`);
}

/**
 * Whether verdicts are to have colours.
 *
 * @param noColor the user's NO_COLOR (https://no-color.org)
 */
export function wantsColour(
  asked: (typeof COLOURS)[number],
  isTerminal: boolean,
  noColor: boolean = Deno.noColor,
): boolean {
  return asked === "always" || (asked === "auto" && isTerminal && !noColor);
}
